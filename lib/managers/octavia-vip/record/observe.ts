import type { CacheReader } from '../../../cache/index.js';
import { nameOf, projectOf, type EntityOf } from '../../../model/index.js';
import { decide } from '../../../planning/index.js';
import type { HistoryReader } from '../history/index.js';
import { ownersOf } from '../ports.js';
import type { VipKey } from '../vip-key.js';
import type { VirtualIpRecord } from './annotations.js';
import { recordedFloatingIps, recordOf, virtualIpsNaming } from './record.js';
import { beliefRules, claimRules, type BeliefFacts, type ClaimFacts } from './rules.js';

type VirtualIp = EntityOf<'virtual-ip'>;

/** The virtual-ips that are ours for a VIP, by whose record they are. */
export interface ManagedVirtualIps {
  /** Of the VIP port that the VIP has now; where it has none, all of which it is not known that they are over. */
  readonly current: readonly VirtualIp[];
  /** Of a VIP port that does not own the address any more: what they record is over, whoever has the address now. */
  readonly former: readonly VirtualIp[];
}

/** The virtual-ips that are ours for the VIP (docs/rules.md, "Whether a virtual-ip is ours"). */
export function findManaged(cache: CacheReader, key: VipKey): readonly VirtualIp[] {
  const owners = ownersOf(cache, key);
  return virtualIpsNaming(cache, key).filter((virtualIp) => {
    const record = recordOf(virtualIp);
    if (record === undefined) return false;
    return decide(claimRules, claimFacts(cache, { virtualIp, record }, owners)).stands === 'ours';
  });
}

function claimFacts(
  cache: CacheReader,
  { virtualIp, record }: { readonly virtualIp: VirtualIp; readonly record: VirtualIpRecord },
  owners: readonly EntityOf<'virtual-machine-interface'>[],
): ClaimFacts {
  const project = projectOf(virtualIp);
  // What belongs to no project is nobody's: it is not the same as another of nobody's.
  const isSame = (port: EntityOf<'virtual-machine-interface'>): boolean =>
    project !== undefined && projectOf(port) === project;
  const owner = owners.find(({ uuid }) => uuid === record.vipPort);
  const port = owner ?? cache.get('virtual-machine-interface', record.vipPort);
  const unseen = cache.isGone(record.vipPort) ? 'gone' : 'unreadable';
  return {
    recordedPort: owner !== undefined ? 'owner' : port !== undefined ? 'elsewhere' : unseen,
    portsProject: port === undefined ? 'unknown' : isSame(port) ? 'same' : 'other',
    ownersProject: owners.length === 0 ? 'none' : owners.some(isSame) ? 'same' : 'other',
    named: isNamedByUs(virtualIp, record),
  };
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

/** Whether the record is believed in what it says of the floating ip (docs/rules.md, "Whether a record is believed"). */
export function isBelieved(
  { cache, history }: { readonly cache: CacheReader; readonly history: HistoryReader },
  virtualIp: VirtualIp,
  floatingIp: EntityOf<'floating-ip'>,
): boolean {
  const record = recordOf(virtualIp);
  const project = projectOf(virtualIp);
  const seen = record && { key: record.vip, vipPort: record.vipPort };
  const vipPort = record && cache.get('virtual-machine-interface', record.vipPort);
  const known = (vipPort && projectOf(vipPort)) ?? (record && history.projectOf(record.vipPort));
  const facts: BeliefFacts = {
    ofProject: record !== undefined && project !== undefined,
    named: recordedFloatingIps(virtualIp).includes(floatingIp.uuid),
    vipPortsProject: known === undefined ? 'unknown' : known === project ? 'same' : 'other',
    floatingIpsProject: project !== undefined && floatingIp.refs.project.includes(project) ? 'same' : 'other',
    seenAssociated: seen !== undefined && history.wasAssociated(floatingIp.uuid, seen),
  };
  return decide(beliefRules, facts).stands === 'believed';
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

function isNamedByUs(virtualIp: VirtualIp, { loadBalancer }: VirtualIpRecord): boolean {
  return nameOf(virtualIp).startsWith(`octavia-lb-${loadBalancer}`);
}
