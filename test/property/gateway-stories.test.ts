import { expect } from 'chai';
import fc from 'fast-check';
import { storiesToTell } from '../support/scope.js';
import { gatewayStories, playGatewayStory } from '../gateway/support/stories.js';

// A failure prints its seed and path; PROPERTY_SEED plays others, and PROPERTY_RUNS makes it more or fewer. One takes most of a second: all requests of
// four actors go through sockets twice.
const runs = storiesToTell({ quick: 25, whole: 150, huge: 1_000 });
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261128');

describe('users, Octavia and two controllers of Kubernetes through two gateways', () => {
  describe('when the process of either is killed now and then', () => {
    it('should strip nothing, show no amphora’s port, and answer no association before it is wired', async function () {
      // As many stories as are wanted; none of them waits for ever.
      this.timeout(0);
      await fc.assert(
        fc.asyncProperty(gatewayStories, async (story) => {
          const complaints = await playGatewayStory(story);
          expect(complaints, complaints.join('\n')).to.deep.equal([]);
        }),
        { numRuns: runs, seed, endOnFailure: true },
      );
    });
  });
});
