import { defaultManagerSettings } from '../../../../../lib/managers/index.js';
import {
  restorePurpose,
  type Detached,
  type FloatingIpObservation,
  type FloatingIpPlan,
  type FloatingIpProperties,
  type ObservedFloatingIp,
} from '../../../../../lib/managers/octavia-vip/index.js';
import {
  floatingIpPropertiesOf,
  portReference,
  setFloatingIp,
} from '../../../../../lib/managers/octavia-vip/writes.js';
import { subjectOf, type Write } from '../../../../../lib/planning/index.js';
import { uuidOf } from '../../../../support/change-messages.js';
import { vip } from './ports.js';
import { without } from '../../../../support/without.js';

/** Who is who in the tests: the VIP port, amphora ports, a port of the user's, and the floating ip. */
export const vipPort = uuidOf(0x10);
export const amphora1 = uuidOf(0x11);
export const amphora2 = uuidOf(0x12);
export const newAmphora = uuidOf(0x13);
export const web = uuidOf(0x20);
export const floatingIp = uuidOf(0x30);
export const otherFloatingIp = uuidOf(0x31);

/** Addresses: an amphora's own, the user's port's, and a second VIP of the same VIP port. */
export const amphoraAddress = '10.107.0.4';
export const webAddress = '10.107.0.6';
export const additionalVip = 'fd00:107::3';

export const settings = defaultManagerSettings;

/** References to ports that are there. */
export function live(...portUuids: readonly string[]): ObservedFloatingIp['references'] {
  return portUuids.map((portUuid) => ({ portUuid, live: true, unclear: false, addresses: [] }));
}

/** References to ports that are gone, and which the API server goes on showing. */
export function dead(...portUuids: readonly string[]): ObservedFloatingIp['references'] {
  return portUuids.map((portUuid) => ({ portUuid, live: false, unclear: false, addresses: [] }));
}

/** A floating ip that is whole: associated, recorded, with all references, flag and fixed ip. */
export function whole(delta: Partial<ObservedFloatingIp> = {}): ObservedFloatingIp {
  return {
    uuid: floatingIp,
    fixedIp: vip,
    isVirtualIp: true,
    references: live(vipPort, amphora1, amphora2),
    recorded: true,
    trusted: true,
    wasSeenAssociated: false,
    recordedElsewhere: false,
    heldElsewhere: false,
    fence: 'passed',
    ...delta,
  };
}

/** The same without a fixed ip, as Neutron leaves it when it disassociates. */
export function withoutFixedIp(seen: ObservedFloatingIp): ObservedFloatingIp {
  return without(seen, 'fixedIp');
}

/** What a user has just attached to the VIP port, and nobody has touched yet. */
export function attached(delta: Partial<ObservedFloatingIp> = {}): ObservedFloatingIp {
  return whole({ isVirtualIp: false, recorded: false, trusted: false, references: live(vipPort), ...delta });
}

/** Recorded, and without references or a fixed ip: stripped or freed. */
export function empty(detached: Detached | undefined, delta: Partial<ObservedFloatingIp> = {}): ObservedFloatingIp {
  return { ...withoutFixedIp(whole()), references: [], ...(detached === undefined ? {} : { detached }), ...delta };
}

/** Detached by these requests, each so long ago and with the ports that it deleted. */
export function detachedBy(...requests: readonly (readonly [ageMs: number, ...deleted: string[]])[]): Detached {
  return {
    sinceMs: requests[0]?.[0] ?? 0,
    wasSeenAttached: true,
    portUuids: [vipPort, amphora1, amphora2],
    addedPorts: [],
    requests: requests.map(([ageMs, ...deletedPorts]) => ({ ageMs, deletedPorts })),
  };
}

type Goneness = FloatingIpObservation['recordedPorts'][number]['gone'];

/** Ports that the virtual-ip references: all there, but for those named otherwise. */
export function recordedPorts(gone: Readonly<Record<string, Goneness>> = {}): FloatingIpObservation['recordedPorts'] {
  return [vipPort, amphora1, amphora2].map((uuid) => ({ uuid, gone: gone[uuid] ?? 'no' }));
}

/** A VIP with two amphorae, no floating ip. */
export function anyVip(delta: Partial<FloatingIpObservation> = {}): FloatingIpObservation {
  return {
    address: vip,
    vipPort: { uuid: vipPort, addresses: [], dormant: false },
    members: [amphora1, amphora2],
    outsiders: [],
    recordedPorts: recordedPorts(),
    floatingIps: [],
    verified: true,
    ...delta,
  };
}

/** The same after the load balancer is gone. */
export function withoutVipPort(seen: FloatingIpObservation): FloatingIpObservation {
  return { ...without(seen, 'vipPort'), members: [] };
}

/** All writes of a plan, in order. */
export function writesOf(plan: Pick<FloatingIpPlan, 'letGo' | 'bind' | 'release'>): readonly Write[] {
  return [...plan.letGo, ...plan.bind, ...plan.release];
}

/** What a plan writes; `purpose`: as what it is marked for other monitors. */
export function set(properties: FloatingIpProperties, uuid = floatingIp, purpose?: string): Write {
  return setFloatingIp(uuid, properties, purpose);
}

/** The same as the first step of a restore. */
export function restore(properties: FloatingIpProperties, uuid = floatingIp): Write {
  return set(properties, uuid, restorePurpose);
}

export function add(portUuid: string, uuid = floatingIp): Write {
  return portReference('add-reference', { kind: 'floating-ip', uuid }, portUuid);
}

export function drop(portUuid: string, uuid = floatingIp): Write {
  return portReference('delete-reference', { kind: 'floating-ip', uuid }, portUuid);
}

/** What the writes make of a floating ip. */
export function after(seen: ObservedFloatingIp, writes: readonly Write[]): ObservedFloatingIp {
  let now = seen;
  for (const write of writes) {
    if (subjectOf(write) !== seen.uuid) continue;
    if (write.do === 'add-reference' || write.do === 'delete-reference') {
      const others = now.references.filter(({ portUuid }) => portUuid !== write.to.uuid);
      now = { ...now, references: write.do === 'add-reference' ? [...others, ...live(write.to.uuid)] : others };
    }
    if (write.do === 'set') {
      const { fixedIp, isVirtualIp } = floatingIpPropertiesOf(write);
      if (fixedIp !== undefined) now = fixedIp === null ? withoutFixedIp(now) : { ...now, fixedIp };
      if (isVirtualIp !== undefined) now = { ...now, isVirtualIp };
    }
  }
  return now;
}
