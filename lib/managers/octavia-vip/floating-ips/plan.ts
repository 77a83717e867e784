import type { OctaviaVipSettings } from '../settings.js';
import type { Write } from '../../../planning/index.js';
import { decideDetached } from './detached.js';
import type { FloatingIpObservation, ObservedFloatingIp } from './observation.js';
import { amphoraPorts, writesToBind, writesToEnd, writesToRelease, writesToTakeBack, type EndEvent } from './writes.js';

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
type Rules = Pick<OctaviaVipSettings, 'stripWindowMs' | 'unclearDisassociation' | 'projectToFloatingIp'>;

// What makes it clear is a change, and wakes us. This is for what got lost.
const unclearRecheckMs = 60_000;

type SeenWithVipPort = FloatingIpObservation & {
  readonly vipPort: NonNullable<FloatingIpObservation['vipPort']>;
};

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
  return detached?.requests.at(-1)?.deletedPorts.some((port) => footprint?.ports.includes(port) === true) === true;
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
