import { BoundedMap } from '../base/collections/index.js';
import type { Clock } from '../base/clock/index.js';
import { SvcMonitorError } from '../base/errors/index.js';
import {
  definitionOf,
  kinds as allKinds,
  type EntityBase,
  type EntityOf,
  type IndexOf,
  type Kind,
  type ReferrersOf,
} from '../model/index.js';
import type { CacheReader, Transition } from './cache-reader.js';
import { inReadingOrder } from './held-kinds.js';
import { Indexes } from './indexes.js';
import { Versions } from './versions.js';

interface Held {
  readonly entity: EntityBase;
  /** Position of the last live change, write or delete that touched it; full reads leave it. */
  readonly touched: number;
  /** Position of the last change of which the entity shows what it has made of the object: what was heard of later may not be in it. */
  readonly knownUpTo: number;
}

interface Age {
  readonly firstSeenAt: number;
  readonly whenFirstSeen: number;
}

const rememberedDeletes = 100_000;

/** All objects of some kinds, with the references on both sides and the indexes, kept object by object. */
export class ObjectCache implements CacheReader {
  /** The kinds that it holds, in the order in which they are read: what is referenced comes first. */
  public readonly kinds: readonly Kind[];
  public readonly versions = new Versions();
  private readonly objects: ReadonlyMap<Kind, Map<string, Held>>;
  private readonly indexes: Indexes;
  private readonly gone = new BoundedMap<number>(rememberedDeletes);
  private readonly ages = new Map<string, Age>();
  private position = 0;

  /** @param kinds those of which it holds every object. Defaults to all that the library knows. */
  public constructor(
    private readonly clock: Clock,
    kinds: Iterable<Kind> = allKinds,
  ) {
    this.kinds = inReadingOrder(kinds);
    this.objects = new Map(this.kinds.map((kind) => [kind, new Map<string, Held>()]));
    this.indexes = new Indexes(this.kinds);
  }

  /** Whether it holds the objects of the kind. */
  public holds(kind: Kind): boolean {
    return this.objects.has(kind);
  }

  /** The position of the latest change. */
  public get sequence(): number {
    return this.position;
  }

  /** Takes the next position in the order of changes. */
  public nextSequence(): number {
    this.position += 1;
    return this.position;
  }

  public get<K extends Kind>(kind: K, uuid: string): EntityOf<K> | undefined {
    // `put` fills the map of a kind with entities of that kind only.
    return this.objects.get(kind)?.get(uuid)?.entity as EntityOf<K> | undefined;
  }

  public find<K extends Kind>(kind: K, index: IndexOf<K>, key: string): readonly EntityOf<K>[] {
    return this.entities(kind, this.indexes.find(kind, index, key));
  }

  public keys<K extends Kind>(kind: K, index: IndexOf<K>): Iterable<string> {
    return this.indexes.keys(kind, index);
  }

  public referrers<T extends Kind, K extends ReferrersOf<T>>(kind: K, target: T, uuid: string): readonly EntityOf<K>[] {
    return this.entities(kind, this.indexes.referrers(kind, target, uuid));
  }

  public *all<K extends Kind>(kind: K): Iterable<EntityOf<K>> {
    for (const { entity } of this.objects.get(kind)?.values() ?? []) yield entity as EntityOf<K>;
  }

  public isGone(uuid: string): boolean {
    return this.gone.has(uuid);
  }

  public ageMs(uuid: string): number {
    const age = this.ages.get(uuid);
    return age === undefined ? 0 : age.whenFirstSeen + (this.clock.monotonic() - age.firstSeenAt);
  }

  /** How many objects of a kind there are. */
  public size(kind: Kind): number {
    return this.objects.get(kind)?.size ?? 0;
  }

  /** The uuids of a kind. */
  public uuids(kind: Kind): Iterable<string> {
    return this.objects.get(kind)?.keys() ?? [];
  }

  /** The uuids of the objects of a kind that reference an object of any other kind. */
  public referrersOf(kind: Kind, target: Kind, uuid: string): Iterable<string> {
    return this.indexes.referrers(kind, target, uuid);
  }

  /**
   * Position of the last change of which what the cache holds of the object shows what it has made of it: what was heard of after the read
   * began may not be in it.
   */
  public knownUpTo(kind: Kind, uuid: string): number {
    return this.objects.get(kind)?.get(uuid)?.knownUpTo ?? this.position;
  }

  /** Whether the object was touched by something live, or deleted, after that position. */
  public touchedSince(kind: Kind, uuid: string, position: number): boolean {
    return (this.heldOf(kind).get(uuid)?.touched ?? this.gone.get(uuid) ?? 0) > position;
  }

  /**
   * Takes an object as it is now.
   *
   * @param origin position of the change that it comes from, none for a full read; of the last change before the read began, none for what
   * follows from a write of ours; and whether that change made it
   */
  public put<K extends Kind>(
    kind: K,
    entity: EntityOf<K>,
    origin: { readonly touched?: number; readonly readAfter?: number; readonly created?: boolean } = {},
  ): Transition<K> {
    const { uuid } = entity;
    const held = this.heldOf(kind);
    const before = held.get(uuid);
    held.set(uuid, {
      entity,
      touched: origin.touched ?? before?.touched ?? 0,
      knownUpTo: origin.readAfter ?? before?.knownUpTo ?? this.position,
    });
    this.gone.delete(uuid);
    this.indexes.update(kind, before?.entity, entity);
    if (before === undefined && definitionOf(kind).isAged) this.noteAge(entity, origin.created === true);
    return { kind, uuid, before: before?.entity, after: entity } as unknown as Transition<K>;
  }

  /** The object is gone; so it stays known for a while, lest a late message bring it back. */
  public remove<K extends Kind>(kind: K, uuid: string, touched: number): Transition<K> {
    const held = this.heldOf(kind);
    const before = held.get(uuid)?.entity;
    held.delete(uuid);
    this.gone.set(uuid, touched);
    this.versions.deleted(uuid, this.clock.monotonic());
    this.indexes.update(kind, before, undefined);
    this.ages.delete(uuid);
    return { kind, uuid, before, after: undefined } as unknown as Transition<K>;
  }

  private noteAge(entity: EntityBase, isNew: boolean): void {
    // What is made by a CREATE that came just now is new by that: the server's wall clock need not agree with ours.
    const age = isNew || entity.createdAt === undefined ? 0 : Math.max(0, this.clock.now() - entity.createdAt);
    this.ages.set(entity.uuid, { firstSeenAt: this.clock.monotonic(), whenFirstSeen: age });
  }

  private entities<K extends Kind>(kind: K, uuids: Iterable<string>): readonly EntityOf<K>[] {
    const found: EntityOf<K>[] = [];
    for (const uuid of uuids) {
      const entity = this.get(kind, uuid);
      if (entity !== undefined) found.push(entity);
    }
    return found;
  }

  private heldOf(kind: Kind): Map<string, Held> {
    const held = this.objects.get(kind);
    if (held === undefined) throw new SvcMonitorError('bug', 'a kind is not cached', { details: { kind } });
    return held;
  }
}
