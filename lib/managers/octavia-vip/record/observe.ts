import {
  recordedFloatingIps,
  type CacheReader,
  type FloatingIpEntity,
  type VirtualIpEntity,
} from '../../../cache/index.js';
import type { VipKey } from '../../../model/index.js';

/** The virtual-ips that are ours for a VIP, by whose record they are. */
export interface ManagedVirtualIps {
  /** Of the VIP port that the VIP has now; where it has none, all of which it is not known that they are over. */
  readonly current: readonly VirtualIpEntity[];
  /** Of a VIP port that does not own the address any more: what they record is over, whoever has the address now. */
  readonly former: readonly VirtualIpEntity[];
}

/**
 * The virtual-ips that may be ours for the VIP: our annotations name it. Annotations are in tenants' hands, and so is the port that they
 * name:
 *
 * | the port that the record names | the virtual-ip is |
 * |---|---|
 * | owns the address, and is of the virtual-ip's own project | ours |
 * | owns the address, and is of another project | forged: none of ours |
 * | exists in another project, without the address | forged: none of ours |
 * | is gone, or has lost the address, and the name is one that we give | ours: nothing is left but to clear it away |
 * | cannot be read | ours if it stands in the project of a port that owns the address, or nobody owns it |
 */
export function findManaged(cache: CacheReader, key: VipKey): readonly VirtualIpEntity[] {
  const owners = cache.portsOfAddress(key);
  return cache.find('virtual-ip', 'virtualIpsByVip', key).filter((virtualIp) => {
    const { record, projectUuid } = virtualIp;
    if (record === undefined) return false;
    const owner = owners.find(({ uuid }) => uuid === record.vipPort);
    if (owner !== undefined) return owner.projectUuid === projectUuid;
    const vipPort = cache.get('virtual-machine-interface', record.vipPort);
    if (vipPort !== undefined && vipPort.projectUuid !== projectUuid) return false;
    if (vipPort !== undefined || cache.isGone(record.vipPort)) return isNamedByUs(virtualIp);
    return owners.length === 0 || owners.some((other) => other.projectUuid === projectUuid);
  });
}

/** Sorts them by the VIP port that the VIP has now; undefined: none is to be seen. */
export function sortManaged(
  cache: CacheReader,
  managed: readonly VirtualIpEntity[],
  { key, vipPort }: { readonly key: VipKey; readonly vipPort: string | undefined },
): ManagedVirtualIps {
  const owners = new Set(cache.portsOfAddress(key).map(({ uuid }) => uuid));
  const isOver = ({ record }: VirtualIpEntity): boolean =>
    record !== undefined &&
    record.vipPort !== vipPort &&
    !owners.has(record.vipPort) &&
    (vipPort !== undefined || owners.size > 0) &&
    (cache.isGone(record.vipPort) || cache.get('virtual-machine-interface', record.vipPort) !== undefined);
  const former = managed.filter(isOver);
  const current = managed.filter(
    (virtualIp) => !isOver(virtualIp) && (vipPort === undefined || virtualIp.record?.vipPort === vipPort),
  );
  return { current, former };
}

/**
 * Whether the record is believed in what it says of the floating ip. Each is believed for itself: that one is genuine says nothing about
 * another. It is for a floating ip of the virtual-ip's own project, and for one that this process has seen associated with the VIP port;
 * and not at all where the VIP port was last seen in another project.
 */
export function isBelieved(cache: CacheReader, virtualIp: VirtualIpEntity, floatingIp: FloatingIpEntity): boolean {
  const { projectUuid, record } = virtualIp;
  if (record === undefined || projectUuid === undefined) return false;
  if (!recordedFloatingIps(virtualIp).includes(floatingIp.uuid)) return false;
  const vipPort = cache.get('virtual-machine-interface', record.vipPort);
  const known = vipPort?.projectUuid ?? cache.traces.projectOfVipPort(record.vipPort);
  if (known !== undefined && known !== projectUuid) return false;
  if (floatingIp.projectUuids.includes(projectUuid)) return true;
  return (
    known !== undefined &&
    cache.traces.wasAssociationSeen(floatingIp.uuid, { key: record.vip, vipPort: record.vipPort })
  );
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

function isNamedByUs({ fqName, record }: VirtualIpEntity): boolean {
  return record !== undefined && fqName.at(-1)?.startsWith(`octavia-lb-${record.loadBalancer}`) === true;
}
