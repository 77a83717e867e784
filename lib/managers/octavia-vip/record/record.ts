import type { CacheReader } from '../../../cache/index.js';
import { projectOf, type EntityOf } from '../../../model/index.js';
import { addressesOf, carriersOf, networkOf } from '../ports.js';
import { vipKey, type VipKey } from '../vip-key.js';
import { floatingIpRecordKey, recordIn, recordKeys, type VirtualIpRecord } from './annotations.js';

type VirtualIp = EntityOf<'virtual-ip'>;

/** What a virtual-ip records, if this project keeps it. */
export function recordOf({ annotations, cut }: Pick<VirtualIp, 'annotations' | 'cut'>): VirtualIpRecord | undefined {
  const record = recordIn(annotations);
  if (record === undefined || cut?.includes('annotations') !== true) return record;
  return { ...record, members: [], cut: ['floatingIps', 'members'] };
}

/** A virtual-ip with a record of this project, whoever wrote that; it is read once, where the virtual-ip is found. */
export type KeptVirtualIp = VirtualIp & { readonly record: VirtualIpRecord };

/** The virtual-ip with what it records; undefined if it has no record of this project. */
export function withRecord(virtualIp: VirtualIp): KeptVirtualIp | undefined {
  const record = recordOf(virtualIp);
  return record === undefined ? undefined : { ...virtualIp, record };
}

/** Whether only a part of what it says is taken: of references or record. */
export function isCut({ cut, record }: KeptVirtualIp): boolean {
  return cut !== undefined || record.cut !== undefined;
}

/**
 * The floating ips that a virtual-ip of ours records as associated, sorted: in its annotations, or by reference on an extended schema,
 * or, while one follows the other, in both.
 */
export function recordedFloatingIps({ record, refs }: KeptVirtualIp): readonly string[] {
  return sortedUnique([...record.floatingIps, ...refs['floating-ip']]);
}

/**
 * The ports that a virtual-ip of ours names as those that carry the VIP, by reference or in its record, sorted, the VIP port among them.
 * References to ports that are gone vanish from the server's database with them (recording 16); the record stays.
 */
export function recordedPorts({ record, refs }: KeptVirtualIp): readonly string[] {
  return sortedUnique([...refs['virtual-machine-interface'], ...record.members]);
}

/** The ports that are about to be deleted, as its record says. The VIP port is none: with it all is over. */
export function departingPorts({ record }: KeptVirtualIp): readonly string[] {
  return Object.keys(record.departing ?? {}).filter((port) => port !== record.vipPort);
}

/** The virtual-ips that name the VIP in their annotations, whoever wrote those. */
export function virtualIpsNaming(cache: CacheReader, vip: VipKey): readonly KeptVirtualIp[] {
  return cache
    .find('virtual-ip', 'annotation', `${recordKeys.vip}=${vip}`)
    .flatMap((virtualIp) => withRecord(virtualIp) ?? []);
}

/**
 * The VIP to which a floating ip is attached: it references a port that owns its fixed ip, and somebody carries that address, or a virtual-ip
 * names it. Undefined: none, or it is not known which.
 */
export function vipAttachedTo(
  cache: CacheReader,
  { refs, fixedIp }: Pick<EntityOf<'floating-ip'>, 'refs' | 'fixedIp'>,
): { readonly vip: VipKey; readonly vipPort: string } | undefined {
  if (fixedIp === undefined) return undefined;
  const found = refs['virtual-machine-interface'].flatMap((vipPort) => {
    const port = cache.get('virtual-machine-interface', vipPort);
    const network = port && networkOf(port);
    const owns = addressesOf(cache, vipPort).some(({ address }) => address === fixedIp);
    if (network === undefined || !owns) return [];
    const vip = vipKey(network, fixedIp);
    return carriersOf(cache, vip).length + virtualIpsNaming(cache, vip).length > 0 ? [{ vip, vipPort }] : [];
  });
  return found.length === 1 ? found[0] : undefined;
}

/**
 * How many virtual-ips that record one floating ip count, in the order of their uuids. One does, and one more while it moves to another VIP; its
 * tenant can make as many as he likes.
 */
export const recordsPerFloatingIp = 16;

/** A floating ip whose records are looked for, and what is remembered of it. */
export interface RecordedFloatingIp {
  /** Without references: of one that is not to be seen it is not known whose records may be believed. */
  readonly floatingIp: Pick<EntityOf<'floating-ip'>, 'uuid'> & Partial<Pick<EntityOf<'floating-ip'>, 'refs'>>;
  /** Undefined: nothing. */
  readonly memory?: { readonly episodes: readonly { readonly vip: VipKey; readonly seen: boolean }[] } | undefined;
}

/**
 * The virtual-ips that record the floating ip and may be believed in that: those of its own project, and those of VIPs to which this process has
 * seen it attached; at most {@link recordsPerFloatingIp}. Anybody can record it, as often as he likes: what is not believed anyway costs nothing.
 */
export function virtualIpsRecording(cache: CacheReader, recorded: RecordedFloatingIp): readonly KeptVirtualIp[] {
  const { uuid } = recorded.floatingIp;
  return candidatesFor(cache, recorded)
    .slice(0, recordsPerFloatingIp)
    .flatMap((virtualIp) => {
      const kept = withRecord(virtualIp);
      return kept !== undefined && recordedFloatingIps(kept).includes(uuid) ? [kept] : [];
    });
}

/** Whether more virtual-ips record the floating ip than count. */
export function isRecordedTooOften(cache: CacheReader, recorded: RecordedFloatingIp): boolean {
  return candidatesFor(cache, recorded).length > recordsPerFloatingIp;
}

function candidatesFor(cache: CacheReader, { floatingIp, memory }: RecordedFloatingIp): readonly VirtualIp[] {
  const { uuid, refs } = floatingIp;
  const annotated = cache.find('virtual-ip', 'annotation', floatingIpRecordKey(uuid));
  const found = [...new Set([...annotated, ...cache.referrers('virtual-ip', 'floating-ip', uuid)])];
  const seenAt = new Set<string>(memory?.episodes.filter(({ seen }) => seen).map(({ vip }) => vip));
  const mayBeBelieved = (virtualIp: VirtualIp): boolean => {
    const project = projectOf(virtualIp);
    if (refs === undefined || (project !== undefined && refs.project.includes(project))) return true;
    return seenAt.has(virtualIp.annotations[recordKeys.vip] ?? '');
  };
  const byUuid = (one: VirtualIp, other: VirtualIp): number => (one.uuid < other.uuid ? -1 : 1);
  return found.filter(mayBeBelieved).sort(byUuid);
}

function sortedUnique(values: readonly string[]): readonly string[] {
  return values.length < 2 ? values : [...new Set(values)].sort();
}

/** The virtual-ips that are marked as ours, whoever marked them, and the VIPs that they name. */
export function* markedVirtualIps(cache: CacheReader): Iterable<{ readonly uuid: string; readonly vip: VipKey }> {
  for (const virtualIp of cache.all('virtual-ip')) {
    const record = recordOf(virtualIp);
    if (record !== undefined) yield { uuid: virtualIp.uuid, vip: record.vip };
  }
}
