import { decide, type Rule } from '../../../planning/index.js';
import type { OctaviaVipSettings } from '../settings.js';
import { lossRuleOf, tellingRequest } from './detached.js';
import type { FloatingIpObservation, ObservedFloatingIp } from './observation.js';
import type { Loss, LossFacts } from './loss-rules.js';
import { floatingIpRules, type FloatingIpFacts } from './rules.js';
import type { Standing } from './standing.js';
import { amphoraPorts, crossingOf, writesToTakeBack } from './writes.js';

/** The settings that count here. @inline */
type Rules = Pick<OctaviaVipSettings, 'stripWindowMs' | 'unclearDisassociation'>;

/** How a floating ip stands, by which rule; and where that hangs on it, by which rule it is stripped or freed. */
export interface DecidedStanding {
  readonly rule: Rule<FloatingIpFacts, Standing>;
  readonly loss?: Rule<LossFacts, Loss>;
}

/** Decides how a floating ip stands to the VIP (docs/rules.md, "How a floating ip stands to a VIP"). */
export function decideStanding(
  floatingIp: ObservedFloatingIp,
  seen: FloatingIpObservation,
  rules: Rules,
): DecidedStanding {
  const rule = decide(floatingIpRules, factsOf(floatingIp, seen, rules));
  return typeof rule.when.loss === 'string' ? { rule, loss: lossRule(floatingIp, seen, rules) } : { rule };
}

/** What is known of a floating ip, as facts. */
export function factsOf(floatingIp: ObservedFloatingIp, seen: FloatingIpObservation, rules: Rules): FloatingIpFacts {
  const { detached, recorded, trusted } = floatingIp;
  const live = floatingIp.references.filter((reference) => reference.live).map((reference) => reference.portUuid);
  const ports = amphoraPorts(seen);
  const ownWork = isOwnWork(floatingIp, live, { seen, ports });
  // Neutron sets references and fixed ip together, and clears them together.
  const isAttached = floatingIp.references.length > 0 && floatingIp.fixedIp !== undefined && !ownWork;
  // Of what another VIP holds that one asks.
  const isLost = recorded ? !isAttached : !floatingIp.heldElsewhere && wasStripped(floatingIp, live, { seen, ports });
  return {
    vipPort: vipPortFact(seen),
    references: referencesFact(floatingIp, live, { seen, ports }),
    fixedIp: fixedIpFact(floatingIp, seen),
    record: !recorded ? 'none' : trusted ? 'believed' : 'disbelieved',
    ownWork,
    loss: isLost && seen.vipPort !== undefined ? lossRule(floatingIp, seen, rules).stands : 'none',
    seenAttached: detached?.wasSeenAttached === true,
    fence: floatingIp.fence,
    heldElsewhere: floatingIp.heldElsewhere,
    known:
      floatingIp.recordedElsewhere ||
      floatingIp.wasSeenAssociated ||
      floatingIp.footprint !== undefined ||
      detached?.wasSeenAttached === true,
    former: floatingIp.former !== undefined,
    overtaken: isOvertaken(floatingIp, seen, ports),
    crossed: crossingOf(floatingIp, seen) !== undefined,
    leftOver: writesToTakeBack(floatingIp, seen).length > 0,
  };
}

interface Around {
  readonly seen: FloatingIpObservation;
  /** The amphora ports of the VIP, be they there or gone. */
  readonly ports: ReadonlySet<string>;
}

function lossRule(floatingIp: ObservedFloatingIp, seen: FloatingIpObservation, rules: Rules): Rule<LossFacts, Loss> {
  const { recordedPorts, verified } = seen;
  return lossRuleOf({ detached: floatingIp.detached, recordedPorts, vipPort: seen.vipPort?.uuid, verified }, rules);
}

function vipPortFact({ vipPort, vipPortUnclear }: FloatingIpObservation): FloatingIpFacts['vipPort'] {
  if (vipPort === undefined) return vipPortUnclear === true ? 'unclear' : 'gone';
  if (vipPort.dormant) return 'dormant';
  return vipPort.isAdditional === true ? 'additional' : 'carried';
}

function referencesFact(
  { references }: ObservedFloatingIp,
  live: readonly string[],
  { seen, ports }: Around,
): FloatingIpFacts['references'] {
  if (live.length === 0) return references.length === 0 ? 'none' : 'dead';
  const others = live.filter((uuid) => uuid !== seen.vipPort?.uuid);
  const onlyAmphorae = others.every((uuid) => ports.has(uuid));
  if (others.length === live.length) return onlyAmphorae ? 'amphorae' : 'others';
  if (others.length === 0) return 'vip-port';
  return onlyAmphorae ? 'vip-port-and-amphorae' : 'vip-port-and-others';
}

function fixedIpFact({ fixedIp }: ObservedFloatingIp, seen: FloatingIpObservation): FloatingIpFacts['fixedIp'] {
  if (fixedIp === undefined) return 'none';
  if (fixedIp === seen.address) return 'vip';
  return seen.vipPort?.addresses.includes(fixedIp) === true ? 'additional' : 'other';
}

// Of one that was detached: the fixed ip is our first step, and so are all references, be they late ones.
function isOwnWork(floatingIp: ObservedFloatingIp, live: readonly string[], { seen, ports }: Around): boolean {
  const { detached, fixedIp } = floatingIp;
  if (detached === undefined || fixedIp !== seen.address) return false;
  return live.every((uuid) => ports.has(uuid) || detached.addedPorts.includes(uuid));
}

// Neutron replaces all references by one: beside one to the VIP port that we added when we restored it, one to another port is what its user has
// chosen since. The fixed ip that went with that is lost under ours.
function isOvertaken(
  { added = [], references, fixedIp }: ObservedFloatingIp,
  { vipPort, address }: FloatingIpObservation,
  ports: ReadonlySet<string>,
): boolean {
  if (vipPort === undefined || fixedIp !== address || !added.includes(vipPort.uuid)) return false;
  return references.some(
    ({ portUuid, live, addresses }) =>
      live &&
      portUuid !== vipPort.uuid &&
      !ports.has(portUuid) &&
      !added.includes(portUuid) &&
      addresses.length > 0 &&
      !addresses.includes(address),
  );
}

// Another instance has ended what it could no longer know to be in danger: a reference of ours came after it had looked. Or it was stripped
// before it could be recorded, by the delete of a port that it referenced before its user moved it here (recording 57).
function wasStripped(
  { detached, footprint, fixedIp, seenLast }: ObservedFloatingIp,
  live: readonly string[],
  { seen, ports }: Around,
): boolean {
  if ((fixedIp !== undefined && fixedIp !== seen.address) || !live.every((uuid) => ports.has(uuid))) return false;
  const counts = (port: string): boolean =>
    footprint?.ports.includes(port) === true || (seenLast === true && ports.has(port));
  return detached !== undefined && tellingRequest(detached, counts)?.deletedPorts.some(counts) === true;
}
