import type { Clock } from '../base/clock/index.js';
import { SvcMonitorError } from '../base/errors/index.js';
import { vipKeyParts, type VipKey } from '../model/index.js';
import { BoundedMap } from '../base/collections/bounded-map.js';
import type { Cuts } from '../managers/octavia-vip/cuts.js';
import { cachedKinds, type CachedKind, type Entities, type Entity, type PortEntity } from './entities.js';
import { Indexes, type IndexName } from './indexes.js';
import { Traces } from '../managers/octavia-vip/history/traces.js';
import { Versions } from './versions.js';

/** What an object was and is. A created one has no `before`, a deleted one no `after`. */
export type Transition = {
  [K in CachedKind]: {
    readonly kind: K;
    readonly uuid: string;
    readonly before: Entities[K] | undefined;
    readonly after: Entities[K] | undefined;
  };
}[CachedKind];

/** The reading side of the cache: what plans are made from. Plain values, never to be changed by the reader. */
export interface CacheReader {
  get<K extends CachedKind>(kind: K, uuid: string): Entities[K] | undefined;
  /** The objects of a kind that stand under a key of an index. */
  find<K extends CachedKind>(kind: K, index: IndexName, key: string): readonly Entities[K][];
  /** All keys of an index. */
  keys(index: IndexName): Iterable<string>;
  /** Whether the object is known to be gone: a DELETE or a 404 said so. */
  isGone(uuid: string): boolean;
  /** The ports that own the address of the VIP by an instance-ip. */
  portsOfAddress(vip: VipKey): readonly PortEntity[];
  /** How many milliseconds ago the port was made: by the server's word when we first saw it, by our own monotonic time since. */
  portAgeMs(uuid: string): number;
  readonly traces: Traces;
}

interface Held {
  readonly entity: Entity;
  /** Position of the last live change, write or delete that touched it; full reads leave it. */
  readonly touched: number;
}

interface PortAge {
  readonly firstSeenAt: number;
  readonly ageWhenFirstSeen: number;
}

const rememberedDeletes = 100_000;

/** All objects that matter, with the references on both sides and the indexes, kept object by object. */
export class ObjectCache implements CacheReader {
  public readonly traces = new Traces();
  public readonly versions = new Versions();
  private readonly objects = new Map<CachedKind, Map<string, Held>>(cachedKinds.map((kind) => [kind, new Map()]));
  private readonly indexes = new Indexes();
  private readonly gone = new BoundedMap<number>(rememberedDeletes);
  private readonly portAges = new Map<string, PortAge>();
  private position = 0;

  /** @param cuts is told of objects that are cut. Defaults to nobody. */
  public constructor(
    private readonly clock: Clock,
    private readonly cuts?: Cuts,
  ) {}

  /** The position of the latest change. */
  public get sequence(): number {
    return this.position;
  }

  /** Takes the next position in the order of changes. */
  public nextSequence(): number {
    this.position += 1;
    return this.position;
  }

  public get<K extends CachedKind>(kind: K, uuid: string): Entities[K] | undefined {
    // `put` fills the map of a kind with entities of that kind only.
    return this.heldOf(kind).get(uuid)?.entity as Entities[K] | undefined;
  }

  public find<K extends CachedKind>(kind: K, index: IndexName, key: string): readonly Entities[K][] {
    const found: Entities[K][] = [];
    for (const uuid of this.indexes.find(index, key)) {
      const entity = this.get(kind, uuid);
      if (entity !== undefined) found.push(entity);
    }
    return found;
  }

  public keys(index: IndexName): Iterable<string> {
    return this.indexes.keys(index);
  }

  public isGone(uuid: string): boolean {
    return this.gone.has(uuid);
  }

  public portsOfAddress(vip: VipKey): readonly PortEntity[] {
    const { networkUuid } = vipKeyParts(vip);
    const ports = new Map<string, PortEntity>();
    for (const ip of this.find('instance-ip', 'instanceIpsByAddress', vip)) {
      for (const uuid of ip.portUuids) {
        const port = this.get('virtual-machine-interface', uuid);
        if (port?.networkUuid === networkUuid) ports.set(uuid, port);
      }
    }
    return [...ports.values()];
  }

  public portAgeMs(uuid: string): number {
    const age = this.portAges.get(uuid);
    return age === undefined ? 0 : age.ageWhenFirstSeen + (this.clock.monotonic() - age.firstSeenAt);
  }

  /** How many objects of a kind there are. */
  public size(kind: CachedKind): number {
    return this.heldOf(kind).size;
  }

  /** The uuids of a kind. */
  public uuids(kind: CachedKind): Iterable<string> {
    return this.heldOf(kind).keys();
  }

  /** Whether the object was touched by something live, or deleted, after that position. */
  public touchedSince(kind: CachedKind, uuid: string, position: number): boolean {
    return (this.heldOf(kind).get(uuid)?.touched ?? this.gone.get(uuid) ?? 0) > position;
  }

  /**
   * Takes an object as it is now.
   *
   * @param origin position of the change that it comes from, none for a full read; and whether that change made it
   */
  public put<K extends CachedKind>(
    kind: K,
    entity: Entities[K],
    origin: { readonly touched?: number; readonly created?: boolean } = {},
  ): Transition {
    const held = this.heldOf(kind);
    const before = held.get(entity.uuid);
    held.set(entity.uuid, { entity, touched: origin.touched ?? before?.touched ?? 0 });
    this.gone.delete(entity.uuid);
    this.indexes.update(kind, entity.uuid, before?.entity, entity);
    this.cuts?.noted(kind, entity.uuid, entity);
    if (kind === 'virtual-machine-interface' && before === undefined) {
      this.noteAge(entity as PortEntity, origin.created === true);
    }
    return { kind, uuid: entity.uuid, before: before?.entity, after: entity } as Transition;
  }

  /** The object is gone; so it stays known for a while, lest a late message bring it back. */
  public remove(kind: CachedKind, uuid: string, touched: number): Transition {
    const held = this.heldOf(kind);
    const before = held.get(uuid)?.entity;
    held.delete(uuid);
    this.gone.set(uuid, touched);
    this.versions.deleted(uuid, this.clock.monotonic());
    this.indexes.update(kind, uuid, before, undefined);
    this.cuts?.noted(kind, uuid, undefined);
    if (kind === 'virtual-machine-interface') this.portAges.delete(uuid);
    if (kind === 'floating-ip') {
      this.traces.forgetFloatingIp(uuid);
      this.traces.footprints.forget(uuid);
    }
    return { kind, uuid, before, after: undefined } as Transition;
  }

  private noteAge(port: PortEntity, isNew: boolean): void {
    // A port whose CREATE comes is new by that: the server's wall clock need not agree with ours.
    const age = isNew || port.createdAt === undefined ? 0 : Math.max(0, this.clock.now() - port.createdAt);
    this.portAges.set(port.uuid, { firstSeenAt: this.clock.monotonic(), ageWhenFirstSeen: age });
  }

  private heldOf(kind: CachedKind): Map<string, Held> {
    const held = this.objects.get(kind);
    if (held === undefined) throw new SvcMonitorError('bug', 'a kind is not cached', { details: { kind } });
    return held;
  }
}
