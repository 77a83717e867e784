import { expect } from 'chai';
import fc from 'fast-check';
import { storiesToTell } from '../support/scope.js';
import { playStory, stories } from './port-tuples/story.js';

// A failure prints its seed and path; PROPERTY_SEED plays others, and PROPERTY_RUNS makes it more or fewer.
const runs = storiesToTell({ quick: 12, whole: 300 });
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261128');

describe('operators of service chains, and a monitor that is stopped, killed and loses messages', () => {
  it('should come to the end that an undisturbed one comes to, and write nothing then', async function () {
    // As many stories as are wanted; none of them waits for ever.
    this.timeout(0);
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        const complaints = await playStory(story);
        expect(complaints, complaints.join('\n')).to.deep.equal([]);
      }),
      { numRuns: runs, seed, endOnFailure: process.env['PROPERTY_SHRINK'] === undefined },
    );
  });
});
