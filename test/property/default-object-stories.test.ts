import { expect } from 'chai';
import fc from 'fast-check';
import { storiesToTell } from '../support/scope.js';
import { defaultObjectStories, playDefaultObjectStory } from './default-object-story.js';

// A failure prints its seed and path; PROPERTY_SEED plays others, and PROPERTY_RUNS makes it more or fewer.
const runs = storiesToTell({ quick: 15, whole: 300 });
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261128');

describe('the default objects, and operators who work on them', () => {
  describe('when monitors are killed before and after writes, are refused what they make, and do not hear all', () => {
    it('should be as they are undisturbed in the end, and then nothing is written any more', async function () {
      // As many stories as are wanted; none of them waits for ever.
      this.timeout(0);
      await fc.assert(
        fc.asyncProperty(defaultObjectStories, async (story) => {
          const { complaints } = await playDefaultObjectStory(story);
          expect(complaints, complaints.join('\n')).to.deep.equal([]);
        }),
        { numRuns: runs, seed, endOnFailure: true },
      );
    });
  });
});
