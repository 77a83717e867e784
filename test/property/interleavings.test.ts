import { expect } from 'chai';
import fc from 'fast-check';
import { storiesToTell } from '../support/scope.js';
import { play, scenarios } from './script.js';
import type { Setting, SettingKind } from './setting.js';

// A failure prints its seed: PROPERTY_SEED plays other stories, and PROPERTY_RUNS makes each kind of them more or fewer.
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261127');

// 300 of each schema, in all.
const usual = { quick: 5, whole: 75 };

const ways = {
  held: 'when notifications come late, and users act in the middle of a strip',
  disturbed: 'when notifications come late, twice and out of order, and monitors restart',
} as const;

describe('Octavia, Nova, users and strangers, in any order, and notifications as late as they like', function () {
  // As many stories as are wanted; none of them waits for ever.
  this.timeout(0);

  // Each kind has stories of its own.
  let kinds = 0;
  const holds = (kind: SettingKind): (() => Promise<void>) => {
    const own = seed + kinds;
    kinds += 1;
    return () => tell(kind, own);
  };
  const tell = async (kind: SettingKind, own: number): Promise<void> => {
    await fc.assert(
      fc.asyncProperty(scenarios(kind), async (scenario) => {
        const complaints = await play(scenario);
        expect(complaints, complaints.join('\n')).to.deep.equal([]);
      }),
      { numRuns: storiesToTell(usual), seed: own, endOnFailure: true },
    );
  };

  for (const [way, title] of Object.entries(ways) as [Setting['way'], string][]) {
    for (const schema of ['stock', 'native'] as const) {
      describe(`${title}, on the ${schema} schema`, () => {
        it(
          'should end as the actors left it, hold up nothing, touch nothing else, and then write nothing more',
          holds({ way, schema, faults: false }),
        );

        it(
          'should do so when requests fail, some of them after they were carried out',
          holds({ way, schema, faults: true }),
        );
      });
    }
  }
});
