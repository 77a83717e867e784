import type { CacheReader } from '../../../cache/index.js';
import { nameOf, projectOf, type EntityOf } from '../../../model/index.js';
import type { HistoryReader } from '../history/index.js';
import { ownersOf } from '../ports.js';
import type { VipKey } from '../vip-key.js';
import { recordedFloatingIps, recordOf, virtualIpsNaming } from './record.js';

type VirtualIp = EntityOf<'virtual-ip'>;

/** The virtual-ips that are ours for a VIP, by whose record they are. */
export interface ManagedVirtualIps {
  /** Of the VIP port that the VIP has now; where it has none, all of which it is not known that they are over. */
  readonly current: readonly VirtualIp[];
  /** Of a VIP port that does not own the address any more: what they record is over, whoever has the address now. */
  readonly former: readonly VirtualIp[];
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
export function findManaged(cache: CacheReader, key: VipKey): readonly VirtualIp[] {
  const owners = ownersOf(cache, key);
  return virtualIpsNaming(cache, key).filter((virtualIp) => {
    const record = recordOf(virtualIp);
    const projectUuid = projectOf(virtualIp);
    if (record === undefined) return false;
    const owner = owners.find(({ uuid }) => uuid === record.vipPort);
    if (owner !== undefined) return projectOf(owner) === projectUuid;
    const vipPort = cache.get('virtual-machine-interface', record.vipPort);
    if (vipPort !== undefined && projectOf(vipPort) !== projectUuid) return false;
    if (vipPort !== undefined || cache.isGone(record.vipPort)) return isNamedByUs(virtualIp);
    return owners.length === 0 || owners.some((other) => projectOf(other) === projectUuid);
  });
}

/** Sorts them by the VIP port that the VIP has now; undefined: none is to be seen. */
export function sortManaged(
  cache: CacheReader,
  managed: readonly VirtualIp[],
  { key, vipPort }: { readonly key: VipKey; readonly vipPort: string | undefined },
): ManagedVirtualIps {
  const owners = new Set(ownersOf(cache, key).map(({ uuid }) => uuid));
  const isOver = (virtualIp: VirtualIp): boolean => {
    const record = recordOf(virtualIp);
    return (
      record !== undefined &&
      record.vipPort !== vipPort &&
      !owners.has(record.vipPort) &&
      (vipPort !== undefined || owners.size > 0) &&
      (cache.isGone(record.vipPort) || cache.get('virtual-machine-interface', record.vipPort) !== undefined)
    );
  };
  const former = managed.filter(isOver);
  const current = managed.filter(
    (virtualIp) => !isOver(virtualIp) && (vipPort === undefined || recordOf(virtualIp)?.vipPort === vipPort),
  );
  return { current, former };
}

/**
 * Whether the record is believed in what it says of the floating ip. Each is believed for itself: that one is genuine says nothing about
 * another. It is for a floating ip of the virtual-ip's own project, and for one that this process has seen associated with the VIP port;
 * and not at all where the VIP port was last seen in another project.
 */
export function isBelieved(
  { cache, history }: { readonly cache: CacheReader; readonly history: HistoryReader },
  virtualIp: VirtualIp,
  floatingIp: EntityOf<'floating-ip'>,
): boolean {
  const record = recordOf(virtualIp);
  const projectUuid = projectOf(virtualIp);
  if (record === undefined || projectUuid === undefined) return false;
  if (!recordedFloatingIps(virtualIp).includes(floatingIp.uuid)) return false;
  const vipPort = cache.get('virtual-machine-interface', record.vipPort);
  const known = (vipPort && projectOf(vipPort)) ?? history.projectOf(record.vipPort);
  if (known !== undefined && known !== projectUuid) return false;
  if (floatingIp.refs.project.includes(projectUuid)) return true;
  return known !== undefined && history.wasAssociated(floatingIp.uuid, { key: record.vip, vipPort: record.vipPort });
}

/** Which of the names, joined by colons, virtual-ips have that are not among the given ones. */
export function takenNames(
  cache: CacheReader,
  names: readonly string[],
  ours: readonly VirtualIp[],
): readonly string[] {
  const own = new Set(ours.map((virtualIp) => virtualIp.uuid));
  return names.filter((name) => cache.find('virtual-ip', 'name', name).some(({ uuid }) => !own.has(uuid)));
}

function isNamedByUs(virtualIp: VirtualIp): boolean {
  const record = recordOf(virtualIp);
  return record !== undefined && nameOf(virtualIp).startsWith(`octavia-lb-${record.loadBalancer}`);
}
