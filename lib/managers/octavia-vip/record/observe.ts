import type { CacheReader } from '../../../cache/index.js';
import { nameOf, projectOf, type EntityOf } from '../../../model/index.js';
import { decide, verdictOf, type Verdict } from '../../../planning/index.js';
import type { HistoryReader } from '../history/index.js';
import { ownersOf } from '../ports.js';
import type { VipKey } from '../vip-key.js';
import type { VirtualIpRecord } from './annotations.js';
import { claimRules, holderRules, type ClaimFacts, type HolderStanding } from './claim-rules.js';
import { recordedFloatingIps, virtualIpsNaming, type KeptVirtualIp } from './record.js';
import { beliefRules, type BeliefFacts } from './rules.js';

type Port = EntityOf<'virtual-machine-interface'>;
type VirtualIp = EntityOf<'virtual-ip'>;

/** The virtual-ips whose annotations name a VIP. */
export interface ClaimingVirtualIps {
  readonly ours: readonly KeptVirtualIp[];
  /** Of those that are not: why not. */
  readonly verdicts: readonly Verdict[];
}

/** The virtual-ips that are ours for a VIP, by whose record they are. */
export interface ManagedVirtualIps {
  /** Of the VIP port that the VIP has now; where it has none, all of which it is not known that they are over. */
  readonly current: readonly KeptVirtualIp[];
  /** Of a VIP port that does not own the address any more: what they record is over, whoever has the address now. */
  readonly former: readonly KeptVirtualIp[];
  /** Of those that are neither, and are left as they are: why. */
  readonly verdicts: readonly Verdict[];
}

/** Tells those that are ours from those that are not (docs/rules.md, "Whether a virtual-ip is ours"). */
export function findClaiming(cache: CacheReader, key: VipKey): ClaimingVirtualIps {
  const owners = ownersOf(cache, key);
  const decided = virtualIpsNaming(cache, key).map((virtualIp) => ({
    virtualIp,
    rule: decide(claimRules, claimFacts(cache, virtualIp, owners)),
  }));
  return {
    ours: decided.filter(({ rule }) => rule.stands === 'ours').map(({ virtualIp }) => virtualIp),
    verdicts: decided.filter(({ rule }) => rule.stands !== 'ours').map(verdictOn),
  };
}

/** The virtual-ips that are ours for the VIP. */
export function findManaged(cache: CacheReader, key: VipKey): readonly KeptVirtualIp[] {
  return findClaiming(cache, key).ours;
}

function verdictOn(decided: {
  readonly virtualIp: KeptVirtualIp;
  readonly rule: Pick<Verdict, 'rule' | 'says'>;
}): Verdict {
  const { virtualIp, rule } = decided;
  return verdictOf({ kind: 'virtual-ip', uuid: virtualIp.uuid }, rule);
}

function claimFacts(cache: CacheReader, virtualIp: KeptVirtualIp, owners: readonly Port[]): ClaimFacts {
  const { record } = virtualIp;
  const project = projectOf(virtualIp);
  // What belongs to no project is nobody's: it is not the same as another of nobody's.
  const isSame = (port: Port): boolean => project !== undefined && projectOf(port) === project;
  const port = owners.find(({ uuid }) => uuid === record.vipPort) ?? portNamed(cache, record);
  return {
    recordedPort: standingOf(cache, record, owners),
    portsProject: port === undefined ? 'unknown' : isSame(port) ? 'same' : 'other',
    ownersProject: owners.length === 0 ? 'none' : owners.some(isSame) ? 'same' : 'other',
    named: isNamedByUs(virtualIp),
  };
}

function portNamed(cache: CacheReader, { vipPort }: VirtualIpRecord): Port | undefined {
  return cache.get('virtual-machine-interface', vipPort);
}

/** How the port that a record names as VIP port stands to the address. */
function standingOf(
  cache: CacheReader,
  record: VirtualIpRecord,
  owners: readonly Port[],
): 'owner' | 'elsewhere' | 'gone' | 'unreadable' {
  if (owners.some(({ uuid }) => uuid === record.vipPort)) return 'owner';
  if (portNamed(cache, record) !== undefined) return 'elsewhere';
  return cache.isGone(record.vipPort) ? 'gone' : 'unreadable';
}

/** Sorts them by the VIP port that the VIP has now; undefined: none is to be seen (docs/rules.md, "Whose record a virtual-ip holds"). */
export function sortManaged(
  cache: CacheReader,
  managed: readonly KeptVirtualIp[],
  { key, vipPort }: { readonly key: VipKey; readonly vipPort: string | undefined },
): ManagedVirtualIps {
  const owners = ownersOf(cache, key);
  const decided = managed.map((virtualIp) => ({
    virtualIp,
    rule: decide(holderRules, {
      recordedPort: virtualIp.record.vipPort === vipPort ? 'vip-port' : standingOf(cache, virtualIp.record, owners),
      address: vipPort !== undefined ? 'vip-port' : owners.length > 0 ? 'others' : 'nobody',
    }),
  }));
  const that = (standing: HolderStanding): readonly KeptVirtualIp[] =>
    decided.filter(({ rule }) => rule.stands === standing).map(({ virtualIp }) => virtualIp);
  return {
    current: that('current'),
    former: that('former'),
    verdicts: decided.filter(({ rule }) => rule.stands === 'left').map(verdictOn),
  };
}

/** Whether the record is believed in what it says of the floating ip (docs/rules.md, "Whether a record is believed"). */
export function isBelieved(
  { cache, history }: { readonly cache: CacheReader; readonly history: HistoryReader },
  virtualIp: KeptVirtualIp,
  floatingIp: EntityOf<'floating-ip'>,
): boolean {
  const { record } = virtualIp;
  const project = projectOf(virtualIp);
  const vipPort = cache.get('virtual-machine-interface', record.vipPort);
  const known = (vipPort && projectOf(vipPort)) ?? history.projectOf(record.vipPort);
  const facts: BeliefFacts = {
    ofProject: project !== undefined,
    named: recordedFloatingIps(virtualIp).includes(floatingIp.uuid),
    vipPortsProject: known === undefined ? 'unknown' : known === project ? 'same' : 'other',
    floatingIpsProject: project !== undefined && floatingIp.refs.project.includes(project) ? 'same' : 'other',
    seenAssociated: history.wasAssociated(floatingIp.uuid, { key: record.vip, vipPort: record.vipPort }),
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

function isNamedByUs(virtualIp: KeptVirtualIp): boolean {
  return nameOf(virtualIp).startsWith(`octavia-lb-${virtualIp.record.loadBalancer}`);
}
