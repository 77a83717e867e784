import type { CacheReader } from '../../../cache/index.js';
import { nativeMarks, type EntityOf } from '../../../model/index.js';
import type { DriverRegistry } from '../drivers/index.js';
import { holderOfPort } from '../port-holder.js';

/**
 * The load balancer that has a port for its VIP, if it has it natively. One whose driver nobody knows at the moment keeps it. Undefined: there is
 * none.
 */
export function holderOf(port: string, cache: CacheReader, drivers: DriverRegistry): string | undefined {
  const entity = cache.get('virtual-machine-interface', port);
  const holder = entity === undefined ? undefined : holderOfPort(entity, cache, drivers);
  if (holder?.sort !== 'loadbalancer') return undefined;
  return holder.driver === 'native' || holder.driver === 'unknown' ? holder.uuid : undefined;
}

/**
 * The native load balancer that a floating ip is of: that which has a port that it references, or, of a child of an address, a port that has the
 * address. If there are several: that which it is marked with, else the first by uuid.
 */
export function claimantOf(
  floatingIp: EntityOf<'floating-ip'>,
  cache: CacheReader,
  drivers: DriverRegistry,
): string | undefined {
  const { parent, refs, annotations } = floatingIp;
  const ports =
    parent?.kind === 'instance-ip'
      ? (cache.get('instance-ip', parent.uuid)?.refs['virtual-machine-interface'] ?? [])
      : refs['virtual-machine-interface'];
  return firstHolder(ports, annotations?.[nativeMarks.loadbalancer], cache, drivers);
}

/** The native load balancer that has one of the ports: the preferred one, if it has, else the first by uuid. */
export function firstHolder(
  ports: readonly string[],
  preferred: string | undefined,
  cache: CacheReader,
  drivers: DriverRegistry,
): string | undefined {
  const holders = new Set(ports.flatMap((port) => holderOf(port, cache, drivers) ?? []));
  return preferred !== undefined && holders.has(preferred) ? preferred : [...holders].sort()[0];
}
