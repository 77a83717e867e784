import type { CacheReader } from '../../../cache/index.js';
import type { Touches } from '../../../controller/index.js';
import { nativeMarks, projectOf, type EntityOf } from '../../../model/index.js';
import { mostFollowed, ofVipPorts, viewKeys, viewTouches } from '../view/index.js';

/** Which load balancers a change touches: those whose view it changes, and those whose members, floating ips or health checks it concerns. */
export const nativeTouches: Touches<string> = {
  ...viewTouches,
  'virtual-machine-interface': (port, cache) => [
    ...viewTouches['virtual-machine-interface'](port, cache),
    ...ofMembers(cache.find('loadbalancer-member', 'interface', port.uuid), cache),
    ...cache
      .referrers('instance-ip', 'virtual-machine-interface', port.uuid)
      .slice(0, mostFollowed)
      .flatMap((address) => ofMembersAt(address, projectOf(port), cache)),
    ...cache
      .referrers('floating-ip', 'virtual-machine-interface', port.uuid)
      .slice(0, mostFollowed)
      .flatMap(({ annotations }) => annotations?.[nativeMarks.loadbalancer] ?? []),
    ...port.refs['service-health-check']
      .slice(0, mostFollowed)
      .flatMap((check) => cache.get('service-health-check', check)?.annotations?.[nativeMarks.loadbalancer] ?? []),
  ],
  'instance-ip': (address, cache) => [
    ...viewTouches['instance-ip'](address, cache),
    ...address.refs['virtual-machine-interface'].slice(0, mostFollowed).flatMap((uuid) => {
      const port = cache.get('virtual-machine-interface', uuid);
      return port === undefined ? [] : ofMembersAt(address, projectOf(port), cache);
    }),
  ],
  'floating-ip': (floatingIp, cache) => [
    ...viewTouches['floating-ip'](floatingIp, cache),
    ...[floatingIp.annotations?.[nativeMarks.loadbalancer] ?? []].flat(),
    ...(floatingIp.parent?.kind === 'instance-ip'
      ? ofVipPorts(cache.get('instance-ip', floatingIp.parent.uuid)?.refs['virtual-machine-interface'] ?? [], cache)
      : []),
  ],
  'service-health-check': ({ annotations }) => [annotations?.[nativeMarks.loadbalancer] ?? []].flat(),
  'virtual-network': ({ subnets = [] }, cache) =>
    subnets.flatMap((subnet) => [
      ...ofMembers(cache.find('loadbalancer-member', 'subnet', subnet), cache),
      ...cache
        .find('loadbalancer-pool', 'subnet', subnet)
        .flatMap((pool) => [...viewTouches['loadbalancer-pool'](pool, cache)]),
    ]),
};

/** All that there is anything to do for: load balancers, and those that something is marked with. */
export function* nativeKeys(cache: CacheReader): Iterable<string> {
  yield* new Set([
    ...viewKeys(cache),
    ...cache.keys('floating-ip', 'loadbalancer'),
    ...cache.keys('service-health-check', 'loadbalancer'),
  ]);
}

function ofMembers(members: readonly EntityOf<'loadbalancer-member'>[], cache: CacheReader): readonly string[] {
  return members.flatMap((member) => viewTouches['loadbalancer-member'](member, cache));
}

// The same address is used in many projects: only members of the project that it is in lead to it.
function ofMembersAt(
  { address }: EntityOf<'instance-ip'>,
  project: string | undefined,
  cache: CacheReader,
): readonly string[] {
  if (address === undefined || project === undefined) return [];
  const members = cache.find('loadbalancer-member', 'address', address).filter(({ parent, interfaceUuid }) => {
    const pool = parent === undefined ? undefined : cache.get('loadbalancer-pool', parent.uuid);
    return interfaceUuid === undefined && pool !== undefined && projectOf(pool) === project;
  });
  return ofMembers(members, cache);
}
