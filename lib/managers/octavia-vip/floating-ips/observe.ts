import {
  recordedFloatingIps,
  recordedPorts,
  type CacheReader,
  type FloatingIpEntity,
  type Footprint,
  type VirtualIpEntity,
} from '../../../cache/index.js';
import type { Clock } from '../../../base/clock/index.js';
import { vipKey, vipKeyParts, type VipKey } from '../../../model/index.js';
import { observeLoadBalancer } from '../carriers/observe.js';
import { planLoadBalancer, type LoadBalancerPlan } from '../carriers/plan.js';
import type { ManagerSettings } from '../settings.js';
import { findManaged, isBelieved, type ManagedVirtualIps } from '../record/observe.js';
import type { Detached } from './detached.js';
import type { FloatingIpObservation, ObservedFloatingIp, ObservedReference } from './observation.js';

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
export interface ObservationParts {
  readonly cache: CacheReader;
  readonly clock: Clock;
  readonly settings: Pick<
    ManagerSettings,
    'stripWindowMs' | 'octaviaOwner' | 'amphoraNamePrefix' | 'amphoraProjects' | 'freshPortTimeoutMs'
  >;
}

/** Gathers what the cache knows of the floating ips of a VIP, as plain values. */
export function observeFloatingIps(
  { cache, clock, settings }: ObservationParts,
  input: FloatingIpInput,
): FloatingIpsSeen {
  const { key, loadBalancer } = input;
  const { current, former } = input.managed;
  const { address } = vipKeyParts(key);
  const { vipPort, members, leaving, orphans, refused } = loadBalancer;
  const outsiders = [...leaving, ...orphans, ...refused.map(({ uuid }) => uuid)].sort();
  const recorded = new Set(current.flatMap(recordedFloatingIps));
  const evidence = new Set(current.flatMap(recordedPorts));

  const candidates = new Map<string, FloatingIpEntity>();
  const ports = [...(vipPort === undefined ? [] : [vipPort.uuid]), ...members, ...outsiders, ...evidence];
  for (const port of ports) {
    for (const floatingIp of cache.find('floating-ip', 'floatingIpsByPort', port))
      candidates.set(floatingIp.uuid, floatingIp);
  }
  for (const uuid of cache.traces.footprints.floatingIpsOf(key)) {
    const floatingIp = cache.get('floating-ip', uuid);
    if (floatingIp !== undefined) candidates.set(uuid, floatingIp);
  }
  const unknown: string[] = [];
  for (const uuid of former.flatMap(recordedFloatingIps)) {
    const floatingIp = cache.get('floating-ip', uuid);
    if (floatingIp !== undefined) candidates.set(uuid, floatingIp);
  }
  for (const uuid of recorded) {
    const floatingIp = cache.get('floating-ip', uuid);
    if (floatingIp !== undefined) candidates.set(uuid, floatingIp);
    else if (!cache.isGone(uuid)) unknown.push(uuid);
  }

  const seenVip = { key, vipPort: vipPort?.uuid ?? current[0]?.record?.vipPort ?? '' };
  const floatingIps = [...candidates.values()].map((floatingIp): ObservedFloatingIp => {
    const detached = observeDetached(cache, clock, floatingIp.uuid);
    const written = cache.traces.footprints.of(floatingIp.uuid, key);
    const isOfFormer = isFormersFootprint(written, vipPort?.uuid);
    const footprint = isOfFormer ? undefined : written;
    const ended = former.filter((virtualIp) => isBelieved(cache, virtualIp, floatingIp));
    const wasSeenAssociated = cache.traces.wasAssociationSeen(floatingIp.uuid, seenVip);
    // With the VIP port among them they were the VIP's; without it, a user had moved the floating ip there.
    const wasOurs = vipPort !== undefined && detached?.portUuids.includes(vipPort.uuid) === true;
    if (wasOurs) for (const port of detached.portUuids) evidence.add(port);
    for (const port of detached?.requests.flatMap((request) => request.deletedPorts) ?? []) {
      if (cache.traces.wasMember(port, seenVip)) evidence.add(port);
    }
    return {
      uuid: floatingIp.uuid,
      ...(floatingIp.fixedIp === undefined ? {} : { fixedIp: floatingIp.fixedIp }),
      isVirtualIp: floatingIp.isVirtualIp,
      references: floatingIp.portUuids.map((portUuid) => observeReference(cache, portUuid)),
      recorded: recorded.has(floatingIp.uuid),
      trusted: current.some((virtualIp) => isBelieved(cache, virtualIp, floatingIp)),
      wasSeenAssociated,
      recordedElsewhere: isRecordedElsewhere(cache, floatingIp, { key, vipPort: vipPort?.uuid }),
      ...(ended.length === 0 && !isOfFormer
        ? {}
        : {
            former: sortedUnique([...ended.flatMap(recordedPorts), ...(isOfFormer ? (written?.portUuids ?? []) : [])]),
          }),
      ...(footprint === undefined ? {} : { footprint }),
      attachedElsewhere: isAttachedElsewhere(cache, floatingIp, { key, settings }),
      ...(detached === undefined ? {} : { detached }),
      fence: cache.traces.fence(floatingIp.uuid, clock.monotonic(), settings.stripWindowMs),
    };
  });
  return {
    observation: {
      address,
      ...(vipPort === undefined
        ? { vipPortUnclear: isVipPortUnclear(cache, current) }
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
      recordedPorts: [...evidence].sort().map((uuid) => ({ uuid, gone: goneness(cache, uuid) })),
      floatingIps,
      verified: input.verified,
    },
    unknown,
  };
}

// The delete of a VIP port begins with its address; one without an address of which nobody told us so may only be unreadable, and so may
// one of which nothing is known.
function isVipPortUnclear(cache: CacheReader, managed: readonly VirtualIpEntity[]): boolean {
  return managed.some(({ record }) => {
    if (record === undefined) return false;
    if (cache.get('virtual-machine-interface', record.vipPort) === undefined) return !cache.isGone(record.vipPort);
    return !cache.traces.isDeleteExplained(record.vipPort);
  });
}

// What was written while another VIP port had the address was for another VIP.
function isFormersFootprint(footprint: Footprint | undefined, vipPort: string | undefined): boolean {
  return footprint?.vipPort !== undefined && vipPort !== undefined && footprint.vipPort !== vipPort;
}

// By the VIP of another address of the same VIP port.
function isRecordedElsewhere(
  cache: CacheReader,
  floatingIp: FloatingIpEntity,
  { key, vipPort }: { readonly key: VipKey; readonly vipPort: string | undefined },
): boolean {
  return cache
    .find('virtual-ip', 'virtualIpsByFloatingIp', floatingIp.uuid)
    .some(
      (virtualIp) =>
        virtualIp.record?.vipPort === vipPort &&
        virtualIp.record?.vip !== key &&
        isBelieved(cache, virtualIp, floatingIp),
    );
}

function sortedUnique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}

function observeReference(cache: CacheReader, portUuid: string): ObservedReference {
  const [address, ...others] = cache
    .find('instance-ip', 'instanceIpsByPort', portUuid)
    .flatMap((ip) => (ip.address === undefined ? [] : [ip.address]));
  return {
    portUuid,
    live: !cache.isGone(portUuid),
    unclear: isUnclear(cache, portUuid),
    ...(address === undefined || others.length > 0 ? {} : { ownAddress: address }),
  };
}

/** Whether nothing is known of a port, not even that it is gone: it cannot be read, or is being read. */
export function isUnclear(cache: CacheReader, portUuid: string): boolean {
  return cache.get('virtual-machine-interface', portUuid) === undefined && !cache.isGone(portUuid);
}

function observeDetached(cache: CacheReader, clock: Clock, uuid: string): Detached | undefined {
  const trace = cache.traces.detachedTrace(uuid);
  if (trace === undefined) return undefined;
  const now = clock.monotonic();
  return {
    sinceMs: now - trace.since,
    wasSeenAttached: trace.wasSeenAttached,
    portUuids: trace.portUuids,
    addedPorts: [...cache.traces.addedPorts(uuid)].sort(),
    requests: trace.updates.map((update) => ({
      ageMs: now - update.at,
      deletedPorts: [...cache.traces.portsDeletedBy(update.requestId)]
        .filter((port) => !cache.traces.wasAddedLate(uuid, port, update))
        .sort(),
    })),
  };
}

// A port that has lost its last address is as good as gone: a port delete has begun (recording 08).
function goneness(cache: CacheReader, portUuid: string): 'no' | 'explained' | 'unexplained' {
  const isThere =
    cache.get('virtual-machine-interface', portUuid) !== undefined &&
    cache.find('instance-ip', 'instanceIpsByPort', portUuid).length > 0;
  if (isThere || isUnclear(cache, portUuid)) return 'no';
  return cache.traces.isDeleteExplained(portUuid) ? 'explained' : 'unexplained';
}

// To a VIP that is managed, that is: nobody else would take back what we left.
function isAttachedElsewhere(
  cache: CacheReader,
  floatingIp: FloatingIpEntity,
  { key, settings }: Pick<ObservationParts, 'settings'> & Pick<FloatingIpInput, 'key'>,
): boolean {
  const { fixedIp } = floatingIp;
  if (fixedIp === undefined) return false;
  return floatingIp.portUuids.some((portUuid) => {
    const networkUuid = cache.get('virtual-machine-interface', portUuid)?.networkUuid;
    if (networkUuid === undefined) return false;
    const other = vipKey(networkUuid, fixedIp);
    if (other === key) return false;
    const managed = findManaged(cache, other);
    const { vipPort, members } = planLoadBalancer(observeLoadBalancer(cache, other, managed), settings);
    return vipPort?.uuid === portUuid && managed.length + members.length > 0;
  });
}
