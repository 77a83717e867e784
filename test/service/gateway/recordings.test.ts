import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { loadRecordings, loadSvcMonitorRecordings, type EmbeddedOpenSdn } from '../../../fixtures/index.js';
import type { NeutronFrontEnd } from '../../../lib/index.js';
import { compare, groups, groupsWithoutReads, type Between } from '../../fixtures/conformance.js';
import { meantDifference } from '../../fixtures/conformance-differences.js';
import { projectFolder } from '../../support/project-folder.js';
import { ByteTap, message } from './support/byte-tap.js';
import { StagedGateway } from './support/gateway-stage.js';

const folder = fileURLToPath(new URL('fixtures/recordings/', projectFolder()));
const recordings = await loadRecordings(folder);
const ofSvcMonitor = await loadSvcMonitorRecordings(`${folder}svc-monitor/`);

/** Reads the bodies of what it is to look at, and lets all pass. */
const looksOn: NeutronFrontEnd = { handle: () => Promise.resolve(undefined) };

describe('the gateway, when the recordings are played through it', () => {
  const seen = { requests: 0, differences: [] as string[] };

  const through = async (server: EmbeddedOpenSdn): Promise<Between> => {
    const behind = await ByteTap.start(server.url);
    const staged = await StagedGateway.start({ urls: [behind.url], frontEnd: looksOn });
    const before = await ByteTap.start(staged.url);
    return {
      url: before.url,
      played: ({ event }) => {
        const [outside, inside] = [before.take(), behind.take()];
        seen.requests += 1;
        const isSame =
          message(outside.asked) === message(inside.asked) && message(outside.answered) === message(inside.answered);
        if (isSame && inside.asked !== '') return;
        seen.differences.push(`${event.http.method} ${event.http.path}: ${JSON.stringify({ outside, inside })}`);
      },
      stop: async () => {
        for (const part of [before, staged, behind]) await part.stop();
      },
    };
  };

  for (const [position, recording] of recordings.entries()) {
    compare(recording, recordings.slice(0, position), groups, through);
  }
  for (const [position, recording] of ofSvcMonitor.entries()) {
    if (meantDifference(recording.name, 'all') !== undefined) continue;
    compare(recording, ofSvcMonitor.slice(0, position), groupsWithoutReads, through);
  }

  // A suite of its own, as the tests beside suites come before them.
  describe('when all have been', () => {
    it('should have passed each request and each answer on unchanged to the byte', () => {
      expect(seen.requests).to.be.greaterThan(1_000);
      expect(seen.differences).to.deep.equal([]);
    });
  });
});
