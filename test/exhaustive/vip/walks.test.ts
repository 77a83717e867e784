import { expect } from 'chai';
import fc from 'fast-check';
import { storiesToTell } from '../../support/scope.js';
import { readable } from '../cast.js';
import type { Scope } from '../scope.js';
import { describeFinding } from '../search.js';
import { walk } from '../walk.js';
import { worldFor, type Stories } from './stories.js';

// A failure prints its seed, as that of the interleavings does.
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261211');

/** Two load balancers that have one address after each other, a failover of the first, its end at any moment, and two acts of the user. */
const everything: Partial<Scope> = {
  octavia: { failover: true, ends: true, follows: true },
  acts: ['associate', 'disassociate', 'move'],
  actCount: 2,
};

/** More than can be searched: stories drawn at random. */
const scopes: readonly (Pick<Stories, 'title' | 'scope'> & Partial<Stories>)[] = [
  { title: 'all of it, and a crash', scope: { ...everything, maxBehind: 2, crashes: 1 } },
  {
    title: 'all of it, and a crash, on the native schema',
    scope: { ...everything, schema: 'native', maxBehind: 2, crashes: 1 },
  },
  { title: 'all of it, and a crash, step by step', scope: { ...everything, maxBehind: 2, crashes: 1, grain: 'fine' } },
  {
    title: 'all of it, and a crash, reads in any order',
    scope: { ...everything, maxBehind: 3, crashes: 1 },
    reads: 'in any order',
  },
  {
    title: 'all of it, and a crash, with a hostile tenant',
    scope: { ...everything, maxBehind: 2, crashes: 1, stranger: true },
  },
  { title: 'all of it, and a write that fails', scope: { ...everything, maxBehind: 2, failures: 1 } },
  { title: 'all of it, heard of by the watch', scope: { ...everything, maxBehind: 2, hears: 'watch' } },
  {
    title: 'all of it, uuids VIP port last',
    scope: { ...everything, maxBehind: 2, crashes: 1 },
    order: 'VIP port last',
  },
];

const choices = fc.array(fc.nat(5_039), { maxLength: 140, size: 'max' });

describe('the monitor, in stories drawn from a scope that is too large to search', function () {
  // As many as are wanted; none of them goes on for ever.
  this.timeout(0);

  for (const { title, ...told } of scopes) {
    describe(`when there is ${title}`, () => {
      it('should come to rest whenever nobody acts any more, as the actors left it, and write nothing more', () => {
        const { world, cast } = worldFor({ reads: 'in turn', ...told });
        const property = fc.property(choices, (made) => {
          const { finding } = walk(world, made);
          if (finding !== undefined) expect.fail(readable(describeFinding(finding), cast));
        });
        fc.assert(property, { numRuns: storiesToTell({ quick: 40, whole: 300 }), seed });
      });
    });
  }
});
