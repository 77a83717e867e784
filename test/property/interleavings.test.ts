import { expect } from 'chai';
import fc from 'fast-check';
import { storiesToTell } from '../support/scope.js';
import { play, scenarios, type Scenario } from './script.js';

// A failure prints its seed: PROPERTY_SEED plays other stories, and PROPERTY_RUNS makes each kind of them more or fewer.
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261123');

const ways = {
  held: 'when notifications come late, and users act in the middle of a strip',
  disturbed: 'when notifications come late, twice and out of order, and monitors restart',
} as const;

describe('Octavia, Nova and users, in any order, and notifications as late as they like', function () {
  // As many stories as are wanted; none of them waits for ever.
  this.timeout(0);

  const holds = async (
    kind: Pick<Scenario, 'way' | 'schema' | 'faults'>,
    usual: { readonly quick: number; readonly whole: number },
  ): Promise<void> => {
    await fc.assert(
      fc.asyncProperty(scenarios(kind), async (scenario) => {
        const complaints = await play(scenario);
        expect(complaints, complaints.join('\n')).to.deep.equal([]);
      }),
      { numRuns: storiesToTell(usual), seed, endOnFailure: true },
    );
  };

  for (const [way, title] of Object.entries(ways) as [Scenario['way'], string][]) {
    describe(title, () => {
      it('should end as the actors left it, hold up nothing, touch nothing else, and then write nothing more', () =>
        holds({ way, schema: 'stock', faults: false }, { quick: 10, whole: 100 }));

      for (const schema of ['stock', 'native'] as const) {
        it(`should do so when requests fail, some of them after they were carried out, on the ${schema} schema`, () =>
          holds({ way, schema, faults: true }, { quick: 10, whole: 250 }));
      }
    });
  }
});
