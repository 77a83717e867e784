import type { CacheReader } from '../../../cache/index.js';
import type { EntityOf } from '../../../model/index.js';
import type { VipKey } from '../vip-key.js';
import { floatingIpRecordKey, recordIn, recordKeys, type VirtualIpRecord } from './annotations.js';

type VirtualIp = EntityOf<'virtual-ip'>;

/** What a virtual-ip records, if this project keeps it. */
export function recordOf({ annotations, cut }: Pick<VirtualIp, 'annotations' | 'cut'>): VirtualIpRecord | undefined {
  const record = recordIn(annotations);
  if (record === undefined || cut?.includes('annotations') !== true) return record;
  return { ...record, members: [], cut: ['floatingIps', 'members'] };
}

/** Whether only a part of what it says is taken: of references or record. */
export function isCut(virtualIp: VirtualIp): boolean {
  return virtualIp.cut !== undefined || recordOf(virtualIp)?.cut !== undefined;
}

/**
 * The floating ips that a virtual-ip of ours records as associated, sorted: in its annotations, or by reference on an extended schema,
 * or, while one follows the other, in both. None for a virtual-ip of others.
 */
export function recordedFloatingIps(virtualIp: VirtualIp): readonly string[] {
  const record = recordOf(virtualIp);
  if (record === undefined) return [];
  return sortedUnique([...record.floatingIps, ...virtualIp.refs['floating-ip']]);
}

/**
 * The ports that a virtual-ip of ours names as those that carry the VIP, by reference or in its record, sorted, the VIP port among them.
 * References to ports that are gone vanish from the server's database with them (recording 16); the record stays.
 */
export function recordedPorts(virtualIp: VirtualIp): readonly string[] {
  return sortedUnique([...virtualIp.refs['virtual-machine-interface'], ...(recordOf(virtualIp)?.members ?? [])]);
}

/** The virtual-ips that name the VIP in their annotations, whoever wrote those. */
export function virtualIpsNaming(cache: CacheReader, vip: VipKey): readonly VirtualIp[] {
  return cache
    .find('virtual-ip', 'annotation', `${recordKeys.vip}=${vip}`)
    .filter((virtualIp) => recordOf(virtualIp) !== undefined);
}

/** The virtual-ips that record the floating ip, whoever wrote that. */
export function virtualIpsRecording(cache: CacheReader, floatingIp: string): readonly VirtualIp[] {
  const found = new Map<string, VirtualIp>();
  const annotated = cache.find('virtual-ip', 'annotation', floatingIpRecordKey(floatingIp));
  for (const virtualIp of [...annotated, ...cache.referrers('virtual-ip', 'floating-ip', floatingIp)]) {
    if (recordedFloatingIps(virtualIp).includes(floatingIp)) found.set(virtualIp.uuid, virtualIp);
  }
  return [...found.values()];
}

function sortedUnique(values: readonly string[]): readonly string[] {
  return values.length < 2 ? values : [...new Set(values)].sort();
}
