import { expect } from 'chai';
import fc from 'fast-check';
import { haproxyStories, playHaproxyStory } from '../lib/managers/loadbalancer/haproxy/support/haproxy-stories.js';
import { storiesToTell } from '../support/scope.js';

// A failure prints its seed and path; PROPERTY_SEED plays others, and PROPERTY_RUNS makes it more or fewer.
const runs = storiesToTell({ quick: 10, whole: 300 });
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261128');

describe('users of load balancers in haproxy', () => {
  describe('when the monitor is killed at some write, started anew, and hears not of all', () => {
    it('should find all as it is where nothing happens, and nothing to write a second time', async function () {
      // As many stories as are wanted; none of them waits for ever.
      this.timeout(0);
      await fc.assert(
        fc.asyncProperty(haproxyStories, async (story) => {
          const { end, expected, writes } = await playHaproxyStory(story, seed);
          expect(end).to.deep.equal(expected);
          expect(writes).to.equal(0);
        }),
        { numRuns: runs, seed, endOnFailure: true },
      );
    });
  });
});
