import { expect } from 'chai';
import fc from 'fast-check';
import { NativeStage } from '../lib/managers/loadbalancer/native/support/native-stage.js';
import { storiesToTell } from '../support/scope.js';
import { nativeStories, playNativeStory } from './native-story.js';

// A failure prints its seed and path; PROPERTY_SEED plays others, and PROPERTY_RUNS makes it more or fewer.
const runs = storiesToTell({ quick: 15, whole: 300 });
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261128');

describe('native load balancers of Kubernetes’ services', () => {
  describe('when monitors are killed before and after writes, and what is announced is lost', () => {
    it('should lead where services want at the end, and then write nothing more', async function () {
      // As many stories as are wanted; none of them waits for ever.
      this.timeout(0);
      await fc.assert(
        fc.asyncProperty(nativeStories, async (story) => {
          const complaints = await playNativeStory(await NativeStage.open(), story);
          expect(complaints, complaints.join('\n')).to.deep.equal([]);
        }),
        { numRuns: runs, seed, endOnFailure: true },
      );
    });
  });
});
