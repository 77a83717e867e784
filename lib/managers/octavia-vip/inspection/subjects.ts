import type { CacheReader } from '../../../cache/index.js';
import { canonicalAddress, nameOf } from '../../../model/index.js';
import { loadBalancerId } from '../carriers/detection.js';
import { addressesOf, marksOf, networkOf } from '../ports.js';
import { allVips, reactions, type ReactionContext } from '../reactions.js';
import { recordOf } from '../record/record.js';
import { vipKey, vipKeyParts, type VipKey } from '../vip-key.js';

/** Something that can be asked about. */
export type Subject =
  | { readonly what: 'floating-ip' | 'port' | 'virtual-ip' | 'network'; readonly uuid: string }
  /** By Octavia's id. */
  | { readonly what: 'load-balancer'; readonly id: string }
  /** An address in a network: a VIP, or not. */
  | { readonly what: 'address'; readonly key: VipKey };

/**
 * All that a text may mean: a uuid, the id of a load balancer, an address, `<network uuid>/<address>`, or the name of a port, a virtual-ip
 * or a load balancer. Empty: nothing that there is. Several: it is ambiguous.
 */
export function findSubjects(cache: CacheReader, context: ReactionContext, text: string): readonly Subject[] {
  const slash = text.indexOf('/');
  if (slash > 0) {
    const address = canonicalAddress(text.slice(slash + 1));
    const key = address === undefined ? undefined : vipKey(text.slice(0, slash).toLowerCase(), address);
    return key !== undefined && isKnown(cache, context, key) ? [{ what: 'address', key }] : [];
  }
  const address = canonicalAddress(text);
  if (address !== undefined) return byAddress(cache, context, address);
  const uuid = text.toLowerCase();
  const objects: readonly Subject[] = [
    ...(cache.get('floating-ip', uuid) === undefined ? [] : [{ what: 'floating-ip' as const, uuid }]),
    ...(cache.get('virtual-machine-interface', uuid) === undefined ? [] : [{ what: 'port' as const, uuid }]),
    ...(cache.get('virtual-ip', uuid) === undefined ? [] : [{ what: 'virtual-ip' as const, uuid }]),
    ...(cache.get('virtual-network', uuid) === undefined ? [] : [{ what: 'network' as const, uuid }]),
  ];
  if (objects.length > 0) return objects;
  const id = /^(?:octavia-lb-|lb-)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(uuid)?.[1];
  if (id !== undefined && vipsOfLoadBalancer(cache, id).length > 0) return [{ what: 'load-balancer', id }];
  return byName(cache, text);
}

/** The VIPs that a subject has to do with. Empty: it is none of ours. */
export function vipsOf(cache: CacheReader, context: ReactionContext, subject: Subject): readonly VipKey[] {
  const touches = reactions(context);
  switch (subject.what) {
    case 'floating-ip': {
      const floatingIp = cache.get('floating-ip', subject.uuid);
      return floatingIp === undefined ? [] : unique(touches['floating-ip']?.(floatingIp, cache) ?? []);
    }
    case 'port': {
      const port = cache.get('virtual-machine-interface', subject.uuid);
      return port === undefined ? [] : unique(touches['virtual-machine-interface']?.(port, cache) ?? []);
    }
    case 'virtual-ip': {
      const virtualIp = cache.get('virtual-ip', subject.uuid);
      const record = virtualIp && recordOf(virtualIp);
      return record === undefined ? [] : [record.vip];
    }
    case 'network': {
      return [...allVips(cache, context)].filter((key) => vipKeyParts(key).networkUuid === subject.uuid);
    }
    case 'load-balancer':
      return vipsOfLoadBalancer(cache, subject.id).filter((key) => allVips(cache, context).has(key));
    case 'address':
      return allVips(cache, context).has(subject.key) ? [subject.key] : [];
  }
}

/** The ports that own the address or the addresses of a subject that is no VIP: what there is to say of it is said of them. */
export function portsOf(cache: CacheReader, subject: Subject): readonly string[] {
  switch (subject.what) {
    case 'floating-ip':
      return cache.get('floating-ip', subject.uuid)?.refs['virtual-machine-interface'] ?? [];
    case 'port':
      return [subject.uuid];
    case 'virtual-ip':
      return cache.get('virtual-ip', subject.uuid)?.refs['virtual-machine-interface'] ?? [];
    case 'load-balancer':
      return [...cache.all('virtual-machine-interface')]
        .filter((port) => loadBalancerId(nameOf(port), port.vmNames) === subject.id)
        .map(({ uuid }) => uuid);
    case 'network':
      return [];
    case 'address':
      return unique(
        cache.find('instance-ip', 'address', subject.key).flatMap(({ refs }) => refs['virtual-machine-interface']),
      );
  }
}

function isKnown(cache: CacheReader, context: ReactionContext, key: VipKey): boolean {
  return cache.find('instance-ip', 'address', key).length > 0 || allVips(cache, context).has(key);
}

function byAddress(cache: CacheReader, context: ReactionContext, address: string): readonly Subject[] {
  const floatingIps = [...cache.all('floating-ip')]
    .filter((one) => one.address !== undefined && canonicalAddress(one.address) === address)
    .map(({ uuid }): Subject => ({ what: 'floating-ip', uuid }));
  const owned = [...cache.keys('instance-ip', 'address')] as VipKey[];
  const keys = [...owned, ...allVips(cache, context)].filter((key) => vipKeyParts(key).address === address);
  return [...floatingIps, ...unique(keys).map((key): Subject => ({ what: 'address', key }))];
}

function byName(cache: CacheReader, text: string): readonly Subject[] {
  const ports = [...cache.all('virtual-machine-interface')]
    .filter((port) => nameOf(port) === text)
    .map(({ uuid }): Subject => ({ what: 'port', uuid }));
  const virtualIps = [...cache.all('virtual-ip')]
    .filter((virtualIp) => nameOf(virtualIp) === text)
    .map(({ uuid }): Subject => ({ what: 'virtual-ip', uuid }));
  // The VIP port and the virtual-ip of one load balancer have one name: either tells of the same.
  return ports.length > 0 ? ports : virtualIps;
}

function vipsOfLoadBalancer(cache: CacheReader, id: string): readonly VipKey[] {
  const recorded = [...cache.all('virtual-ip')].flatMap((virtualIp) => {
    const record = recordOf(virtualIp);
    return record?.loadBalancer === id ? [record.vip] : [];
  });
  const owned = [...cache.all('virtual-machine-interface')].flatMap((port) => {
    const { name, vmNames } = marksOf(port);
    const network = networkOf(port);
    if (network === undefined || loadBalancerId(name, vmNames) !== id) return [];
    return addressesOf(cache, port.uuid).flatMap((ip) =>
      ip.address === undefined ? [] : [vipKey(network, ip.address)],
    );
  });
  return unique([...recorded, ...owned]);
}

function unique<T>(values: Iterable<T>): readonly T[] {
  return [...new Set(values)];
}
