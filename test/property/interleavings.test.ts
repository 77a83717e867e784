import { expect } from 'chai';
import fc from 'fast-check';
import { scenarios, type Scenario } from './script.js';
import { World } from './world.js';

// The scenarios are the same each time; how monitor and actors meet in them is not. A failure prints its seed: PROPERTY_SEED plays others, and
// PROPERTY_RUNS makes each kind of them more or fewer.
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261123');
const runsOf = (usual: number): number => Number(process.env['PROPERTY_RUNS'] ?? usual);

const ways = {
  held: 'when notifications come late, and users act in the middle of a strip',
  disturbed: 'when notifications come late, twice and out of order, and monitors restart',
} as const;

describe('Octavia, Nova and users, in any order, and notifications as late as they like', function () {
  this.timeout(30 * 60_000);

  const holds = async (kind: Pick<Scenario, 'way' | 'schema' | 'faults'>, usualRuns: number): Promise<void> => {
    await fc.assert(
      fc.asyncProperty(scenarios(kind), async (scenario) => {
        const complaints = await World.play(scenario);
        expect(complaints, complaints.join('\n')).to.deep.equal([]);
      }),
      { numRuns: runsOf(usualRuns), seed, endOnFailure: true },
    );
  };

  for (const [way, title] of Object.entries(ways) as [Scenario['way'], string][]) {
    describe(title, () => {
      it('should end as the actors left it, hold up nothing, touch nothing else, and then write nothing more', () =>
        holds({ way, schema: 'stock', faults: false }, 100));

      for (const schema of ['stock', 'native'] as const) {
        it(`should do so when requests fail, some of them after they were carried out, on the ${schema} schema`, () =>
          holds({ way, schema, faults: true }, 250));
      }
    });
  }
});
