import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { EmbeddedOpenSdn, loadSvcMonitorRecordings } from '../../fixtures/index.js';
import { projectFolder } from '../support/project-folder.js';
import { played } from './compared.js';
import { ReplayedOriginal } from './replayed-original.js';

const folder = fileURLToPath(new URL('fixtures/recordings/svc-monitor/', projectFolder()));
const recordings = await loadSvcMonitorRecordings(folder);

describe("recordings of the original svc-monitor, with another monitor in the original's place", () => {
  let server: EmbeddedOpenSdn;

  beforeEach(async () => {
    server = new EmbeddedOpenSdn();
    await server.start();
  });

  afterEach(async () => {
    await server.stop();
  });

  describe("when the original's own writes take its place", () => {
    for (const recording of recordings) {
      it(`should come to the recorded end of ${recording.name}`, async () => {
        const { differences } = await played(
          recording,
          recordings,
          server,
          () => new ReplayedOriginal(recording, server),
        );
        expect(differences).to.deep.equal([]);
      });
    }
  });
});
