import {
  recordedFloatingIps,
  type CacheReader,
  type FloatingIpEntity,
  type PortEntity,
  type VirtualIpEntity,
} from '../../../cache/index.js';
import type { VipKey } from '../../../model/index.js';
import { decide } from '../../../planning/index.js';
import { beliefRules, claimRules, type BeliefFacts, type ClaimFacts } from './rules.js';

/** The virtual-ips that are ours for a VIP, by whose record they are. */
export interface ManagedVirtualIps {
  /** Of the VIP port that the VIP has now; where it has none, all of which it is not known that they are over. */
  readonly current: readonly VirtualIpEntity[];
  /** Of a VIP port that does not own the address any more: what they record is over, whoever has the address now. */
  readonly former: readonly VirtualIpEntity[];
}

/** The virtual-ips that are ours for the VIP (docs/rules.md, "Whether a virtual-ip is ours"). */
export function findManaged(cache: CacheReader, key: VipKey): readonly VirtualIpEntity[] {
  const owners = cache.portsOfAddress(key);
  return cache
    .find('virtual-ip', 'virtualIpsByVip', key)
    .filter(
      (virtualIp) =>
        virtualIp.record !== undefined &&
        decide(claimRules, claimFacts(cache, { ...virtualIp, record: virtualIp.record }, owners)).stands === 'ours',
    );
}

function claimFacts(
  cache: CacheReader,
  virtualIp: VirtualIpEntity & Required<Pick<VirtualIpEntity, 'record'>>,
  owners: readonly PortEntity[],
): ClaimFacts {
  const { record, projectUuid } = virtualIp;
  const owner = owners.find(({ uuid }) => uuid === record.vipPort);
  const port = owner ?? cache.get('virtual-machine-interface', record.vipPort);
  const unseen = cache.isGone(record.vipPort) ? 'gone' : 'unreadable';
  return {
    recordedPort: owner !== undefined ? 'owner' : port !== undefined ? 'elsewhere' : unseen,
    portsProject: port === undefined ? 'unknown' : port.projectUuid === projectUuid ? 'same' : 'other',
    ownersProject:
      owners.length === 0 ? 'none' : owners.some((other) => other.projectUuid === projectUuid) ? 'same' : 'other',
    named: isNamedByUs(virtualIp),
  };
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

/** Whether the record is believed in what it says of the floating ip (docs/rules.md, "Whether a record is believed"). */
export function isBelieved(cache: CacheReader, virtualIp: VirtualIpEntity, floatingIp: FloatingIpEntity): boolean {
  const { projectUuid, record } = virtualIp;
  const seen = record && { key: record.vip, vipPort: record.vipPort };
  const vipPort = record && cache.get('virtual-machine-interface', record.vipPort);
  const known = vipPort?.projectUuid ?? (record && cache.traces.projectOfVipPort(record.vipPort));
  const facts: BeliefFacts = {
    ofProject: record !== undefined && projectUuid !== undefined,
    named: recordedFloatingIps(virtualIp).includes(floatingIp.uuid),
    vipPortsProject: known === undefined ? 'unknown' : known === projectUuid ? 'same' : 'other',
    floatingIpsProject: projectUuid !== undefined && floatingIp.projectUuids.includes(projectUuid) ? 'same' : 'other',
    seenAssociated: seen !== undefined && cache.traces.wasAssociationSeen(floatingIp.uuid, seen),
  };
  return decide(beliefRules, facts).stands === 'believed';
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
