import type { CacheReader } from '../../../cache/index.js';
import type { EntityOf } from '../../../model/index.js';
import type { Known } from '../carriers/observe.js';
import { observeLoadBalancer } from '../carriers/observe.js';
import { planLoadBalancer, type LoadBalancerPlan } from '../carriers/plan.js';
import { fenceOf, footprintsAt } from '../history/index.js';
import { addressesOf, isUnclear, networkOf } from '../ports.js';
import { findManaged, isBelieved, type ManagedVirtualIps } from '../record/observe.js';
import { recordedFloatingIps, recordedPorts, recordOf, virtualIpsRecording } from '../record/record.js';
import type { OctaviaVipSettings } from '../settings.js';
import { vipKey, vipKeyParts, type VipKey } from '../vip-key.js';
import type { Detached } from './detached.js';
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
}

/** Where it is gathered from. */
export interface ObservationParts extends Known {
  /** Monotonic time, milliseconds. */
  readonly now: number;
  readonly settings: Pick<
    OctaviaVipSettings,
    'stripWindowMs' | 'octaviaOwner' | 'amphoraNamePrefix' | 'amphoraProjects' | 'freshPortTimeoutMs' | 'virtualPorts'
  >;
}

/** Gathers what is known of the floating ips of a VIP, as plain values. */
export function observeFloatingIps(parts: ObservationParts, input: FloatingIpInput): FloatingIpsSeen {
  const { history } = parts;
  const { key, loadBalancer, managed } = input;
  const { current } = managed;
  const { address } = vipKeyParts(key);
  const { vipPort, members, leaving, orphans, refused } = loadBalancer;
  const outsiders = [...leaving, ...orphans, ...refused.map(({ uuid }) => uuid)].sort();
  const evidence = new Set(current.flatMap(recordedPorts));
  const ports = [...(vipPort === undefined ? [] : [vipPort.uuid]), ...members, ...outsiders, ...evidence];
  const { candidates, unknown } = candidatesOf(parts, { key, managed, ports });

  const seenVip = { key, vipPort: vipPort?.uuid ?? current.map(recordOf)[0]?.vipPort ?? '' };
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
  return {
    uuid: floatingIp.uuid,
    ...(floatingIp.fixedIp === undefined ? {} : { fixedIp: floatingIp.fixedIp }),
    isVirtualIp: floatingIp.isVirtualIp,
    references: floatingIp.refs['virtual-machine-interface'].map((portUuid) => observeReference(cache, portUuid)),
    recorded: isRecorded,
    trusted: managed.current.some((virtualIp) => isBelieved(parts, virtualIp, floatingIp)),
    wasSeenAssociated: history.wasAssociated(floatingIp.uuid, seenVip),
    recordedElsewhere: isRecordedElsewhere(parts, floatingIp, { key, vipPort }),
    ...(ended.length === 0 && former === undefined
      ? {}
      : { former: [...new Set([...ended.flatMap(recordedPorts), ...(former?.ports ?? [])])].sort() }),
    ...(own === undefined ? {} : { footprint: own }),
    attachedElsewhere: isAttachedElsewhere(parts, floatingIp, key),
    ...(isKeptElsewhere(parts, floatingIp, key) ? { keptElsewhere: true } : {}),
    ...(detached === undefined ? {} : { detached }),
    fence: fenceOf(memory, now, settings.stripWindowMs),
  };
}

// The delete of a VIP port begins with its address; one without an address of which nobody told us so may only be unreadable, and so may
// one of which nothing is known.
function isVipPortUnclear({ cache, history }: Known, managed: readonly EntityOf<'virtual-ip'>[]): boolean {
  return managed.some((virtualIp) => {
    const record = recordOf(virtualIp);
    if (record === undefined) return false;
    if (cache.get('virtual-machine-interface', record.vipPort) === undefined) return !cache.isGone(record.vipPort);
    return !history.requests.isDeleteExplained(record.vipPort);
  });
}

// By the VIP of another address of the same VIP port.
function isRecordedElsewhere(
  parts: Known,
  floatingIp: FloatingIp,
  { key, vipPort }: { readonly key: VipKey; readonly vipPort: string | undefined },
): boolean {
  return virtualIpsRecording(parts.cache, floatingIp.uuid).some((virtualIp) => {
    const record = recordOf(virtualIp);
    return record?.vipPort === vipPort && record?.vip !== key && isBelieved(parts, virtualIp, floatingIp);
  });
}

function isKeptElsewhere(parts: Known, floatingIp: FloatingIp, key: VipKey): boolean {
  return virtualIpsRecording(parts.cache, floatingIp.uuid).some(
    (virtualIp) => recordOf(virtualIp)?.vip !== key && isBelieved(parts, virtualIp, floatingIp),
  );
}

function observeReference(cache: CacheReader, portUuid: string): ObservedReference {
  const [address, ...others] = addressesOf(cache, portUuid).flatMap((ip) => ip.address ?? []);
  return {
    portUuid,
    live: !cache.isGone(portUuid),
    unclear: isUnclear(cache, portUuid),
    ...(address === undefined || others.length > 0 ? {} : { ownAddress: address }),
  };
}

function observeDetached({ history, now }: ObservationParts, uuid: string): Detached | undefined {
  const memory = history.memoryOf(uuid);
  if (memory?.detached === undefined) return undefined;
  const { detached, added, requests } = memory;
  return {
    sinceMs: now - detached.since,
    wasSeenAttached: detached.wasSeenAttached,
    portUuids: detached.ports,
    addedPorts: Object.keys(added).sort(),
    requests: requests.map((request) => ({
      ageMs: now - request.at,
      deletedPorts: history.requests.deletedBeside(request, memory),
    })),
  };
}

// A port that has lost its last address is as good as gone: a port delete has begun (recording 08).
function goneness({ cache, history }: Known, portUuid: string): 'no' | 'explained' | 'unexplained' {
  const isThere =
    cache.get('virtual-machine-interface', portUuid) !== undefined && addressesOf(cache, portUuid).length > 0;
  if (isThere || isUnclear(cache, portUuid)) return 'no';
  return history.requests.isDeleteExplained(portUuid) ? 'explained' : 'unexplained';
}

// To a VIP that is managed, that is: nobody else would take back what we left.
function isAttachedElsewhere(parts: ObservationParts, floatingIp: FloatingIp, key: VipKey): boolean {
  const { cache, settings } = parts;
  const { fixedIp, refs } = floatingIp;
  if (fixedIp === undefined) return false;
  return refs['virtual-machine-interface'].some((portUuid) => {
    const port = cache.get('virtual-machine-interface', portUuid);
    const network = port && networkOf(port);
    if (network === undefined) return false;
    const other = vipKey(network, fixedIp);
    if (other === key) return false;
    const managed = findManaged(cache, other);
    const { vipPort, members } = planLoadBalancer(observeLoadBalancer(parts, other, managed), settings);
    return vipPort?.uuid === portUuid && managed.length + members.length > 0;
  });
}
