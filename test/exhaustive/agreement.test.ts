import { expect } from 'chai';
import fc from 'fast-check';
import { storiesToTell } from '../support/scope.js';
import { Both, type Deed } from './both.js';
import { castOf, readable, type Cast } from './cast.js';
import { deedOf, firstDeeds, wish, type Wish } from './deeds.js';
import { emptyStore, put, type Store } from './store.js';

// A failure prints its seed, as that of the interleavings does.
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261207');

function firstStore(cast: Cast, schema: Store['schema']): Store {
  const { project, network, floatingIp, bystander } = cast;
  const free = { project, ports: [], dead: [], fixedIp: '', flag: false };
  const store = put(emptyStore(schema), 'virtual-network', network, { project, shared: false });
  return [floatingIp, bystander].reduce((made, id) => put(made, 'floating-ip', id, free), store);
}

/** Wishes, and those that are granted between the last two steps of one that deletes a port. */
type Wishes = readonly (readonly [Wish, readonly Wish[]])[];

function* deedsOf(cast: Cast, both: Both, wishes: Wishes): Iterable<Deed> {
  for (const deed of firstDeeds(cast)) yield deed(both.store);
  for (const [first, between] of wishes) {
    const deed = deedOf(cast, both.store, first);
    if (deed === undefined) continue;
    if (deed.request?.do !== 'delete port') {
      yield deed;
      continue;
    }
    const meanwhile = between
      .flatMap((one) => deedOf(cast, both.store, one) ?? [])
      .filter(({ request }) => request?.do !== 'delete port' && request?.do !== 'bind port');
    yield { request: deed.request, meanwhile };
  }
}

async function play(cast: Cast, schema: Store['schema'], wishes: Wishes): Promise<void> {
  const both = await Both.open(cast, firstStore(cast, schema));
  const told: string[] = [];
  try {
    for (const deed of deedsOf(cast, both, wishes)) {
      told.push(JSON.stringify(deed));
      const differences = await both.play(deed);
      if (differences.length > 0) expect.fail(readable([...differences, ...told].join('\n'), cast));
    }
  } finally {
    await both.close();
  }
}

describe('the abstract store', function () {
  // As many stories as are wanted; none of them waits for ever.
  this.timeout(0);

  for (const schema of ['stock', 'native'] as const) {
    for (const order of ['VIP port first', 'VIP port last'] as const) {
      describe(`when the same is done to it and to the embedded OpenSDN, on the ${schema} schema, uuids ${order}`, () => {
        it('should hold the same objects, give the same answers and publish the same notifications', async () => {
          const wishes = fc.array(fc.tuple(wish, fc.array(wish, { maxLength: 3 })), { minLength: 20, maxLength: 60 });
          const property = fc.asyncProperty(wishes, (list) => play(castOf(order), schema, list));
          await fc.assert(property, { numRuns: storiesToTell({ quick: 5, whole: 25 }), seed, endOnFailure: true });
        });
      });
    }
  }
});
