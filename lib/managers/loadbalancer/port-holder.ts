import type { CacheReader } from '../../cache/index.js';
import { nameOf, projectOf, type EntityOf } from '../../model/index.js';
import { octaviaIdOf, isOfPool, virtualIpsOf } from '../vip-ports.js';
import type { DriverKind, DriverRegistry } from './drivers/index.js';
import { providerNamed } from './view/index.js';

/** Who has a port for the VIP: Octavia with amphorae, or a load balancer, by whichever driver. */
export type PortHolder =
  { readonly sort: 'octavia' } | { readonly sort: 'loadbalancer'; readonly uuid: string; readonly driver: DriverKind };

interface Candidate {
  readonly uuid: string;
  readonly provider: string | undefined;
  readonly createdAt: number;
}

/** How many load balancers of one port are looked at. */
const mostOfPort = 64;

/**
 * Who has a port for the VIP. Drivers, and the manager of Octavia's VIPs, have different floating ips in mind for one port: were it of several,
 * each would undo what another has written, for ever. Of several load balancers in the port's own project it is the oldest one's, whatever its
 * driver; a port that Octavia has made for a load balancer of its amphorae is no other's.
 *
 * @returns undefined: nobody
 */
export function holderOfPort(
  port: EntityOf<'virtual-machine-interface'>,
  cache: CacheReader,
  drivers: DriverRegistry,
): PortHolder | undefined {
  const project = projectOf(port);
  const octaviaId = octaviaIdOf(nameOf(port));
  const candidates = project === undefined ? [] : candidatesOf(port.uuid, project, cache);
  // Its provider for Tungsten Fabric makes one of the same uuid, and no amphorae.
  const own = octaviaId === undefined ? candidates : candidates.filter(({ uuid }) => uuid === octaviaId);
  const first = own.toSorted(byAge)[0];
  if (first === undefined) return octaviaId === undefined ? undefined : { sort: 'octavia' };
  return {
    sort: 'loadbalancer',
    uuid: first.uuid,
    driver: drivers.kindOf(providerNamed(first.provider, cache)),
  };
}

function candidatesOf(port: string, project: string, cache: CacheReader): readonly Candidate[] {
  // Anybody may name a port of others: those do not count, nor among the first.
  const loadbalancers = cache
    .referrers('loadbalancer', 'virtual-machine-interface', port)
    .filter((one) => projectOf(one) === project && one.refs['virtual-machine-interface'][0] === port);
  const pools = cache
    .referrers('virtual-ip', 'virtual-machine-interface', port)
    .filter((one) => isOfPool(one) && projectOf(one) === project)
    .slice(0, mostOfPort)
    .flatMap(({ refs }) => refs['loadbalancer-pool'].flatMap((pool) => cache.get('loadbalancer-pool', pool) ?? []))
    .filter((one) => projectOf(one) === project && portOfPool(one.uuid, cache) === port);
  return [...loadbalancers.slice(0, mostOfPort), ...pools].map(({ uuid, provider, createdAt = 0 }) => ({
    uuid,
    provider,
    createdAt,
  }));
}

function portOfPool(pool: string, cache: CacheReader): string | undefined {
  return virtualIpsOf(pool, cache)[0]?.refs['virtual-machine-interface'][0];
}

function byAge(one: Candidate, other: Candidate): number {
  return one.createdAt - other.createdAt || (one.uuid < other.uuid ? -1 : 1);
}
