import type { Clock } from '../../base/clock/index.js';
import { problemOf } from '../../base/problems/index.js';
import type { CacheReader } from '../../cache/index.js';
import type { ControllerProblem, ControllerSpec, Touches } from '../../controller/index.js';
import { decide, verdictOf, type Plan } from '../../planning/index.js';
import { defaultObjectList, type DefaultObject } from './defaults.js';
import { isKnownDriver } from '../driver-paths.js';
import { defaultObjectProblems } from './problem-types.js';
import { defaultObjectRules } from './rules.js';

/** Kind and whole name, such as `service-template default-domain:nat-template`. */
export type ObjectKey = string;

/** What is seen of an object: the one that is expected by that name, and the one that is there. */
export interface ObjectSeen {
  readonly kind: DefaultObject['kind'];
  readonly expected?: DefaultObject;
  readonly found?: { readonly uuid: string; readonly driver?: string };
}

const expectedByKey: ReadonlyMap<ObjectKey, DefaultObject> = new Map(
  defaultObjectList.map((one) => [keyOf(one.kind, one.fqName), one]),
);

/** Plans one object: made if it is expected and not there, and else left. Pure. */
export function planDefaultObject({ kind, expected, found }: ObjectSeen): Plan {
  const rule = decide(defaultObjectRules, {
    isExpected: expected !== undefined,
    isThere: found !== undefined,
    driver: found?.driver === undefined ? 'none' : isKnownDriver(found.driver) ? 'known' : 'unknown',
  });
  const isMade = rule.stands === 'create' && expected !== undefined;
  return {
    stages: isMade ? [{ name: 'default object', writes: [{ do: 'create', as: 'object', ...expected }] }] : [],
    verdicts: [verdictOf({ kind, uuid: found?.uuid ?? '' }, rule)],
    heeds: [],
    verify: [],
  };
}

/**
 * Keeps the default objects there. One that is there is left as it is, whoever made it. Where the parent is not there yet, the config API
 * refuses the create, and it is tried again.
 */
export class DefaultObjectController implements ControllerSpec<ObjectKey, ObjectSeen> {
  public readonly name = 'default-objects';
  public readonly touches: Touches<ObjectKey> = {
    'service-appliance-set': ({ fqName }) => [keyOf('service-appliance-set', fqName)],
    'service-template': ({ fqName }) => {
      const key = keyOf('service-template', fqName);
      return expectedByKey.has(key) ? [key] : [];
    },
  };
  // Sets with a driver that is not there, by uuid, and since when: milliseconds since 1970.
  private readonly unknown = new Map<string, { readonly name: string; readonly since: number }>();

  public constructor(private readonly parts: { readonly cache: CacheReader; readonly clock: Clock }) {}

  public *keys(cache: CacheReader): Iterable<ObjectKey> {
    yield* expectedByKey.keys();
    for (const { fqName } of cache.all('service-appliance-set')) yield keyOf('service-appliance-set', fqName);
  }

  public observe(key: ObjectKey, cache: CacheReader): ObjectSeen {
    const expected = expectedByKey.get(key);
    const [kind, name] = partsOf(key);
    const [found] =
      kind === 'service-template'
        ? cache.find(kind, 'name', name).map(({ uuid }) => ({ uuid }))
        : cache
            .find(kind, 'name', name)
            .map(({ uuid, driver }) => ({ uuid, ...(driver === undefined ? {} : { driver }) }));
    return { kind, ...(expected === undefined ? {} : { expected }), ...(found === undefined ? {} : { found }) };
  }

  public plan(seen: ObjectSeen): Plan {
    return planDefaultObject(seen);
  }

  public isOver(key: ObjectKey, cache: CacheReader): boolean {
    return !expectedByKey.has(key) && this.observe(key, cache).found === undefined;
  }

  public problems(): readonly ControllerProblem[] {
    const sets = [...this.parts.cache.all('service-appliance-set')].filter(
      ({ driver }) => driver !== undefined && !isKnownDriver(driver),
    );
    const still = new Set(sets.map(({ uuid }) => uuid));
    for (const uuid of this.unknown.keys()) if (!still.has(uuid)) this.unknown.delete(uuid);
    for (const { uuid, fqName } of sets) {
      if (this.unknown.has(uuid)) continue;
      this.unknown.set(uuid, { name: fqName.at(-1) ?? '', since: this.parts.clock.now() });
    }
    return [...this.unknown].map(([uuid, { name, since }]) =>
      problemOf(defaultObjectProblems, 'unknown-driver', {
        kind: 'service-appliance-set',
        uuid,
        message: `the service appliance set ${name} names a driver that there is none of`,
        since,
      }),
    );
  }
}

function keyOf(kind: DefaultObject['kind'], fqName: readonly string[]): ObjectKey {
  return `${kind} ${fqName.join(':')}`;
}

function partsOf(key: ObjectKey): readonly [DefaultObject['kind'], string] {
  const at = key.indexOf(' ');
  const kind = key.slice(0, at) === 'service-template' ? 'service-template' : 'service-appliance-set';
  return [kind, key.slice(at + 1)];
}
