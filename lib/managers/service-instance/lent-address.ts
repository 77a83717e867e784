import type { CacheReader } from '../../cache/index.js';
import type { EntityOf } from '../../model/index.js';
import { vipPortOfInstance } from '../vip-ports.js';
import type { Lent } from './seen.js';

/** How many addresses of a VIP port are given on: there are one or two. */
const mostAddresses = 16;

/**
 * Whose addresses the interfaces of a side get: the service's own, or those of somebody else. The right side of a load balancer has the addresses of
 * its VIP port (recording svc-monitor/32), and begins with that one's security groups: until an address is known, the service instance waits.
 */
export function lentAddressOf({
  instance,
  template,
  type,
  cache,
}: {
  readonly instance: EntityOf<'service-instance'>;
  readonly template: EntityOf<'service-template'>;
  readonly type: string;
  readonly cache: CacheReader;
}): Lent {
  if (template.type !== 'loadbalancer' || type !== 'right') return { state: 'own' };
  const port = vipPortOfInstance(instance, cache);
  const addresses = port === undefined ? [] : cache.referrers('instance-ip', 'virtual-machine-interface', port.uuid);
  if (port === undefined || addresses.length === 0) return { state: 'awaited' };
  const groups = port.refs['security-group'].flatMap((uuid) => cache.get('security-group', uuid) ?? []);
  return {
    state: 'lent',
    uuids: addresses
      .map(({ uuid }) => uuid)
      .sort()
      .slice(0, mostAddresses),
    securityGroups: groups.map(({ uuid, fqName }) => ({ uuid, fqName })),
  };
}
