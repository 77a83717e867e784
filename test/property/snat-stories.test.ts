import { expect } from 'chai';
import fc from 'fast-check';
import { storiesToTell } from '../support/scope.js';
import { playSnatStory, snatStories } from './snat-story.js';

// A failure prints its seed and path; PROPERTY_SEED plays others, and PROPERTY_RUNS makes it more or fewer.
const runs = storiesToTell({ quick: 15, whole: 300 });
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261128');

describe('SNAT of a tenant’s routers', () => {
  describe('when monitors are killed before and after writes, and what is announced is lost', () => {
    it('should end as it does undisturbed, and then write nothing more', async function () {
      // As many stories as are wanted; none of them waits for ever.
      this.timeout(0);
      await fc.assert(
        fc.asyncProperty(snatStories, async (story) => {
          const complaints = await playSnatStory(story);
          expect(complaints, complaints.join('\n')).to.deep.equal([]);
        }),
        { numRuns: runs, seed, endOnFailure: true },
      );
    });
  });
});
