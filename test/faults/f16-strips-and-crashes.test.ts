import { expect } from 'chai';
import fc from 'fast-check';
import { describeFault } from './support/stage.js';
import { storiesToTell } from '../support/scope.js';
import { playStory, stories, type Story } from './support/strips.js';

// A failure prints its seed and path; PROPERTY_SEED plays others, and PROPERTY_RUNS makes it more or fewer. 1,000 on both schemas.
const runs = storiesToTell({ quick: 50, whole: 500 });
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261124');
const shares: readonly { readonly story: Story['story']; readonly share: number; readonly title: string }[] = [
  { story: 'crash', share: 0.4, title: 'when monitors crash before, in the middle of and after the repair of a strip' },
  { story: 'disassociate', share: 0.3, title: 'when the user frees the floating ip before or after a strip' },
  { story: 'meanwhile', share: 0.1, title: 'when the user frees the floating ip while the amphora is deleted' },
  { story: 'in turn', share: 0.2, title: 'when strip, disassociation and crash follow each other' },
];

describeFault('F16 strips, crashes and disassociations in any order', (schema) => {
  for (const { story, share, title } of shares) {
    describe(title, () => {
      it('should repair every strip, and respect every disassociation', async function () {
        // As many stories as are wanted; none of them waits for ever.
        this.timeout(0);
        await fc.assert(
          fc.asyncProperty(stories(story), async (told) => {
            const complaints = await playStory(told, schema);
            expect(complaints, complaints.join('\n')).to.deep.equal([]);
          }),
          { numRuns: Math.ceil(runs * share), seed, endOnFailure: true },
        );
      });
    });
  }
});
