import type { CacheReader } from '../../cache/index.js';
import { nameOf, type EntityOf } from '../../model/index.js';
import { vipKey, vipKeyParts, type VipKey } from './vip-key.js';

type Port = EntityOf<'virtual-machine-interface'>;

/** The ports that own the address of the VIP by an instance-ip. */
export function ownersOf(cache: CacheReader, vip: VipKey): readonly Port[] {
  const { networkUuid } = vipKeyParts(vip);
  const ports = new Map<string, Port>();
  for (const ip of cache.find('instance-ip', 'address', vip)) {
    for (const uuid of ip.refs['virtual-machine-interface']) {
      const port = cache.get('virtual-machine-interface', uuid);
      if (port !== undefined && networkOf(port) === networkUuid) ports.set(uuid, port);
    }
  }
  return [...ports.values()];
}

/** The ports that have exactly the address of the VIP among their allowed address pairs. */
export function carriersOf(cache: CacheReader, vip: VipKey): readonly Port[] {
  return cache.find('virtual-machine-interface', 'pair', vip);
}

/** The VIPs that the port carries as pairs of exactly one address. */
export function carriedBy(port: Port): readonly VipKey[] {
  const network = networkOf(port);
  return network === undefined ? [] : port.pairAddresses.map((address) => vipKey(network, address));
}

/** The addresses that the port owns. */
export function addressesOf(cache: CacheReader, port: string): readonly EntityOf<'instance-ip'>[] {
  return cache.referrers('instance-ip', 'virtual-machine-interface', port);
}

/** The network of a port; undefined if it has none. */
export function networkOf({ refs }: Pick<Port, 'refs'>): string | undefined {
  return refs['virtual-network'][0];
}

/** The marks by which a port is told apart. */
export function marksOf(port: Port): {
  readonly name: string;
  readonly owner: string;
  readonly vmNames: readonly string[];
  readonly hasVirtualMachine: boolean;
} {
  const { owner, vmNames, refs } = port;
  return { name: nameOf(port), owner, vmNames, hasVirtualMachine: refs['virtual-machine'].length > 0 };
}

/** Whether nothing is known of a port, not even that it is gone: it cannot be read, or is being read. */
export function isUnclear(cache: CacheReader, port: string): boolean {
  return cache.get('virtual-machine-interface', port) === undefined && !cache.isGone(port);
}
