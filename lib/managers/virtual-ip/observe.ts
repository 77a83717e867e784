import type { CacheReader, VirtualIpEntity } from '../../cache/index.js';
import type { VipKey } from '../../schema/index.js';

/**
 * The virtual-ips that are ours for the VIP: our annotations name it, and they stand in the project of the VIP port that they name.
 * Annotations are in tenants' hands: one that names a port of another project is none of ours. Once that port is gone they cannot be
 * told apart by it, and stay ours: nothing is left then but to delete them.
 */
export function findManaged(cache: CacheReader, key: VipKey): readonly VirtualIpEntity[] {
  return cache.find('virtual-ip', 'virtualIpsByVip', key).filter((virtualIp) => {
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
