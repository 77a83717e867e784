import type { Write } from '../../../planning/index.js';
import { restorePurpose } from '../history/index.js';
import type { OctaviaVipSettings } from '../settings.js';
import {
  floatingIp as floatingIpRef,
  floatingIpPropertiesOf,
  portReference,
  setFloatingIp,
  type FloatingIpProperties,
} from '../writes.js';
import type { FloatingIpObservation, ObservedFloatingIp, ObservedReference } from './observation.js';

/** How an association can end. */
export type EndEvent = 'freed' | 'moved' | 'vip-gone';

/** What makes an association whole. */
export interface BindWrites {
  /** First: references to ports that are leaving are dropped. Before them what the association is known by without those, if it lacks. */
  readonly letGo: readonly Write[];
  readonly bind: readonly Write[];
  /** What is left over. */
  readonly release: readonly Write[];
}

/** The ports that carry the VIP, or did: what a floating ip may reference because of us. The VIP port is none. */
export function amphoraPorts(seen: FloatingIpObservation): ReadonlySet<string> {
  const ports = new Set([...seen.members, ...seen.outsiders, ...seen.recordedPorts.map((port) => port.uuid)]);
  if (seen.vipPort !== undefined) ports.delete(seen.vipPort.uuid);
  return ports;
}

/** What an associated floating ip has when it is whole. */
export interface WantedFloatingIp {
  /** Canonical. */
  readonly fixedIp: string;
  readonly isVirtualIp: boolean;
  /** Uuids of ports, the VIP port first. */
  readonly references: readonly string[];
}

/** What every floating ip that is associated with the VIP is to have (docs/design.md, "Floating ip"). */
export function wantedOf(
  { address, vipPort, members }: Pick<FloatingIpObservation, 'address' | 'vipPort' | 'members'>,
  { projectToFloatingIp }: Pick<OctaviaVipSettings, 'projectToFloatingIp'>,
): WantedFloatingIp {
  const dormant = vipPort?.dormant === true;
  return {
    fixedIp: address,
    isVirtualIp: !dormant,
    references: [
      ...(vipPort === undefined ? [] : [vipPort.uuid]),
      ...(projectToFloatingIp && !dormant ? members.toSorted() : []),
    ],
  };
}

/** What makes an associated floating ip whole; `firstStepOnly`: without the references, for a restore takes two steps. */
export function writesToBind(
  floatingIp: ObservedFloatingIp,
  seen: FloatingIpObservation,
  rules: Pick<OctaviaVipSettings, 'projectToFloatingIp'> & { readonly firstStepOnly: boolean },
): BindWrites {
  const { uuid } = floatingIp;
  const dormant = seen.vipPort?.dormant === true;
  const { references: wanted } = wantedOf(seen, rules);
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
  const isLeaving = ({ portUuid, live: isLive }: ObservedReference): boolean => isLive && outsiders.has(portUuid);
  const letGo = surplus.filter(isLeaving).map(drop);
  const makeWhole = [
    // Before the references: the vRouter would translate to the amphora's own address until the fixed ip is there.
    ...(Object.keys(properties).length === 0
      ? []
      : [setFloatingIp(uuid, properties, isFirstStep ? restorePurpose : undefined)]),
    ...(rules.firstStepOnly ? [] : wanted)
      .filter((portUuid) => !live.has(portUuid))
      .map((portUuid) => portReference('add-reference', floatingIpRef(uuid), portUuid)),
  ];
  const isFirst = letGo.length === 0 ? (): boolean => false : tells(seen);
  return {
    letGo: [...makeWhole.filter(isFirst), ...letGo],
    bind: makeWhole.filter((write) => !isFirst(write)),
    release: surplus.filter((reference) => !isLeaving(reference)).map(drop),
  };
}

// An association shows by the fixed ip and the reference to the VIP port, or else by those to amphora ports. Until it shows by the former
// none of the latter is taken away: who comes in between, or after a crash, would take it for ended.
function tells({ vipPort }: FloatingIpObservation): (write: Write) => boolean {
  return (write) =>
    (write.do === 'set' && floatingIpPropertiesOf(write).fixedIp !== undefined) ||
    (write.do === 'add-reference' && write.to.uuid === vipPort?.uuid);
}

/** Whether it is associated with another VIP, which sees to what is left on it. */
export function isLeftElsewhere({ heldElsewhere, onlyWrittenElsewhere }: ObservedFloatingIp): boolean {
  return heldElsewhere && onlyWrittenElsewhere !== true;
}

/** Takes away what we wrote and leaves what the user did: references to other ports, and a fixed ip that goes with them. */
export function writesToRelease(
  floatingIp: ObservedFloatingIp,
  seen: FloatingIpObservation,
  event: EndEvent,
): readonly Write[] {
  // The other VIP makes it whole, and takes away what we left.
  if (isLeftElsewhere(floatingIp)) return [];
  const { uuid } = floatingIp;
  const ours = new Set([...(floatingIp.footprint?.ports ?? []), ...amphoraPorts(seen)]);
  if (seen.vipPort !== undefined) ours.delete(seen.vipPort.uuid);
  const live = floatingIp.references.filter((reference) => reference.live);
  const isAttachedAnew = floatingIp.fixedIp !== undefined && floatingIp.fixedIp !== seen.address;
  const isUsersOwn = (reference: ObservedReference): boolean => {
    if (!reference.live) return false;
    if (reference.unclear) return true;
    if (event === 'freed') return !ours.has(reference.portUuid) && reference.portUuid !== seen.vipPort?.uuid;
    if (isAttachedAnew && isChosen(reference, floatingIp, live.length)) return true;
    // To the VIP port, but to another of its addresses.
    if (reference.portUuid === seen.vipPort?.uuid) return seen.vipPort.addresses.includes(floatingIp.fixedIp ?? '');
    return !ours.has(reference.portUuid);
  };
  // Ours is the fixed ip, too, if it is the VIP: written at the moment at which the user moved it. Neutron had set the port's own.
  const usersOwn = floatingIp.references.find(isUsersOwn);
  const properties = {
    ...(floatingIp.isVirtualIp ? { isVirtualIp: false } : {}),
    ...(floatingIp.fixedIp === seen.address && cannotBe(seen.address, usersOwn)
      ? { fixedIp: onlyAddress(usersOwn) ?? null }
      : {}),
  };
  return [
    ...floatingIp.references
      .filter((reference) => !isUsersOwn(reference))
      .map((reference) => dropReference(uuid, reference.portUuid)),
    ...(Object.keys(properties).length === 0 ? [] : [setFloatingIp(uuid, properties)]),
  ];
}

/**
 * What is left over of an association with a former VIP port. What the user has associated since with the next is left as it is, but for the
 * flag: until somebody carries that, it means nothing, and nobody would take it away.
 */
export function writesToEnd(floatingIp: ObservedFloatingIp, seen: FloatingIpObservation): readonly Write[] {
  if (isLeftElsewhere(floatingIp)) return [];
  const { vipPort, ...others } = seen;
  if (vipPort !== undefined && floatingIp.references.some(({ live, portUuid }) => live && portUuid === vipPort.uuid)) {
    return floatingIp.isVirtualIp ? [setFloatingIp(floatingIp.uuid, { isVirtualIp: false })] : [];
  }
  const recordedPorts = (floatingIp.former ?? []).map((uuid) => ({ uuid, gone: 'no' as const }));
  return writesToRelease(floatingIp, { ...others, members: [], outsiders: [], recordedPorts }, 'vip-gone');
}

/** What the fixed ip should be instead of what a write of ours made of it; null: none. */
export interface Crossing {
  readonly fixedIp: string | null;
}

/**
 * What a write of ours has crossed that left the floating ip with a fixed ip, or without one, when its association ended, as a read shows it since.
 * Neutron sets and clears references and fixed ip together. So one that references one port, with what we left and not an address of that port, was
 * associated by its user a moment before our write, if the reference is none of ours; and one that references nothing, with a fixed ip that we
 * gave, was detached before.
 */
export function crossingOf(floatingIp: ObservedFloatingIp, seen: FloatingIpObservation): Crossing | undefined {
  const { references, fixedIp, left } = floatingIp;
  if (left === undefined || !seen.verified || fixedIp !== (left ?? undefined)) return undefined;
  const live = references.filter((reference) => reference.live);
  const [only, ...more] = live;
  // What it has while another VIP restores it is that one's.
  if (only === undefined) return left === null || floatingIp.heldElsewhere ? undefined : { fixedIp: null };
  if (more.length > 0 || mayBeOurs(only, floatingIp, seen) || (left !== null && only.addresses.includes(left))) {
    return undefined;
  }
  const address = onlyAddress(only);
  return address === undefined ? undefined : { fixedIp: address };
}

function mayBeOurs(
  { portUuid }: ObservedReference,
  { footprint, added = [] }: ObservedFloatingIp,
  seen: FloatingIpObservation,
): boolean {
  return footprint?.ports.includes(portUuid) === true || added.includes(portUuid) || amphoraPorts(seen).has(portUuid);
}

/** Whether the write sets or clears the fixed ip of the floating ip. */
export function setsFixedIp(write: Write, uuid: string): boolean {
  if (write.do !== 'set' || !('uuid' in write.on) || write.on.uuid !== uuid) return false;
  return floatingIpPropertiesOf(write).fixedIp !== undefined;
}

/** Makes good what a write of ours has crossed. */
export function writesToUncross(floatingIp: ObservedFloatingIp, seen: FloatingIpObservation): readonly Write[] {
  const crossing = crossingOf(floatingIp, seen);
  return crossing === undefined ? [] : [setFloatingIp(floatingIp.uuid, crossing)];
}

/** What we wrote on a floating ip that is not associated, and that nobody else will take away. */
export function writesToTakeBack(floatingIp: ObservedFloatingIp, seen: FloatingIpObservation): readonly Write[] {
  const { uuid, footprint, fixedIp } = floatingIp;
  if (floatingIp.heldElsewhere) return [];
  const references = floatingIp.references.filter((reference) => reference.live);
  const live = references.map(({ portUuid }) => portUuid);
  const ours = new Set(footprint?.ports);
  const amphorae = amphoraPorts(seen);
  // Neutron sets a fixed ip with each reference. Those to amphorae without it, on a floating ip that was associated, are ours, or another
  // instance's: written by requests that took longer than the association lasted.
  const isLeftOver =
    floatingIp.wasSeenAssociated &&
    fixedIp === undefined &&
    live.length > 0 &&
    live.every((port) => ours.has(port) || amphorae.has(port));
  const drops = isLeftOver
    ? live
    : references
        .filter((reference) => ours.has(reference.portUuid) && !isChosen(reference, floatingIp, live.length))
        .map(({ portUuid }) => portUuid)
        .filter((port) => fixedIp === undefined || port !== seen.vipPort?.uuid);
  // Ended while the port was not known to which its user had attached it: Neutron had set the port's own.
  const [chosen, ...more] = references;
  const isUnderOurs =
    chosen !== undefined &&
    more.length === 0 &&
    chosen.portUuid !== seen.vipPort?.uuid &&
    !ours.has(chosen.portUuid) &&
    !amphorae.has(chosen.portUuid) &&
    cannotBe(seen.address, chosen);
  const properties = {
    ...((isLeftOver || footprint?.flag === true) && floatingIp.isVirtualIp ? { isVirtualIp: false } : {}),
    ...(footprint?.fixedIp === true && fixedIp === seen.address && (live.length === 0 || isUnderOurs)
      ? { fixedIp: onlyAddress(chosen) ?? null }
      : {}),
  };
  return [
    ...drops.map((portUuid) => dropReference(uuid, portUuid)),
    ...(Object.keys(properties).length === 0 ? [] : [setFloatingIp(uuid, properties)]),
  ];
}

// Neutron replaces all references by one, and sets the fixed ip to an address of that port: it is the user's own choice, be it an amphora's
// port. Others beside it are ours, written at that moment.
function isChosen({ addresses }: ObservedReference, { fixedIp }: ObservedFloatingIp, count: number): boolean {
  return fixedIp !== undefined && (count === 1 || addresses.includes(fixedIp));
}

// A port of which no addresses are known may have this one.
function cannotBe(fixedIp: string, reference: ObservedReference | undefined): boolean {
  return reference === undefined || (reference.addresses.length > 0 && !reference.addresses.includes(fixedIp));
}

// Of a port with several nothing tells which of them its user meant.
function onlyAddress(reference: ObservedReference | undefined): string | undefined {
  return reference?.addresses.length === 1 ? reference.addresses[0] : undefined;
}

function dropReference(uuid: string, portUuid: string): Write {
  return portReference('delete-reference', floatingIpRef(uuid), portUuid);
}
