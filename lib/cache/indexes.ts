import { vipKey, type VipKey } from '../model/index.js';
import { recordedFloatingIps, type CachedKind, type Entities, type Entity } from './entities.js';
import { MultiMap } from '../base/collections/multi-map.js';

/** What an object is found by, besides its uuid. Each function gives the keys under which an entity of that kind stands. */
const indexed = {
  /** Ports by the addresses that they have as pairs of exactly one address. */
  portsByPair: {
    kind: 'virtual-machine-interface',
    keysOf: (port: Entities['virtual-machine-interface']) =>
      port.networkUuid === undefined ? [] : keysIn(port.networkUuid, port.pairAddresses),
  },
  portsByVirtualMachine: {
    kind: 'virtual-machine-interface',
    keysOf: (port: Entities['virtual-machine-interface']) => port.vmUuids,
  },
  instanceIpsByAddress: {
    kind: 'instance-ip',
    keysOf: (ip: Entities['instance-ip']) =>
      ip.networkUuid === undefined || ip.address === undefined ? [] : [vipKey(ip.networkUuid, ip.address)],
  },
  instanceIpsByPort: { kind: 'instance-ip', keysOf: (ip: Entities['instance-ip']) => ip.portUuids },
  floatingIpsByPort: { kind: 'floating-ip', keysOf: (ip: Entities['floating-ip']) => ip.portUuids },
  virtualIpsByPort: { kind: 'virtual-ip', keysOf: (ip: Entities['virtual-ip']) => ip.portUuids },
  virtualIpsByVip: {
    kind: 'virtual-ip',
    keysOf: (ip: Entities['virtual-ip']) => (ip.record === undefined ? [] : [ip.record.vip]),
  },
  virtualIpsByFloatingIp: {
    kind: 'virtual-ip',
    keysOf: recordedFloatingIps,
  },
  virtualIpsByName: { kind: 'virtual-ip', keysOf: (ip: Entities['virtual-ip']) => [ip.fqName.join(':')] },
} as const satisfies Record<string, { readonly kind: CachedKind; readonly keysOf: unknown }>;

/** The name of an index. @useDeclaredType */
export type IndexName = keyof typeof indexed;

/** The indexes of the cache: uuids by key, kept up to date object by object. */
export class Indexes {
  private readonly maps: Readonly<Record<IndexName, MultiMap>>;
  private readonly byKind = new Map<CachedKind, { map: MultiMap; keysOf: (entity: Entity) => readonly string[] }[]>();

  public constructor() {
    const names = Object.keys(indexed) as IndexName[];
    this.maps = Object.fromEntries(names.map((name) => [name, new MultiMap()])) as Record<IndexName, MultiMap>;
    for (const name of names) {
      const { kind, keysOf } = indexed[name];
      const list = this.byKind.get(kind) ?? [];
      // The table pairs each function with the kind that it takes.
      list.push({ map: this.maps[name], keysOf: keysOf as (entity: Entity) => readonly string[] });
      this.byKind.set(kind, list);
    }
  }

  /** The uuids under a key. */
  public find(name: IndexName, key: string): Iterable<string> {
    return this.maps[name].get(key);
  }

  /** All keys of an index. */
  public keys(name: IndexName): IterableIterator<string> {
    return this.maps[name].keys();
  }

  /** Moves an object from where it stood to where it stands; undefined for one that was not, or is no more. */
  public update(kind: CachedKind, uuid: string, before: Entity | undefined, after: Entity | undefined): void {
    for (const { map, keysOf } of this.byKind.get(kind) ?? []) {
      if (before !== undefined) for (const key of keysOf(before)) map.delete(key, uuid);
      if (after !== undefined) for (const key of keysOf(after)) map.add(key, uuid);
    }
  }
}

function keysIn(networkUuid: string, addresses: readonly string[]): readonly VipKey[] {
  return addresses.map((address) => vipKey(networkUuid, address));
}
