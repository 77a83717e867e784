import { assertNever } from '../../../base/errors/index.js';
import { verdictOf, type Verdict, type Write } from '../../../planning/index.js';
import type { OctaviaVipSettings } from '../settings.js';
import { restOfWindow } from './detached.js';
import { decideStanding } from './facts.js';
import type { FloatingIpObservation, ObservedFloatingIp } from './observation.js';
import type { RecheckTime } from './standing.js';
import {
  isLeftElsewhere,
  setsFixedIp,
  writesToBind,
  writesToEnd,
  writesToRelease,
  writesToTakeBack,
  writesToUncross,
} from './writes.js';

/** What has happened to an association, for metrics and logs. */
export interface AssociationEvent {
  readonly floatingIpUuid: string;
  readonly type: 'associated' | 'taken-over' | 'stripped' | 'restored' | 'freed' | 'moved' | 'vip-gone';
  /** The record of another VIP names it: how it was detached is evidence there. Defaults to no. */
  readonly keptElsewhere?: true;
}

/** A floating ip that bears the flag, and at which VIP port somebody answered for that until now. */
export interface HandedOver {
  readonly floatingIpUuid: string;
  readonly vipPortUuid: string;
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
  /** Floating ips that bear the flag and are left to another VIP, which has not recorded them yet: it may end before. */
  readonly handedOver: readonly HandedOver[];
  /** Uuids of floating ips that were read after we had left them with a fixed ip at the end of an association. */
  readonly leftRead: readonly string[];
  /** When to look again although nothing may change. Milliseconds. */
  readonly recheckAfterMs?: number;
  /** What to read again before an association, or its record, is given up. */
  readonly verify: Verification;
  /** One of each floating ip that was looked at. */
  readonly verdicts: readonly Verdict[];
}

/** The settings that count here. @inline */
type Rules = Pick<OctaviaVipSettings, 'stripWindowMs' | 'unclearDisassociation' | 'projectToFloatingIp'>;

const unclearRecheckMs = 60_000;

/** Plans the floating ips of a VIP (docs/rules.md, "How a floating ip stands to a VIP"). */
export function planFloatingIps(seen: FloatingIpObservation, rules: Rules): FloatingIpPlan {
  const floatingIps = seen.floatingIps.toSorted((one, other) => (one.uuid < other.uuid ? -1 : 1));
  const plan = {
    associations: [] as string[],
    undecided: [] as string[],
    untrusted: [] as string[],
    letGo: [] as Write[],
    end: [] as Write[],
    forgotten: [] as string[],
    handedOver: [] as HandedOver[],
    leftRead: [] as string[],
    bind: [] as Write[],
    release: [] as Write[],
    events: [] as AssociationEvent[],
    verdicts: [] as Verdict[],
    verify: { ports: [] as string[], floatingIps: [] as string[] },
  };
  let recheckAfterMs: number | undefined;
  for (const floatingIp of floatingIps) {
    const { rule, loss } = decideStanding(floatingIp, seen, rules);
    const standing = rule.stands;
    plan.verdicts.push(verdictOf({ kind: 'floating-ip', uuid: floatingIp.uuid }, rule, loss));
    if (floatingIp.left !== undefined) {
      const { uuid } = floatingIp;
      (seen.verified ? plan.leftRead : plan.verify.floatingIps).push(uuid);
    }
    const event = (type: AssociationEvent['type']): void => {
      const kept = floatingIp.keptElsewhere === true ? { keptElsewhere: true as const } : {};
      plan.events.push({ floatingIpUuid: floatingIp.uuid, type, ...kept });
    };
    const leave = (): void => {
      const { uuid, isVirtualIp, recordedAt } = floatingIp;
      // It is asked again once the port is known, as one that is left over.
      if (isFixedIpInDoubt(floatingIp, seen)) return;
      if (!isHandedOver(floatingIp)) plan.forgotten.push(uuid);
      // Who wrote the flag may have been another process, or another VIP's plan: the record answered for it.
      else if (isVirtualIp && recordedAt !== undefined) {
        plan.handedOver.push({ floatingIpUuid: uuid, vipPortUuid: recordedAt });
      }
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
        recheckAfterMs = Math.min(recheckAfterMs ?? Infinity, waitOf(standing.recheck, floatingIp, rules));
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
        if (!seen.verified) {
          plan.verify.floatingIps.push(floatingIp.uuid);
          plan.verify.ports.push(...unknownPorts(floatingIp));
        }
        plan.release.push(...writesToRelease(floatingIp, seen, standing.event));
        event(standing.event);
        leave();
        break;
      case 'former':
        if (!seen.verified) {
          plan.verify.floatingIps.push(floatingIp.uuid);
          plan.verify.ports.push(...unknownPorts(floatingIp));
        }
        plan.end.push(...writesToEnd(floatingIp, seen));
        event('vip-gone');
        leave();
        break;
      case 'crossed':
        plan.release.push(...writesToUncross(floatingIp, seen));
        // Where it still stands in the record it is moved by then.
        (floatingIp.recorded ? plan.undecided : plan.forgotten).push(floatingIp.uuid);
        break;
      case 'left-over':
        if (!seen.verified) plan.verify.floatingIps.push(floatingIp.uuid);
        plan.release.push(...writesToTakeBack(floatingIp, seen));
        break;
      case 'untrusted':
        plan.untrusted.push(floatingIp.uuid);
        break;
      case 'none':
        if (floatingIp.footprint !== undefined && isUsersElsewhere(floatingIp, seen) && !isHandedOver(floatingIp)) {
          plan.forgotten.push(floatingIp.uuid);
        }
        break;
    }
  }
  // One of which this very plan sets it again has yet to be read: at once, since nothing else wakes us.
  const setsAgain = (uuid: string): boolean => [...plan.end, ...plan.release].some((write) => setsFixedIp(write, uuid));
  if (floatingIps.some(({ uuid }) => setsAgain(uuid))) recheckAfterMs = 0;
  return {
    ...plan,
    leftRead: plan.leftRead.filter((uuid) => !setsAgain(uuid)),
    verify: {
      ports: [...new Set(plan.verify.ports)].sort(),
      floatingIps: [...new Set(plan.verify.floatingIps)],
    },
    ...(recheckAfterMs === undefined ? {} : { recheckAfterMs }),
  };
}

/**
 * The ports that the floating ips of the VIP reference once what the plan lets go of is let go of, sorted: those that are associated, and those of
 * which it is not known yet.
 */
export function referencedAfterLettingGo(
  seen: Pick<FloatingIpObservation, 'floatingIps'>,
  plan: Pick<FloatingIpPlan, 'associations' | 'undecided' | 'letGo'>,
): readonly string[] {
  const key = (floatingIp: string, port: string): string => `${floatingIp} ${port}`;
  const dropped = new Set(
    plan.letGo.flatMap((write) =>
      write.do === 'delete-reference' && 'uuid' in write.on ? [key(write.on.uuid, write.to.uuid)] : [],
    ),
  );
  const own = new Set([...plan.associations, ...plan.undecided]);
  const left = seen.floatingIps
    .filter(({ uuid }) => own.has(uuid))
    .flatMap(({ uuid, references }) => references.filter(({ portUuid }) => !dropped.has(key(uuid, portUuid))));
  return [...new Set(left.map(({ portUuid }) => portUuid))].sort();
}

// When to look again. Of what no window tells it is a change that makes it clear, and wakes us: the time is for what got lost.
function waitOf(recheck: RecheckTime, floatingIp: ObservedFloatingIp, rules: Rules): number {
  switch (recheck) {
    case 'rest-of-window':
      return restOfWindow(floatingIp.detached, rules);
    case 'window':
      return rules.stripWindowMs;
    case 'while':
      return unclearRecheckMs;
    default:
      return assertNever(recheck);
  }
}

// Whether the fixed ip is one of theirs has to be known before it is taken away.
function unknownPorts({ references }: ObservedFloatingIp): readonly string[] {
  return references.flatMap(({ portUuid, live, addresses }) => (live && addresses.length === 0 ? [portUuid] : []));
}

// The fixed ip is ours, and whether it can be of the port that its user has chosen is not known.
function isFixedIpInDoubt(floatingIp: ObservedFloatingIp, seen: FloatingIpObservation): boolean {
  const { footprint, fixedIp } = floatingIp;
  return (
    footprint?.fixedIp === true &&
    fixedIp === seen.address &&
    !isLeftElsewhere(floatingIp) &&
    unknownPorts(floatingIp).some((port) => port !== seen.vipPort?.uuid)
  );
}

// Neutron attaches to one port, and sets the fixed ip with it: one that is none of the VIP's is the user's own choice.
function isUsersElsewhere({ references, fixedIp }: ObservedFloatingIp, seen: FloatingIpObservation): boolean {
  return references.some(({ live }) => live) && fixedIp !== undefined && fixedIp !== seen.address;
}

// What we leave to another VIP is remembered until that one has recorded it: it may end before.
function isHandedOver(floatingIp: ObservedFloatingIp): boolean {
  return isLeftElsewhere(floatingIp) && floatingIp.keptElsewhere !== true;
}
