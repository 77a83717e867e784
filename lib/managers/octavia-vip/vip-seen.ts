import { portState } from './carriers/detection.js';
import { boundMembers } from './carriers/oversized.js';
import { observeLoadBalancer } from './carriers/observe.js';
import { planLoadBalancer, type LoadBalancerPlan } from './carriers/plan.js';
import { observeFloatingIps, type FloatingIpsSeen } from './floating-ips/observe.js';
import type { HistoryReader } from './history/index.js';
import { addressesOf, isUnclear, marksOf } from './ports.js';
import { findClaiming, sortManaged, takenNames, type ManagedVirtualIps } from './record/observe.js';
import { candidateNames, type VirtualIpObservation } from './record/plan.js';
import { departingPorts, isCut } from './record/record.js';
import type { KnownSchema } from './schema/schema-knowledge.js';
import type { OctaviaVipSettings } from './settings.js';
import { vipKeyParts, type VipKey } from './vip-key.js';
import type { CacheReader } from '../../cache/index.js';
import type { Verdict } from '../../planning/index.js';

/**
 * How long a port may be departing before that is over though it is still there: its delete was refused, and who had asked for it has died.
 * Neutron's port delete takes milliseconds; one that a slow server takes longer for strips what is wired again by then, which is restored.
 */
export const longestDepartureMs = 30_000;

/** What is known of a VIP when it is planned, as plain values. */
export interface VipSeen {
  readonly key: VipKey;
  /** Who carries it. */
  readonly loadBalancer: LoadBalancerPlan;
  /** How many ports carry it and do not count, since there are too many. */
  readonly surplus: number;
  /** Why virtual-ips that name the VIP are no part of its plan: they are not ours, or of another VIP port. */
  readonly passedOver: readonly Verdict[];
  /** Undefined: nobody carries it, nothing is kept for it, and nothing was written for it. */
  readonly rest?: {
    readonly floatingIps: FloatingIpsSeen;
    readonly virtualIp: Omit<VirtualIpObservation, 'associations' | 'undecided' | 'untrusted' | 'referenced'>;
    /** A virtual-ip of the VIP holds more than is taken. */
    readonly isCut: boolean;
  };
}

/** Where it is gathered from. */
export interface VipParts {
  readonly cache: CacheReader;
  readonly history: HistoryReader;
  readonly settings: OctaviaVipSettings;
  /** What is known of the API server's schema. */
  readonly schema: KnownSchema;
  /** Monotonic time, milliseconds. */
  readonly now: number;
}

/** Gathers what is known of a VIP. No side effects. `verified`: ports and floating ips were read again just now. */
export function observeVip(parts: VipParts, key: VipKey, verified: boolean): VipSeen {
  const { cache, history, settings } = parts;
  const { ours: found, verdicts: forged } = findClaiming(cache, key);
  const { plan: loadBalancer, surplus } = boundMembers(
    planLoadBalancer(observeLoadBalancer(parts, key, found), settings),
  );
  const [written] = history.writtenFor(key);
  if (found.length === 0 && loadBalancer.members.length === 0 && written === undefined) {
    return { key, loadBalancer, surplus, passedOver: forged };
  }
  const managed = sortManaged(cache, found, { key, vipPort: loadBalancer.vipPort?.uuid });
  return {
    key,
    loadBalancer,
    surplus,
    passedOver: [...forged, ...managed.verdicts],
    rest: {
      floatingIps: observeFloatingIps(parts, { key, managed, loadBalancer, verified }),
      virtualIp: observeVirtualIp(parts, { key, managed, loadBalancer }),
      isCut: managed.current.some(isCut),
    },
  };
}

function observeVirtualIp(
  { cache, history, schema, settings, now }: VipParts,
  seen: { readonly key: VipKey; readonly managed: ManagedVirtualIps; readonly loadBalancer: LoadBalancerPlan },
): Omit<VirtualIpObservation, 'associations' | 'undecided' | 'untrusted' | 'referenced'> {
  const { key, managed, loadBalancer } = seen;
  const { current, former } = managed;
  const { address } = vipKeyParts(key);
  const { vipPort, members } = loadBalancer;
  const names =
    vipPort === undefined
      ? []
      : candidateNames(vipPort, address).map((name) => [vipPort.project.domain, vipPort.project.name, name].join(':'));
  return {
    vip: key,
    address,
    ...(vipPort === undefined ? {} : { vipPort }),
    members,
    leaving: [
      ...new Set([...loadBalancer.leaving, ...leavingUnseen(cache, { current, loadBalancer }, settings)]),
    ].sort(),
    departing: Object.fromEntries(
      current.flatMap(departingPorts).map((port) => {
        const since = history.departingSince(port) ?? now;
        return [port, { restMs: cache.isGone(port) ? 0 : since + longestDepartureMs - now }];
      }),
    ),
    former: former.map(({ uuid }) => uuid),
    existing: current.map(({ uuid, fqName, address: shown, subnetUuid, refs, record }) => ({
      uuid,
      fqName,
      ...(shown === undefined ? {} : { address: shown }),
      ...(subnetUuid === undefined ? {} : { subnetUuid }),
      portUuids: refs['virtual-machine-interface'],
      floatingIpUuids: refs['floating-ip'],
      record,
    })),
    unclearPorts: current
      .flatMap(({ refs }) => refs['virtual-machine-interface'])
      .filter((uuid) => isUnclear(cache, uuid)),
    takenNames: takenNames(cache, names, [...current, ...former]),
    schema,
  };
}

// Octavia clears the pairs of a port before it deletes it (recording 19): it carries nothing any more then, and may strip yet.
function leavingUnseen(
  cache: CacheReader,
  {
    current,
    loadBalancer,
  }: { readonly current: ManagedVirtualIps['current']; readonly loadBalancer: LoadBalancerPlan },
  settings: OctaviaVipSettings,
): readonly string[] {
  const refused = new Set(loadBalancer.refused.map(({ uuid }) => uuid));
  return current
    .flatMap(({ record }) => record.members)
    .filter((uuid) => {
      const port = cache.get('virtual-machine-interface', uuid);
      if (port === undefined || refused.has(uuid) || loadBalancer.members.includes(uuid)) return false;
      return addressesOf(cache, uuid).length === 0 || portState(marksOf(port), settings) === 'leaving';
    });
}
