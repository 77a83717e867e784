import { expect } from 'chai';
import fc from 'fast-check';
import { scenarios, type Scenario } from './script.js';
import { World } from './world.js';

// The scenarios are the same each time; how monitor and actors meet in them is not. A failure prints its seed: PROPERTY_SEED plays others, and
// PROPERTY_RUNS makes it more or fewer.
const runs = Number(process.env['PROPERTY_RUNS'] ?? '300');
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261123');

describe('Octavia, Nova and users, in any order, and notifications as late as they like', function () {
  this.timeout(20 * 60_000);

  const holds = async (way: Scenario['way']): Promise<void> => {
    await fc.assert(
      fc.asyncProperty(scenarios(way), async (scenario) => {
        const complaints = await World.play(scenario);
        expect(complaints, complaints.join('\n')).to.deep.equal([]);
      }),
      { numRuns: runs, seed, endOnFailure: true },
    );
  };

  describe('when notifications come late, and users act in the middle of a strip', () => {
    it('should end as the actors left it, hold up nothing, touch nothing else, and then write nothing more', () =>
      holds('held'));
  });

  describe('when notifications come late, twice and out of order, and monitors restart', () => {
    it('should end as the actors left it, hold up nothing, touch nothing else, and then write nothing more', () =>
      holds('disturbed'));
  });
});
