import { expect } from 'chai';
import { EmbeddedOpenSdn, type SvcMonitorRecording } from '../../fixtures/index.js';
import { played, type Difference } from './compared.js';
import { numberOf, recordings } from './recordings.js';
import { ReplayedOriginal } from './replayed-original.js';

describe('recordings of the original svc-monitor, with its own recorded writes in its place', () => {
  let server: EmbeddedOpenSdn;

  beforeEach(async () => {
    server = new EmbeddedOpenSdn();
    await server.start();
  });

  afterEach(async () => {
    await server.stop();
  });

  const differences = async (recording: SvcMonitorRecording): Promise<readonly Difference[]> => {
    const result = await played(recording, recordings, server, () => new ReplayedOriginal(recording, server));
    return result.differences;
  };

  for (const recording of recordings) {
    describe(`when ${recording.name} is played`, () => {
      it('should come to the recorded end, without any difference', async () => {
        expect(await differences(recording)).to.deep.equal([]);
      });
    });
  }

  describe('when one of its writes is left out', () => {
    it('should not come to the recorded end', async () => {
      const recording = recordings.find((one) => numberOf(one) === 70);
      if (recording === undefined) throw new Error('no recording 70');
      const left = recording.events.findLast((event) => 'http' in event && event.http.path === '/ref-update');
      const events = recording.events.filter((event) => event !== left);
      expect(await differences({ ...recording, events })).to.have.length.greaterThan(0);
    });
  });
});
