import type { CacheReader, VirtualIpEntity } from '../../cache/index.js';
import type { VipKey } from '../../schema/index.js';

/**
 * The virtual-ips that are ours for the VIP: our annotations name it, and they stand in the project of a port that owns its address.
 * Annotations are in tenants' hands, the port that they name is, too: one in another project is none of ours. Once nobody owns the
 * address they cannot be told apart by it: they are ours unless the port that they name says otherwise, and nothing is left then but
 * to delete them.
 */
export function findManaged(cache: CacheReader, key: VipKey): readonly VirtualIpEntity[] {
  const owners = cache.portsOfAddress(key);
  return cache.find('virtual-ip', 'virtualIpsByVip', key).filter((virtualIp) => {
    if (owners.length > 0) return owners.some((owner) => owner.projectUuid === virtualIp.projectUuid);
    const vipPort = virtualIp.record && cache.get('virtual-machine-interface', virtualIp.record.vipPort);
    return vipPort === undefined || vipPort.projectUuid === virtualIp.projectUuid;
  });
}

/** Which of the names, joined by colons, virtual-ips have that are not among the given ones. */
export function takenNames(
  cache: CacheReader,
  names: readonly string[],
  ours: readonly VirtualIpEntity[],
): readonly string[] {
  const own = new Set(ours.map((virtualIp) => virtualIp.uuid));
  return names.filter((name) => cache.find('virtual-ip', 'virtualIpsByName', name).some(({ uuid }) => !own.has(uuid)));
}
