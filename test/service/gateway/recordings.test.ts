import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import {
  concludeRequests,
  EmbeddedOpenSdn,
  loadRecordings,
  loadSvcMonitorRecordings,
  loadWatchRecordings,
  RecordingReplay,
} from '../../../fixtures/index.js';
import type { NeutronFrontEnd } from '../../../lib/index.js';
import { compare, groups, groupsWithoutReads, type Between } from '../../fixtures/conformance.js';
import { meantDifference } from '../../fixtures/conformance-differences.js';
import { WatchClient } from '../../fixtures/opensdn/watch-client.js';
import { projectFolder } from '../../support/project-folder.js';
import { ByteTap, message } from './support/byte-tap.js';
import { StagedGateway } from './support/gateway-stage.js';

const folder = fileURLToPath(new URL('fixtures/recordings/', projectFolder()));
const recordings = await loadRecordings(folder);
const ofSvcMonitor = await loadSvcMonitorRecordings(`${folder}svc-monitor/`);

const streams = await loadWatchRecordings(folder);

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

  for (const stream of streams) {
    describe(`when the stream of ${stream.name} goes through it`, () => {
      it('should pass on each event as it comes, unchanged to the byte', async () => {
        const server = new EmbeddedOpenSdn({ schema: stream.name.includes('native') ? 'native' : 'stock' });
        await server.start();
        const earlier = recordings.filter(({ name }) => name < stream.name);
        const replay = new RecordingReplay({ recording: concludeRequests(stream), earlier, server });
        const behind = await ByteTap.start(server.url);
        const staged = await StagedGateway.start({ urls: [behind.url], frontEnd: looksOn });
        const before = await ByteTap.start(staged.url);
        const client = await WatchClient.connect(before.url, `resource_type=${stream.types.join()}`);
        await client.atLeast(stream.types.length);
        for await (const step of replay) expect(step.actual.status).to.equal(200);
        server.watches.stop();
        await client.ended();
        expect(client.events.slice(0, -1)).to.have.length(stream.events.length);
        const [outside, inside] = [before.take(), behind.take()];
        expect(message(outside.asked)).to.equal(message(inside.asked));
        expect(message(outside.answered)).to.equal(message(inside.answered));
        client.close();
        for (const part of [before, staged, behind, server]) await part.stop();
      });
    });
  }

  // A suite of its own, as the tests beside suites come before them.
  describe('when all have been', () => {
    it('should have passed each request and each answer on unchanged to the byte', () => {
      expect(seen.requests).to.be.greaterThan(1_000);
      expect(seen.differences).to.deep.equal([]);
    });
  });
});
