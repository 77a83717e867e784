import type { CacheReader, ObjectRef } from '../../cache/index.js';
import type { ControllerSpec, Touches } from '../../controller/index.js';
import { decide, verdictOf, type Plan } from '../../planning/index.js';
import { defaultObjectList, type DefaultObject } from './defaults.js';
import { defaultObjectRules } from './rules.js';

/** Kind and whole name, such as `service-template default-domain:nat-template`. */
export type ObjectKey = string;

/** What is seen of an object: the one that is expected by that name, and the one that is there. */
export interface ObjectSeen {
  readonly kind: DefaultObject['kind'];
  readonly expected?: DefaultObject;
  readonly found?: { readonly uuid: string };
}

const expectedByKey: ReadonlyMap<ObjectKey, DefaultObject> = new Map(
  defaultObjectList.map((one) => [keyOf(one.kind, one.fqName), one]),
);

/** Plans one object: made if it is expected and not there, and else left. Pure. */
export function planDefaultObject({ kind, expected, found }: ObjectSeen): Plan {
  const rule = decide(defaultObjectRules, {
    isThere: found !== undefined,
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
    'service-appliance-set': ({ fqName }) => expectedAt(keyOf('service-appliance-set', fqName)),
    'service-template': ({ fqName }) => expectedAt(keyOf('service-template', fqName)),
  };
  public *keys(): Iterable<ObjectKey> {
    yield* expectedByKey.keys();
  }

  public about(key: ObjectKey, cache: CacheReader): ObjectRef | undefined {
    const { kind, found } = this.observe(key, cache);
    return found === undefined ? undefined : { kind, uuid: found.uuid };
  }

  public observe(key: ObjectKey, cache: CacheReader): ObjectSeen {
    const expected = expectedByKey.get(key);
    const [kind, name] = partsOf(key);
    const [found] = cache.find(kind, 'name', name);
    return {
      kind,
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found: { uuid: found.uuid } }),
    };
  }

  public plan(seen: ObjectSeen): Plan {
    return planDefaultObject(seen);
  }
}

function expectedAt(key: ObjectKey): readonly ObjectKey[] {
  return expectedByKey.has(key) ? [key] : [];
}

function keyOf(kind: DefaultObject['kind'], fqName: readonly string[]): ObjectKey {
  return `${kind} ${fqName.join(':')}`;
}

function partsOf(key: ObjectKey): readonly [DefaultObject['kind'], string] {
  const at = key.indexOf(' ');
  const kind = key.slice(0, at) === 'service-template' ? 'service-template' : 'service-appliance-set';
  return [kind, key.slice(at + 1)];
}
