import type { CacheReader } from '../../../cache/index.js';
import type { EntityOf } from '../../../model/index.js';
import type { Known } from '../carriers/observe.js';
import type { LoadBalancerPlan } from '../carriers/plan.js';
import { fenceOf, footprintsAt } from '../history/index.js';
import { addressesOf, isUnclear } from '../ports.js';
import { isBelieved, type ManagedVirtualIps } from '../record/observe.js';
import {
  departingPorts,
  isRecordedTooOften,
  recordedFloatingIps,
  recordedPorts,
  virtualIpsRecording,
  type KeptVirtualIp,
} from '../record/record.js';
import { vipKeyParts, type VipKey } from '../vip-key.js';
import type { Detached } from './detached.js';
import { goneness, isVipPortUnclear, type ObservationParts } from './evidence.js';
import { holderOf } from './holder.js';
import type { FloatingIpObservation, ObservedFloatingIp, ObservedReference } from './observation.js';

type FloatingIp = EntityOf<'floating-ip'>;

/** What the floating ips of a VIP are gathered from. */
export interface FloatingIpInput {
  readonly key: VipKey;
  readonly managed: ManagedVirtualIps;
  readonly loadBalancer: LoadBalancerPlan;
  readonly verified: boolean;
}

/** What was seen, and the recorded floating ips of which the cache knows nothing: they may only be unreadable. */
export interface FloatingIpsSeen {
  readonly observation: FloatingIpObservation;
  readonly unknown: readonly string[];
  /** Those that more virtual-ips record than count. */
  readonly crowded: readonly string[];
}

/** Gathers what is known of the floating ips of a VIP, as plain values. */
export function observeFloatingIps(parts: ObservationParts, input: FloatingIpInput): FloatingIpsSeen {
  const { history } = parts;
  const { key, loadBalancer, managed } = input;
  const { current } = managed;
  const { address } = vipKeyParts(key);
  const { vipPort, members, leaving, orphans, refused } = loadBalancer;
  // Of one whose pairs are gone already nothing else tells (recording 19).
  const departing = current.flatMap(departingPorts).filter((uuid) => uuid !== vipPort?.uuid);
  const outsiders = [...new Set([...leaving, ...orphans, ...refused.map(({ uuid }) => uuid), ...departing])].sort();
  const evidence = new Set(current.flatMap(recordedPorts));
  const ports = [...(vipPort === undefined ? [] : [vipPort.uuid]), ...members, ...outsiders, ...evidence];
  const { candidates, unknown } = candidatesOf(parts, { key, managed, ports });

  const seenVip = { key, vipPort: vipPort?.uuid ?? current[0]?.record.vipPort ?? '' };
  const floatingIps = candidates.map((floatingIp): ObservedFloatingIp => {
    const detached = observeDetached(parts, floatingIp.uuid);
    // With the VIP port among them they were the VIP's; without it, a user had moved the floating ip there.
    const wasOurs = vipPort !== undefined && detached?.portUuids.includes(vipPort.uuid) === true;
    if (wasOurs) for (const port of detached.portUuids) evidence.add(port);
    for (const port of detached?.requests.flatMap((request) => request.deletedPorts) ?? []) {
      if (history.wasMember(port, seenVip)) evidence.add(port);
    }
    return observeFloatingIp(parts, floatingIp, { ...input, seenVip, detached });
  });
  return {
    observation: {
      address,
      ...(vipPort === undefined
        ? { vipPortUnclear: isVipPortUnclear(parts, current) }
        : {
            vipPort: {
              uuid: vipPort.uuid,
              addresses: vipPort.addresses.filter((own) => own !== address),
              dormant: vipPort.origin === 'recorded' || (current.length === 0 && members.length === 0),
              ...(vipPort.addresses[0] === address ? {} : { isAdditional: true }),
            },
          }),
      members,
      outsiders,
      recordedPorts: [...evidence].sort().map((uuid) => ({ uuid, gone: goneness(parts, uuid) })),
      floatingIps,
      verified: input.verified,
    },
    unknown,
    crowded: candidates
      .filter((floatingIp) =>
        isRecordedTooOften(parts.cache, { floatingIp, memory: history.memoryOf(floatingIp.uuid) }),
      )
      .map(({ uuid }) => uuid),
  };
}

// Those that reference a port of the VIP, those that were recorded, and those that bear what we wrote for it.
function candidatesOf(
  { cache, history }: ObservationParts,
  { key, managed, ports }: Pick<FloatingIpInput, 'key' | 'managed'> & { readonly ports: readonly string[] },
): { readonly candidates: readonly FloatingIp[]; readonly unknown: readonly string[] } {
  const recorded = new Set(managed.current.flatMap(recordedFloatingIps));
  const named = [...history.writtenFor(key), ...managed.former.flatMap(recordedFloatingIps), ...recorded];
  const found = [
    ...ports.flatMap((port) => cache.referrers('floating-ip', 'virtual-machine-interface', port)),
    ...named.flatMap((uuid) => cache.get('floating-ip', uuid) ?? []),
  ];
  return {
    candidates: [...new Map(found.map((floatingIp) => [floatingIp.uuid, floatingIp])).values()],
    unknown: [...recorded].filter((uuid) => cache.get('floating-ip', uuid) === undefined && !cache.isGone(uuid)),
  };
}

function observeFloatingIp(
  parts: ObservationParts,
  floatingIp: FloatingIp,
  seen: FloatingIpInput & {
    readonly seenVip: { readonly key: VipKey; readonly vipPort: string };
    readonly detached: Detached | undefined;
  },
): ObservedFloatingIp {
  const { cache, history, now, settings } = parts;
  const { key, managed, loadBalancer, seenVip, detached } = seen;
  const vipPort = loadBalancer.vipPort?.uuid;
  const memory = history.memoryOf(floatingIp.uuid);
  const { own, former } = footprintsAt(memory, key, vipPort);
  const ended = managed.former.filter((virtualIp) => isBelieved(parts, virtualIp, floatingIp));
  const isRecorded = managed.current.some((virtualIp) => recordedFloatingIps(virtualIp).includes(floatingIp.uuid));
  const believed = managed.current.filter((virtualIp) => isBelieved(parts, virtualIp, floatingIp));
  const [recordedAt] = [...believed, ...ended].map(({ record }) => record.vipPort);
  const holder = holderOf(parts, floatingIp, key);
  const heldElsewhere = holder !== undefined && holder.vip !== key;
  const elsewhere = recordsElsewhere(parts, floatingIp, key);
  return {
    uuid: floatingIp.uuid,
    ...(floatingIp.fixedIp === undefined ? {} : { fixedIp: floatingIp.fixedIp }),
    isVirtualIp: floatingIp.isVirtualIp,
    references: floatingIp.refs['virtual-machine-interface'].map((portUuid) => observeReference(cache, portUuid)),
    recorded: isRecorded,
    trusted: believed.length > 0,
    wasSeenAssociated: history.wasAssociated(floatingIp.uuid, seenVip),
    // By the VIP of another address of the same VIP port.
    recordedElsewhere: elsewhere.some(({ record }) => record.vipPort === vipPort),
    ...(recordedAt === undefined ? {} : { recordedAt }),
    ...(ended.length === 0 && former === undefined
      ? {}
      : { former: [...new Set([...ended.flatMap(recordedPorts), ...(former?.ports ?? [])])].sort() }),
    ...(own === undefined ? {} : { footprint: own }),
    ...(memory === undefined || Object.keys(memory.added).length === 0
      ? {}
      : { added: Object.keys(memory.added).sort() }),
    ...(memory?.left?.vip === key ? { left: memory.left.fixedIp } : {}),
    ...(memory?.held?.vip === key && memory.held.vipPort === seenVip.vipPort ? { seenLast: true } : {}),
    heldElsewhere,
    ...(heldElsewhere && holder.by === 'written' ? { onlyWrittenElsewhere: true } : {}),
    ...(elsewhere.length > 0 ? { keptElsewhere: true } : {}),
    ...(detached === undefined ? {} : { detached }),
    fence: fenceOf(memory, now, settings.stripWindowMs),
  };
}

// Those that are believed.
function recordsElsewhere(parts: Known, floatingIp: FloatingIp, key: VipKey): readonly KeptVirtualIp[] {
  const memory = parts.history.memoryOf(floatingIp.uuid);
  return virtualIpsRecording(parts.cache, { floatingIp, memory }).filter(
    (virtualIp) => virtualIp.record.vip !== key && isBelieved(parts, virtualIp, floatingIp),
  );
}

function observeReference(cache: CacheReader, portUuid: string): ObservedReference {
  return {
    portUuid,
    live: !cache.isGone(portUuid),
    unclear: isUnclear(cache, portUuid),
    addresses: addressesOf(cache, portUuid).flatMap((ip) => ip.address ?? []),
  };
}

function observeDetached({ history, now }: ObservationParts, uuid: string): Detached | undefined {
  const memory = history.memoryOf(uuid);
  if (memory?.detached === undefined) return undefined;
  const { detached, added } = memory;
  const requests = history.requestsOf(uuid);
  return {
    sinceMs: now - detached.since,
    wasSeenAttached: detached.wasSeenAttached,
    portUuids: detached.ports,
    addedPorts: Object.keys(added).sort(),
    requests: requests.map((request) => ({
      ageMs: now - request.at,
      deletedPorts: history.requests.deletedBeside(request, { requests, added }),
    })),
  };
}
