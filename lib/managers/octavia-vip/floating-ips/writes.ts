import type { Write } from '../../../planning/index.js';
import { restorePurpose } from '../history/index.js';
import type { OctaviaVipSettings } from '../settings.js';
import { floatingIp as floatingIpRef, portReference, setFloatingIp, type FloatingIpProperties } from '../writes.js';
import type { FloatingIpObservation, ObservedFloatingIp, ObservedReference } from './observation.js';

/** How an association can end. */
export type EndEvent = 'freed' | 'moved' | 'vip-gone';

/** What makes an association whole: what comes first, what follows, and what is left over. */
export interface BindWrites {
  readonly letGo: readonly Write[];
  readonly bind: readonly Write[];
  readonly release: readonly Write[];
}

/** The ports that carry the VIP, or did: what a floating ip may reference because of us. The VIP port is none. */
export function amphoraPorts(seen: FloatingIpObservation): ReadonlySet<string> {
  const ports = new Set([...seen.members, ...seen.outsiders, ...seen.recordedPorts.map((port) => port.uuid)]);
  if (seen.vipPort !== undefined) ports.delete(seen.vipPort.uuid);
  return ports;
}

/** What makes an associated floating ip whole; `firstStepOnly`: without the references, for a restore takes two steps. */
export function writesToBind(
  floatingIp: ObservedFloatingIp,
  seen: FloatingIpObservation,
  rules: Pick<OctaviaVipSettings, 'projectToFloatingIp'> & { readonly firstStepOnly: boolean },
): BindWrites {
  const { uuid } = floatingIp;
  const dormant = seen.vipPort?.dormant === true;
  const wanted = [
    ...(seen.vipPort === undefined ? [] : [seen.vipPort.uuid]),
    ...(rules.projectToFloatingIp && !dormant ? seen.members.toSorted() : []),
  ];
  const live = new Set(
    floatingIp.references.filter((reference) => reference.live).map((reference) => reference.portUuid),
  );
  const surplus = floatingIp.references.filter(
    (reference) => !wanted.includes(reference.portUuid) && !reference.unclear,
  );
  const outsiders = new Set(seen.outsiders);
  const drop = (reference: ObservedReference): Write => dropReference(uuid, reference.portUuid);
  const properties: FloatingIpProperties = {
    ...(floatingIp.fixedIp === seen.address ? {} : { fixedIp: seen.address }),
    ...(floatingIp.isVirtualIp === !dormant ? {} : { isVirtualIp: !dormant }),
  };
  // What others did before this write is known when it comes back: only then references follow (docs/architecture.md).
  const isDetached = floatingIp.references.length === 0 || floatingIp.fixedIp === undefined;
  const isFirstStep = isDetached && properties.fixedIp !== undefined;
  return {
    letGo: surplus.filter((reference) => reference.live && outsiders.has(reference.portUuid)).map(drop),
    bind: [
      // Before the references: the vRouter would translate to the amphora's own address until the fixed ip is there.
      ...(Object.keys(properties).length === 0
        ? []
        : [setFloatingIp(uuid, properties, isFirstStep ? restorePurpose : undefined)]),
      ...(rules.firstStepOnly ? [] : wanted)
        .filter((portUuid) => !live.has(portUuid))
        .map((portUuid) => portReference('add-reference', floatingIpRef(uuid), portUuid)),
    ],
    release: surplus.filter((reference) => !(reference.live && outsiders.has(reference.portUuid))).map(drop),
  };
}

/** Takes away what we wrote and leaves what the user did: references to other ports, and a fixed ip that goes with them. */
export function writesToRelease(
  floatingIp: ObservedFloatingIp,
  seen: FloatingIpObservation,
  event: EndEvent,
): readonly Write[] {
  // The manager of the other VIP makes it whole, and takes away what we left.
  if (floatingIp.attachedElsewhere) return [];
  const { uuid } = floatingIp;
  const ours = new Set([...(floatingIp.footprint?.ports ?? []), ...amphoraPorts(seen)]);
  if (seen.vipPort !== undefined) ours.delete(seen.vipPort.uuid);
  const live = floatingIp.references.filter((reference) => reference.live);
  // Neutron replaces all references by one, and sets the fixed ip: that one is the user's own choice, be it an amphora's port.
  const attachedToOne = live.length === 1 && floatingIp.fixedIp !== undefined && floatingIp.fixedIp !== seen.address;
  const isUsersOwn = (reference: ObservedReference): boolean => {
    if (!reference.live) return false;
    if (reference.unclear) return true;
    if (event === 'freed') return !ours.has(reference.portUuid) && reference.portUuid !== seen.vipPort?.uuid;
    if (attachedToOne) return true;
    // To the VIP port, but to another of its addresses.
    if (reference.portUuid === seen.vipPort?.uuid) return seen.vipPort.addresses.includes(floatingIp.fixedIp ?? '');
    return !ours.has(reference.portUuid);
  };
  // Ours is the fixed ip, too, if it is the VIP: written at the moment at which the user moved it. Neutron had set the port's own.
  const usersOwn = floatingIp.references.find(isUsersOwn);
  const properties = {
    ...(floatingIp.isVirtualIp ? { isVirtualIp: false } : {}),
    ...(floatingIp.fixedIp === seen.address && usersOwn?.ownAddress !== seen.address
      ? { fixedIp: usersOwn?.ownAddress ?? null }
      : {}),
  };
  return [
    ...floatingIp.references
      .filter((reference) => !isUsersOwn(reference))
      .map((reference) => dropReference(uuid, reference.portUuid)),
    ...(Object.keys(properties).length === 0 ? [] : [setFloatingIp(uuid, properties)]),
  ];
}

/** What is left over of an association with a former VIP port. What the user has associated since with the next is left as it is. */
export function writesToEnd(floatingIp: ObservedFloatingIp, seen: FloatingIpObservation): readonly Write[] {
  const { vipPort, ...others } = seen;
  if (vipPort !== undefined && floatingIp.references.some(({ live, portUuid }) => live && portUuid === vipPort.uuid)) {
    return [];
  }
  const recordedPorts = (floatingIp.former ?? []).map((uuid) => ({ uuid, gone: 'no' as const }));
  return writesToRelease(floatingIp, { ...others, members: [], outsiders: [], recordedPorts }, 'vip-gone');
}

/** What we wrote on a floating ip that is not associated, and that nobody else will take away. */
export function writesToTakeBack(floatingIp: ObservedFloatingIp, seen: FloatingIpObservation): readonly Write[] {
  const { uuid, footprint, fixedIp } = floatingIp;
  if (floatingIp.attachedElsewhere) return [];
  const live = floatingIp.references.filter((reference) => reference.live).map(({ portUuid }) => portUuid);
  const ours = new Set(footprint?.ports);
  const amphorae = amphoraPorts(seen);
  // Neutron sets a fixed ip with each reference. Those to amphorae without it, on a floating ip that was associated, are ours, or another
  // instance's: written by requests that took longer than the association lasted.
  const isLeftOver =
    floatingIp.wasSeenAssociated &&
    fixedIp === undefined &&
    live.length > 0 &&
    live.every((port) => ours.has(port) || amphorae.has(port));
  // Neutron replaces all references by one, and sets the fixed ip: that one is the user's own choice.
  const isUsersOnly = live.length === 1 && fixedIp !== undefined;
  const drops = isLeftOver
    ? live
    : live.filter((port) => ours.has(port) && !isUsersOnly && (fixedIp === undefined || port !== seen.vipPort?.uuid));
  const properties = {
    ...((isLeftOver || footprint?.flag === true) && floatingIp.isVirtualIp ? { isVirtualIp: false } : {}),
    ...(footprint?.fixedIp === true && fixedIp === seen.address && live.length === 0 ? { fixedIp: null } : {}),
  };
  return [
    ...drops.map((portUuid) => dropReference(uuid, portUuid)),
    ...(Object.keys(properties).length === 0 ? [] : [setFloatingIp(uuid, properties)]),
  ];
}

function dropReference(uuid: string, portUuid: string): Write {
  return portReference('delete-reference', floatingIpRef(uuid), portUuid);
}
