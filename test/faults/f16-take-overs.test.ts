import { expect } from 'chai';
import fc from 'fast-check';
import { describeFault } from './support/stage.js';
import { storiesToTell } from '../support/scope.js';
import { playTakeOvers, takeOvers } from './support/take-overs.js';

// A failure prints its seed and path; PROPERTY_SEED plays others, and PROPERTY_RUNS makes it more or fewer.
const runs = storiesToTell({ quick: 40, whole: 300 });
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261128');

describeFault('F16 strips, disassociations and take-overs in any order', (schema) => {
  for (const [title, withUser] of [
    ['when the leader dies before, in the middle of and after the repair of a strip', false],
    ['when users free floating ips at the same time', true],
  ] as const) {
    describe(title, () => {
      it('should repair every strip, and respect every disassociation, by the one that stood by', async function () {
        // As many stories as are wanted; none of them waits for ever.
        this.timeout(0);
        await fc.assert(
          fc.asyncProperty(takeOvers(withUser), async (story) => {
            const complaints = await playTakeOvers(story, schema);
            expect(complaints, complaints.join('\n')).to.deep.equal([]);
          }),
          { numRuns: runs, seed, endOnFailure: true },
        );
      });
    });
  }
});
