import type { CacheReader } from '../cache/index.js';
import { annotationPrefix, nameOf, projectOf, type EntityOf } from '../model/index.js';

type Port = EntityOf<'virtual-machine-interface'>;

/** How many load balancers of one port are followed from it: there is one, and anybody can name any port. */
const mostPerPort = 64;

const octaviaName = /^octavia-lb-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;

/** Octavia's id of the load balancer that it made a port of that name for the VIP of; undefined: it is no such name. */
export function octaviaIdOf(portName: string): string | undefined {
  return octaviaName.exec(portName)?.[1];
}

/** The virtual-ips of LBaaS v1 that refer to a pool. One that is ours carries our mark, and is no such. */
export function virtualIpsOf(pool: string, cache: CacheReader): readonly EntityOf<'virtual-ip'>[] {
  return cache
    .referrers('virtual-ip', 'loadbalancer-pool', pool)
    .filter(isOfPool)
    .toSorted((one, other) => (one.createdAt ?? 0) - (other.createdAt ?? 0) || (one.uuid < other.uuid ? -1 : 1));
}

/** Whether a virtual-ip is one of LBaaS v1: it has a pool, and carries no mark of ours. */
export function isOfPool({ refs, annotations }: EntityOf<'virtual-ip'>): boolean {
  const isMarked = Object.keys(annotations).some((key) => key.startsWith(annotationPrefix));
  return !isMarked && refs['loadbalancer-pool'].length > 0;
}

/**
 * The port of the VIP of the load balancer that a service instance is of: that is named by the load balancer's uuid, or the pool's in LBaaS
 * v1, and referred to by it (recordings svc-monitor/32 and 51). All three are of one project, whoever named what.
 *
 * @returns undefined: there is none, or not all of it is known yet
 */
export function vipPortOfInstance(instance: EntityOf<'service-instance'>, cache: CacheReader): Port | undefined {
  const uuid = nameOf(instance);
  const owner = cache.get('loadbalancer', uuid) ?? cache.get('loadbalancer-pool', uuid);
  if (owner?.refs['service-instance'].includes(instance.uuid) !== true) return undefined;
  const [portUuid] =
    'virtual-machine-interface' in owner.refs ? owner.refs['virtual-machine-interface'] : ofPool(owner.uuid, cache);
  const port = portUuid === undefined ? undefined : cache.get('virtual-machine-interface', portUuid);
  const project = projectOf(instance);
  const isOfOne =
    project !== undefined && projectOf(owner) === project && port !== undefined && projectOf(port) === project;
  return isOfOne ? port : undefined;
}

/** The service instances of the load balancers of which the port is the VIP's, by uuid. */
export function instancesOfVipPort(uuid: string, cache: CacheReader): readonly string[] {
  const virtualIps = cache.referrers('virtual-ip', 'virtual-machine-interface', uuid).slice(0, mostPerPort);
  return [
    ...cache
      .referrers('loadbalancer', 'virtual-machine-interface', uuid)
      .slice(0, mostPerPort)
      .flatMap(({ refs }) => refs['service-instance']),
    ...virtualIps.flatMap((virtualIp) => instancesOfVirtualIp(virtualIp, cache)),
  ];
}

/** The service instances of the pools of a virtual-ip of LBaaS v1, by uuid. */
export function instancesOfVirtualIp(virtualIp: EntityOf<'virtual-ip'>, cache: CacheReader): readonly string[] {
  if (!isOfPool(virtualIp)) return [];
  return virtualIp.refs['loadbalancer-pool'].flatMap(
    (pool) => cache.get('loadbalancer-pool', pool)?.refs['service-instance'] ?? [],
  );
}

function ofPool(pool: string, cache: CacheReader): readonly string[] {
  return virtualIpsOf(pool, cache)[0]?.refs['virtual-machine-interface'] ?? [];
}
