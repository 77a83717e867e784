import type { CacheReader } from '../../../lib/cache/index.js';
import {
  definitionOf,
  type EntityOf,
  type IndexOf,
  type Kind as ModelKind,
  type ReferrersOf,
} from '../../../lib/model/index.js';
import type { Id, Kind } from '../store.js';

/** What a process has read, by kind and uuid. */
export type Cached = { readonly [K in Kind]?: Readonly<Record<Id, EntityOf<K>>> };

/** A cache that holds a handful of objects, and finds them by looking at each. */
export class CacheView implements CacheReader {
  private cached: Cached;
  private deleted: ReadonlySet<Id>;

  public constructor(cached: Cached, gone: readonly Id[]) {
    this.cached = cached;
    this.deleted = new Set(gone);
  }

  /** What it holds, as a plain value. */
  public get objects(): Cached {
    return this.cached;
  }

  /** The objects that are known to be gone. */
  public get gone(): readonly Id[] {
    return [...this.deleted].sort();
  }

  public get<K extends ModelKind>(kind: K, uuid: Id): EntityOf<K> | undefined {
    return this.allOf(kind)[uuid];
  }

  public find<K extends ModelKind>(kind: K, index: IndexOf<K>, key: string): readonly EntityOf<K>[] {
    const keysOf = definitionOf(kind).indexes[index];
    return [...this.all(kind)].filter((entity) => keysOf?.(entity).includes(key) === true);
  }

  public keys<K extends ModelKind>(kind: K, index: IndexOf<K>): Iterable<string> {
    const keysOf = definitionOf(kind).indexes[index];
    return new Set([...this.all(kind)].flatMap((entity) => keysOf?.(entity) ?? []));
  }

  public referrers<T extends ModelKind, K extends ReferrersOf<T>>(
    kind: K,
    target: T,
    uuid: Id,
  ): readonly EntityOf<K>[] {
    return [...this.all(kind)].filter(({ refs }) => {
      const uuids = (refs as Readonly<Record<string, readonly Id[]>>)[target];
      return uuids?.includes(uuid) === true;
    });
  }

  public all<K extends ModelKind>(kind: K): Iterable<EntityOf<K>> {
    return Object.values(this.allOf(kind));
  }

  public isGone(uuid: Id): boolean {
    return this.deleted.has(uuid);
  }

  /** No port is ever old: what comes of that is told in minutes. */
  public ageMs(): number {
    return 0;
  }

  /** Takes an object as it is now; returns what it was. */
  public put(kind: Kind, entity: EntityOf): EntityOf | undefined {
    const before = this.get(kind, entity.uuid);
    this.cached = { ...this.cached, [kind]: { ...this.cached[kind], [entity.uuid]: entity } };
    if (this.deleted.has(entity.uuid)) this.deleted = new Set([...this.deleted].filter((id) => id !== entity.uuid));
    return before;
  }

  /** The object is gone; returns what it was. */
  public remove(kind: Kind, uuid: Id): EntityOf | undefined {
    const before = this.get(kind, uuid);
    const others: Record<Id, EntityOf> = { ...this.cached[kind] };
    Reflect.deleteProperty(others, uuid);
    this.cached = { ...this.cached, [kind]: others };
    // Nobody asks whether an address is gone.
    if (kind !== 'instance-ip') this.deleted = new Set([...this.deleted, uuid]);
    return before;
  }

  private allOf<K extends ModelKind>(kind: K): Readonly<Record<Id, EntityOf<K>>> {
    const objects: Readonly<Partial<Record<ModelKind, Readonly<Record<Id, EntityOf>>>>> = this.cached;
    return (objects[kind] ?? {}) as Readonly<Record<Id, EntityOf<K>>>;
  }
}
