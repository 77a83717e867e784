import type { ManagerSettings } from '../settings.js';
import type { Write } from '../write.js';
import type { Footprint } from '../../cache/index.js';
import { decideDetached, type Detached } from './detached.js';

/** A floating ip that references ports of the VIP, or that our record names. */
export interface ObservedFloatingIp {
  readonly uuid: string;
  /** Canonical. */
  readonly fixedIp?: string;
  readonly isVirtualIp: boolean;
  readonly references: readonly ObservedReference[];
  /** Whether our record says that it is associated with this VIP. */
  readonly recorded: boolean;
  /** Whether the record may be believed: the floating ip is of the VIP's own project, or we saw the association ourselves. */
  readonly trusted: boolean;
  /** Whether we saw the association ourselves, be it over or not. */
  readonly wasSeenAssociated: boolean;
  /** What this process itself wrote on it for this VIP and has not taken away; undefined: nothing. */
  readonly footprint?: Pick<Footprint, 'flag' | 'fixedIp' | 'portUuids'>;
  /** Whether the VIP of another address of the same VIP port records it. */
  readonly recordedElsewhere: boolean;
  /**
   * The ports that were written on it, or recorded with it, for a VIP port that had the address before. Undefined: there was none. That
   * association is over; nothing of it is evidence for this VIP.
   */
  readonly former?: readonly string[];
  /** Whether it is attached to another VIP now: the flag is that one's. */
  readonly attachedElsewhere: boolean;
  /** How it was detached; undefined if nobody saw it, or it is attached. */
  readonly detached?: Detached;
  /**
   * Whether what others did before we began to restore it is known by now: the notification of our own first write has come, and with
   * it all that came before; or the time for it is over.
   */
  readonly fence: 'open' | 'passed';
}

/** A reference to an interface. One that is gone can still be shown: the server's cache drops it with the next write. */
export interface ObservedReference {
  readonly portUuid: string;
  readonly live: boolean;
  /** Nothing is known of the interface, not even that it is gone: the reference is left as it is. */
  readonly unclear: boolean;
  /** Address of the interface, if it has exactly one. */
  readonly ownAddress?: string;
}

/** What is known of a VIP when its floating ips are planned. */
export interface FloatingIpObservation {
  /** Canonical. */
  readonly address: string;
  /** Undefined: the load balancer is gone. Dormant: nobody carries the VIP, and it is kept no longer than it takes to end it. */
  readonly vipPort?: {
    readonly uuid: string;
    readonly addresses: readonly string[];
    readonly dormant: boolean;
    /** The address is not the first of the VIP port. */
    readonly isAdditional?: boolean;
  };
  /** There is none to be seen, but the port that our record names exists: its address may only be unreadable. */
  readonly vipPortUnclear?: boolean;
  readonly members: readonly string[];
  /** Amphora ports that do not belong (any more): unbound, orphaned or not trusted. */
  readonly outsiders: readonly string[];
  /** Ports that our virtual-ip references, and those that are known to be gone. */
  readonly recordedPorts: readonly { readonly uuid: string; readonly gone: 'no' | 'explained' | 'unexplained' }[];
  readonly floatingIps: readonly ObservedFloatingIp[];
  /** Whether the ports and floating ips were read again just now: a lost message can hide no delete. */
  readonly verified: boolean;
}

/** What has happened to an association, for metrics and logs. */
export interface AssociationEvent {
  readonly floatingIpUuid: string;
  readonly type: 'associated' | 'stripped' | 'restored' | 'freed' | 'moved' | 'vip-gone';
}

/** Objects to read again, by uuid, sorted. */
export interface Verification {
  readonly ports: readonly string[];
  readonly floatingIps: readonly string[];
}

/** What is to be written on floating ips, in three stages, and who is associated. All lists are sorted. */
export interface FloatingIpPlan {
  /** Uuids of the floating ips that are associated with the VIP: what the record has to say. */
  readonly associations: readonly string[];
  /** Recorded ones of which it is not known (for sure) yet whether they were stripped or freed: the record keeps them. */
  readonly undecided: readonly string[];
  /** Recorded ones of which the record is not believed: left as they are. */
  readonly untrusted: readonly string[];
  /** First of all: references to ports that are leaving. */
  readonly letGo: readonly Write[];
  /** Then: what is left over of associations with a VIP port that had the address before. */
  readonly end: readonly Write[];
  /** Then: what makes the associations whole. */
  readonly bind: readonly Write[];
  /** Last: what is left over, on associated floating ips and on those that are not any more. */
  readonly release: readonly Write[];
  readonly events: readonly AssociationEvent[];
  /** Uuids of floating ips on which nothing that was written for this VIP is left, or it is another's by now: it is no evidence any more. */
  readonly forgotten: readonly string[];
  /** When to look again although nothing may change. Milliseconds. */
  readonly recheckAfterMs?: number;
  /** What to read again before an association, or its record, is given up. */
  readonly verify: Verification;
}

/** The settings that count here. @inline */
type Rules = Pick<ManagerSettings, 'stripWindowMs' | 'unclearDisassociation' | 'projectToFloatingIp'>;

// What makes it clear is a change, and wakes us. This is for what got lost.
const unclearRecheckMs = 60_000;

type SeenWithVipPort = FloatingIpObservation & {
  readonly vipPort: NonNullable<FloatingIpObservation['vipPort']>;
};

type EndEvent = 'freed' | 'moved' | 'vip-gone';

type Standing =
  | { readonly is: 'associated'; readonly event?: 'associated' | 'stripped' | 'restored' }
  | { readonly is: 'ended'; readonly event: EndEvent }
  | { readonly is: 'undecided'; readonly recheckAfterMs: number }
  | { readonly is: 'unverified' }
  | { readonly is: 'untrusted' }
  | { readonly is: 'left-over' }
  | { readonly is: 'former' }
  | { readonly is: 'none' };

/**
 * Plans the floating ips of a VIP.
 *
 * | the floating ip | stands | is made |
 * |---|---|---|
 * | references the VIP port, fixed ip is the VIP, and somebody carries it | associated | whole: fixed ip, flag, references to VIP port and members |
 * | is recorded, references VIP port and amphorae, fixed ip is none of the VIP port's other addresses | associated: Neutron spoiled the fixed ip (recording 18) | whole |
 * | is recorded, lacks references or fixed ip, and a port was deleted by the request that detached it | stripped (recording 05) | whole again, in two steps |
 * | was stripped, fixed ip is the VIP, references are ours | half restored: the first step was ours | whole, once the fence has passed |
 * | is recorded, lacks references or fixed ip, and no such delete came within the window | freed by its user (recording 06) | rid of flag and amphorae |
 * | is recorded, references others | moved by its user (recording 18) | rid of flag and amphorae |
 * | is recorded, and the VIP port is gone | ended with the load balancer | rid of all that we wrote |
 * | is recorded, and the VIP port is there without an address, which nobody deleted | undecided | left as it is |
 * | references the VIP port and nothing but its amphora ports, and nobody knows why | wired by hand (recordings 03, 18) | whole |
 * | is recorded for a VIP port that had the address before | ended with that VIP port (recordings 43 to 46) | rid of what was written for it |
 * | is not recorded any more, was seen associated, and references amphorae without a fixed ip | a late write of ours | rid of the amphorae |
 * | is not recorded any more, and was stripped by the delete of an amphora that we had made it reference | stripped | whole again, without amphorae |
 * | is not recorded any more, and bears what we wrote | late writes of ours | rid of those |
 * | else | not ours | left alone |
 *
 * Why two steps: a user can disassociate after the strip and before our first write, and nothing in the floating ip tells. The
 * stream does: when the notification of that first write has come, so has that of the disassociation. Only then references follow.
 */
export function planFloatingIps(seen: FloatingIpObservation, rules: Rules): FloatingIpPlan {
  const floatingIps = seen.floatingIps.toSorted((one, other) => (one.uuid < other.uuid ? -1 : 1));
  const plan = {
    associations: [] as string[],
    undecided: [] as string[],
    untrusted: [] as string[],
    letGo: [] as Write[],
    end: [] as Write[],
    forgotten: [] as string[],
    bind: [] as Write[],
    release: [] as Write[],
    events: [] as AssociationEvent[],
    verify: { ports: [] as string[], floatingIps: [] as string[] },
  };
  let recheckAfterMs: number | undefined;
  for (const floatingIp of floatingIps) {
    const standing = standingOf(floatingIp, seen, rules);
    const event = (type: AssociationEvent['type']): void => {
      plan.events.push({ floatingIpUuid: floatingIp.uuid, type });
    };
    switch (standing.is) {
      case 'associated': {
        plan.associations.push(floatingIp.uuid);
        const firstStepOnly = standing.event === 'stripped';
        const writes = writesToBind(floatingIp, seen, { ...rules, firstStepOnly });
        // A reference to a port that is gone: its delete has stripped the floating ip, most likely, and we have not heard of that yet.
        if (!seen.verified && floatingIp.references.some(({ live }) => !live)) {
          plan.verify.floatingIps.push(floatingIp.uuid);
        }
        plan.letGo.push(...writes.letGo);
        plan.bind.push(...writes.bind);
        plan.release.push(...writes.release);
        if (standing.event !== undefined) event(standing.event);
        // The record and its evidence have to outlive a first step, whose notification may be lost; and with a dormant VIP they go for
        // good: not before it has been seen that no amphora's delete can strip the floating ip any more.
        const isDormant = seen.vipPort?.dormant === true;
        const isWhole = writes.letGo.length + writes.bind.length + writes.release.length === 0;
        if (firstStepOnly || (isDormant && !(isWhole && seen.verified))) {
          plan.undecided.push(floatingIp.uuid);
          recheckAfterMs = Math.min(recheckAfterMs ?? Infinity, rules.stripWindowMs);
        }
        if (isDormant && isWhole) plan.verify.floatingIps.push(floatingIp.uuid);
        break;
      }
      case 'undecided':
        plan.undecided.push(floatingIp.uuid);
        recheckAfterMs = Math.min(recheckAfterMs ?? Infinity, standing.recheckAfterMs);
        break;
      case 'unverified':
        plan.undecided.push(floatingIp.uuid);
        // The VIP port too: with nothing to read, it would stay unverified for ever.
        if (seen.vipPort !== undefined) plan.verify.ports.push(seen.vipPort.uuid);
        plan.verify.ports.push(
          ...seen.recordedPorts.map((port) => port.uuid),
          ...(floatingIp.detached?.portUuids ?? []),
        );
        break;
      case 'ended':
        // What is taken away now may have been given by its user a moment ago.
        if (!seen.verified) plan.verify.floatingIps.push(floatingIp.uuid);
        plan.release.push(...writesToRelease(floatingIp, seen, standing.event));
        event(standing.event);
        plan.forgotten.push(floatingIp.uuid);
        break;
      case 'former':
        if (!seen.verified) plan.verify.floatingIps.push(floatingIp.uuid);
        plan.end.push(...writesToEnd(floatingIp, seen));
        event('vip-gone');
        plan.forgotten.push(floatingIp.uuid);
        break;
      case 'left-over':
        if (!seen.verified) plan.verify.floatingIps.push(floatingIp.uuid);
        plan.release.push(...writesToTakeBack(floatingIp, seen));
        break;
      case 'untrusted':
        plan.untrusted.push(floatingIp.uuid);
        break;
      case 'none':
        if (floatingIp.footprint !== undefined && isUsersElsewhere(floatingIp, seen)) {
          plan.forgotten.push(floatingIp.uuid);
        }
        break;
    }
  }
  return {
    ...plan,
    verify: {
      ports: [...new Set(plan.verify.ports)].sort(),
      floatingIps: [...new Set(plan.verify.floatingIps)],
    },
    ...(recheckAfterMs === undefined ? {} : { recheckAfterMs }),
  };
}

function standingOf(floatingIp: ObservedFloatingIp, seen: FloatingIpObservation, rules: Rules): Standing {
  const { vipPort } = seen;
  const live = floatingIp.references.filter((reference) => reference.live).map((reference) => reference.portUuid);
  const referencesVipPort = vipPort !== undefined && live.includes(vipPort.uuid);
  const isHalfRestored = isOwnWork(floatingIp, live, seen);
  const isAssociated = referencesVipPort && floatingIp.fixedIp === seen.address && !isHalfRestored;
  if (isAssociated && (floatingIp.recorded || !vipPort.dormant)) {
    return floatingIp.recorded ? { is: 'associated' } : { is: 'associated', event: 'associated' };
  }
  if (isWiredByHand(floatingIp, live, seen)) return { is: 'associated', event: 'associated' };
  if (!floatingIp.recorded) {
    if (floatingIp.former !== undefined) return { is: 'former' };
    return standingOfUnrecorded(floatingIp, live, { seen, rules });
  }
  if (!floatingIp.trusted) return { is: 'untrusted' };
  if (vipPort === undefined) {
    return seen.vipPortUnclear === true
      ? { is: 'undecided', recheckAfterMs: unclearRecheckMs }
      : { is: 'ended', event: 'vip-gone' };
  }

  // Neutron sets references and fixed ip together, and clears them together.
  const isAttached = floatingIp.references.length > 0 && floatingIp.fixedIp !== undefined;
  return isAttached && !isHalfRestored
    ? standingOfAttached(floatingIp, live, { ...seen, vipPort })
    : standingOfDetached(floatingIp, { ...seen, vipPort }, rules);
}

/**
 * Whether it references the VIP port and nothing but its amphora ports, and nobody knows why: a workaround did that, whatever Neutron has
 * made of the fixed ip since (recordings 03 and 18). Of several VIPs of one VIP port it is the first one's.
 */
function isWiredByHand(floatingIp: ObservedFloatingIp, live: readonly string[], seen: FloatingIpObservation): boolean {
  const { vipPort } = seen;
  if (vipPort === undefined || vipPort.dormant || vipPort.isAdditional === true) return false;
  // What this process knows of it is another story: a late write of ours looks just so.
  const isKnown =
    floatingIp.recorded ||
    floatingIp.recordedElsewhere ||
    floatingIp.wasSeenAssociated ||
    floatingIp.footprint !== undefined ||
    floatingIp.detached?.wasSeenAttached === true;
  if (isKnown || vipPort.addresses.includes(floatingIp.fixedIp ?? '')) return false;
  const amphorae = amphoraPorts(seen);
  const others = live.filter((uuid) => uuid !== vipPort.uuid);
  return live.includes(vipPort.uuid) && others.length > 0 && others.every((uuid) => amphorae.has(uuid));
}

// Neutron attaches to one port, and sets the fixed ip with it: one that is none of the VIP's is the user's own choice.
function isUsersElsewhere({ references, fixedIp }: ObservedFloatingIp, seen: FloatingIpObservation): boolean {
  return references.some(({ live }) => live) && fixedIp !== undefined && fixedIp !== seen.address;
}

// Of one that was detached: the fixed ip is our first step, and so are all references, be they late ones.
function isOwnWork(floatingIp: ObservedFloatingIp, live: readonly string[], seen: FloatingIpObservation): boolean {
  const { detached, fixedIp } = floatingIp;
  if (detached === undefined || fixedIp !== seen.address) return false;
  const ports = amphoraPorts(seen);
  return live.every((uuid) => ports.has(uuid) || detached.addedPorts.includes(uuid));
}

function standingOfUnrecorded(
  floatingIp: ObservedFloatingIp,
  live: readonly string[],
  { seen, rules }: { readonly seen: FloatingIpObservation; readonly rules: Rules },
): Standing {
  const { vipPort } = seen;
  if (vipPort !== undefined && wasStrippedByOurReference(floatingIp, live, seen)) {
    const standing = standingOfDetached(floatingIp, { ...seen, vipPort }, rules);
    // What is not sure is nobody's: there is no record to be kept for it.
    if (standing.is === 'associated' || standing.is === 'undecided') return standing;
  }
  return writesToTakeBack(floatingIp, seen).length > 0 ? { is: 'left-over' } : { is: 'none' };
}

// Another instance has ended what it could no longer know to be in danger: a reference of ours came after it had looked.
function wasStrippedByOurReference(
  { detached, footprint, fixedIp }: ObservedFloatingIp,
  live: readonly string[],
  seen: FloatingIpObservation,
): boolean {
  const amphorae = amphoraPorts(seen);
  if ((fixedIp !== undefined && fixedIp !== seen.address) || !live.every((uuid) => amphorae.has(uuid))) return false;
  return detached?.requests.at(-1)?.deletedPorts.some((port) => footprint?.portUuids.includes(port) === true) === true;
}

function standingOfDetached(floatingIp: ObservedFloatingIp, seen: SeenWithVipPort, rules: Rules): Standing {
  const verdict = decideDetached(
    {
      detached: floatingIp.detached,
      recordedPorts: seen.recordedPorts,
      vipPort: seen.vipPort.uuid,
      verified: seen.verified,
    },
    rules,
  );
  const isHalfRestored = floatingIp.fixedIp === seen.address;
  // After a restart nothing is known of the requests, but only we leave a fixed ip without references.
  if (isHalfRestored && floatingIp.detached?.wasSeenAttached !== true) return { is: 'associated', event: 'restored' };
  switch (verdict.is) {
    case 'stripped':
      if (!isHalfRestored) return { is: 'associated', event: 'stripped' };
      return floatingIp.fence === 'open'
        ? { is: 'undecided', recheckAfterMs: rules.stripWindowMs }
        : { is: 'associated', event: 'restored' };
    case 'freed':
      return { is: 'ended', event: 'freed' };
    default:
      return verdict;
  }
}

function standingOfAttached(floatingIp: ObservedFloatingIp, live: readonly string[], seen: SeenWithVipPort): Standing {
  const { vipPort } = seen;
  // A disassociation would have cleared them: references that are only dead belong to ports that were deleted past Neutron.
  if (live.length === 0) return { is: 'associated', event: 'restored' };
  const amphorae = amphoraPorts(seen);
  const others = live.filter((uuid) => uuid !== vipPort.uuid);
  const onlyAmphorae = others.length > 0 && others.every((uuid) => amphorae.has(uuid));
  if (!onlyAmphorae) return { is: 'ended', event: 'moved' };
  // Neutron attaches to one port, with that port's own address. Amphorae with the VIP as fixed ip are what is left of ours.
  const isStillOurs = live.includes(vipPort.uuid)
    ? !vipPort.addresses.includes(floatingIp.fixedIp ?? '')
    : floatingIp.fixedIp === seen.address;
  return isStillOurs ? { is: 'associated' } : { is: 'ended', event: 'moved' };
}

function amphoraPorts(seen: FloatingIpObservation): ReadonlySet<string> {
  const ports = new Set([...seen.members, ...seen.outsiders, ...seen.recordedPorts.map((port) => port.uuid)]);
  if (seen.vipPort !== undefined) ports.delete(seen.vipPort.uuid);
  return ports;
}

function writesToBind(
  floatingIp: ObservedFloatingIp,
  seen: FloatingIpObservation,
  rules: Rules & { readonly firstStepOnly: boolean },
): Pick<FloatingIpPlan, 'letGo' | 'bind' | 'release'> {
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
  const properties = {
    ...(floatingIp.fixedIp === seen.address ? {} : { fixedIp: seen.address }),
    ...(floatingIp.isVirtualIp === !dormant ? {} : { isVirtualIp: !dormant }),
  };
  return {
    letGo: surplus.filter((reference) => reference.live && outsiders.has(reference.portUuid)).map(drop),
    bind: [
      // Before the references: the vRouter would translate to the amphora's own address until the fixed ip is there.
      ...(Object.keys(properties).length === 0
        ? []
        : [{ action: 'set-floating-ip-properties' as const, uuid, properties }]),
      ...(rules.firstStepOnly ? [] : wanted)
        .filter((portUuid) => !live.has(portUuid))
        .map((portUuid) => ({ action: 'add-floating-ip-reference' as const, uuid, portUuid })),
    ],
    release: surplus.filter((reference) => !(reference.live && outsiders.has(reference.portUuid))).map(drop),
  };
}

// Takes away what we wrote and leaves what the user did: references to other ports, and a fixed ip that goes with them.
function writesToRelease(
  floatingIp: ObservedFloatingIp,
  seen: FloatingIpObservation,
  event: EndEvent,
): readonly Write[] {
  // The manager of the other VIP makes it whole, and takes away what we left.
  if (floatingIp.attachedElsewhere) return [];
  const { uuid } = floatingIp;
  const ours = new Set([...(floatingIp.footprint?.portUuids ?? []), ...amphoraPorts(seen)]);
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
    ...(Object.keys(properties).length === 0
      ? []
      : [{ action: 'set-floating-ip-properties' as const, uuid, properties }]),
  ];
}

/** What is left over of an association with a former VIP port. What the user has associated since with the next is left as it is. */
function writesToEnd(floatingIp: ObservedFloatingIp, seen: FloatingIpObservation): readonly Write[] {
  const { vipPort, ...others } = seen;
  if (vipPort !== undefined && floatingIp.references.some(({ live, portUuid }) => live && portUuid === vipPort.uuid)) {
    return [];
  }
  const recordedPorts = (floatingIp.former ?? []).map((uuid) => ({ uuid, gone: 'no' as const }));
  return writesToRelease(floatingIp, { ...others, members: [], outsiders: [], recordedPorts }, 'vip-gone');
}

/** What we wrote on a floating ip that is not associated, and that nobody else will take away. */
function writesToTakeBack(floatingIp: ObservedFloatingIp, seen: FloatingIpObservation): readonly Write[] {
  const { uuid, footprint, fixedIp } = floatingIp;
  if (floatingIp.attachedElsewhere) return [];
  const live = floatingIp.references.filter((reference) => reference.live).map(({ portUuid }) => portUuid);
  const ours = new Set(footprint?.portUuids);
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
    ...(Object.keys(properties).length === 0
      ? []
      : [{ action: 'set-floating-ip-properties' as const, uuid, properties }]),
  ];
}

function dropReference(uuid: string, portUuid: string): Write {
  return { action: 'delete-floating-ip-reference', uuid, portUuid };
}
