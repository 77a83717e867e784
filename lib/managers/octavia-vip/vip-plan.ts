import type { ObjectRef } from '../../cache/index.js';
import { describeStages, sortedVerdicts, type Plan, type Stage } from '../../planning/index.js';
import { stagesBesideCut } from './carriers/oversized.js';
import type { LoadBalancerPlan, RefusedPort } from './carriers/plan.js';
import type { PortProject } from './carriers/trust.js';
import {
  planFloatingIps,
  referencedAfterLettingGo,
  type AssociationEvent,
  type FloatingIpPlan,
  type HandedOver,
} from './floating-ips/plan.js';
import { planVirtualIp, type VirtualIpPlan } from './record/plan.js';
import type { OctaviaVipSettings } from './settings.js';
import type { VipKey } from './vip-key.js';
import type { VipSeen } from './vip-seen.js';
import { floatingIp, port } from './writes.js';

/** All that is to be done for a VIP, in order, and what was found. */
export interface VipPlan extends Plan {
  readonly key: VipKey;
  readonly vipPortUuid?: string;
  readonly members: readonly string[];
  readonly associations: readonly string[];
  readonly refused: readonly RefusedPort[];
  readonly refusedVipPort?: string;
  readonly leftBehind: readonly string[];
  readonly unlistedProjects: readonly PortProject[];
  /** Uuids of recorded floating ips of which the record is not believed. */
  readonly untrusted: readonly string[];
  readonly events: readonly AssociationEvent[];
  /** Uuids of floating ips of which nothing that was written for the VIP counts any more. */
  readonly forgotten: readonly string[];
  /** Floating ips that bear the flag and are left to another VIP, which has not recorded them yet. */
  readonly handedOver: readonly HandedOver[];
  /** Uuids of floating ips that were read after we had left them with a fixed ip at the end of an association, and are made good. */
  readonly leftRead: readonly string[];
  readonly nameTaken?: string;
  /** How many ports carry the VIP and do not count, since there are too many. */
  readonly surplus?: number;
  /** Uuids of its floating ips that more virtual-ips record than count. Undefined: none. */
  readonly crowded?: readonly string[];
}

/** The settings that count here. @inline */
type Rules = Pick<OctaviaVipSettings, 'stripWindowMs' | 'unclearDisassociation' | 'projectToFloatingIp'>;

const unknownRecheckMs = 60_000;

/** Plans a VIP: who carries it was told when it was observed; then the floating ips, and the virtual-ip that records them. Pure. */
export function planVip(seen: VipSeen, rules: Rules): VipPlan {
  const { key, loadBalancer, surplus, passedOver } = seen;
  if (seen.rest === undefined) {
    // Nobody carries the VIP, and nothing is kept for it: a load balancer that is being made, or none of ours.
    const virtualIp = { ...nothingKept, verdicts: passedOver };
    return composeVipPlan(key, { loadBalancer, floatingIps: nothingAssociated, virtualIp }, rules);
  }
  const { floatingIps: seenFloatingIps, virtualIp: seenVirtualIp, isCut } = seen.rest;
  const planned = planFloatingIps(seenFloatingIps.observation, rules);
  const { unknown } = seenFloatingIps;
  const floatingIps = {
    ...planned,
    undecided: [...planned.undecided, ...unknown].sort(),
    // What cannot be read wakes nobody when it is lost that it can be.
    ...(unknown.length === 0 ? {} : { recheckAfterMs: Math.min(planned.recheckAfterMs ?? Infinity, unknownRecheckMs) }),
  };
  const { associations, undecided, untrusted } = floatingIps;
  const referenced = referencedAfterLettingGo(seenFloatingIps.observation, floatingIps);
  const kept = planVirtualIp({ ...seenVirtualIp, associations, undecided, untrusted, referenced });
  const virtualIp = { ...kept, verdicts: [...kept.verdicts, ...passedOver] };
  const plan = composeVipPlan(key, { loadBalancer, floatingIps, virtualIp }, rules);
  const ended = plan.events.filter(isEnd).map(({ floatingIpUuid }) => floatingIpUuid);
  const stages = stagesBesideCut(plan.stages, isCut, ended);
  const { crowded } = seenFloatingIps;
  return {
    ...plan,
    stages,
    ...(surplus === 0 ? {} : { surplus }),
    ...(crowded.length === 0 ? {} : { crowded }),
  };
}

/**
 * Puts the plans for one VIP together, in order. The record of an association and of the members is written before the floating ip's
 * references to them, since those are what makes a strip possible.
 *
 * 1. let go: references of floating ips to ports that are leaving, for their delete would strip the floating ip; before them what the
 *    association is known by without those, where it is missing
 * 2. answer: to who wants to delete a port, that it was let go of
 * 3. end, bury: what is left of a VIP port that had the address before, on floating ips and then its virtual-ip
 * 4. record: the virtual-ip and what it records, new members among it: after a restart they are the evidence of a strip
 * 5. bind: fixed ip, flag, references of floating ips
 * 6. release: what is left over on floating ips
 * 7. attach: the virtual-ip's references to VIP port and members
 * 8. leave: the virtual-ip's references to members that are leaving, which the record keeps
 * 9. detach: the virtual-ip's references to ports that are no members any more, and the record of those that are gone
 * 10. forget: associations that are over, and the virtual-ip of a load balancer that is gone
 *
 * What is to be recorded comes before what can be lost, but nobody's traffic waits if the config API refuses it, for a quota, say: the rest
 * but bookkeeping follows then.
 *
 * Letting go cannot wait, nor can the answer, even while the VIP is slowed down. The last four are bookkeeping: while other VIPs wait, they are put off. Where
 * the fabric reads the virtual-ip itself (no projection), attach is not: it is part of binding then.
 */
export function composeVipPlan(
  key: VipKey,
  plans: {
    readonly loadBalancer: LoadBalancerPlan;
    readonly floatingIps: FloatingIpPlan;
    readonly virtualIp: VirtualIpPlan;
  },
  { projectToFloatingIp }: Pick<OctaviaVipSettings, 'projectToFloatingIp'>,
): VipPlan {
  const { loadBalancer, floatingIps, virtualIp } = plans;
  const waits = [loadBalancer.recheckAfterMs, floatingIps.recheckAfterMs, virtualIp.recheckAfterMs].filter(
    (wait) => wait !== undefined,
  );
  const { ports, floatingIps: toVerify } = floatingIps.verify;
  const stages: readonly Stage[] = [
    { name: 'let go', writes: floatingIps.letGo, isUrgent: true },
    { name: 'answer', writes: virtualIp.answer, isUrgent: true },
    { name: 'end', writes: floatingIps.end },
    { name: 'bury', writes: virtualIp.bury, dropsEvidence: true },
    { name: 'record', writes: virtualIp.record, isRecord: true },
    { name: 'bind', writes: projectToFloatingIp ? floatingIps.bind : [...floatingIps.bind, ...virtualIp.attach] },
    { name: 'release', writes: floatingIps.release },
    { name: 'attach', writes: projectToFloatingIp ? virtualIp.attach : [], isBookkeeping: true },
    { name: 'leave', writes: virtualIp.leave, isBookkeeping: true },
    { name: 'detach', writes: virtualIp.detach, isBookkeeping: true, dropsEvidence: true },
    { name: 'forget', writes: virtualIp.forget, isBookkeeping: true, dropsEvidence: true },
  ];
  return {
    key,
    ...(loadBalancer.vipPort === undefined ? {} : { vipPortUuid: loadBalancer.vipPort.uuid }),
    members: loadBalancer.members,
    associations: floatingIps.associations,
    refused: loadBalancer.refused,
    ...(loadBalancer.refusedVipPort === undefined ? {} : { refusedVipPort: loadBalancer.refusedVipPort }),
    leftBehind: loadBalancer.leftBehind,
    unlistedProjects: loadBalancer.unlistedProjects,
    untrusted: floatingIps.untrusted,
    stages: stages.filter((stage) => stage.writes.length > 0),
    verdicts: sortedVerdicts(loadBalancer.verdicts, floatingIps.verdicts, virtualIp.verdicts),
    events: floatingIps.events,
    forgotten: floatingIps.forgotten,
    handedOver: floatingIps.handedOver,
    leftRead: floatingIps.leftRead,
    ...(virtualIp.nameTaken === undefined ? {} : { nameTaken: virtualIp.nameTaken }),
    ...(waits.length === 0 ? {} : { recheckAfterMs: Math.min(...waits) }),
    verify: [...ports.map(port), ...toVerify.map(floatingIp)],
    heeds: heeded(floatingIps, stages),
  };
}

/** A plan as readable text, one line for each write. */
export function describeVipPlan(plan: VipPlan): string {
  const lines = describeStages(plan.stages);
  const head = `VIP ${plan.key}: ${plan.members.length} members, ${plan.associations.length} floating ips`;
  return lines.length === 0 ? `${head}, nothing to write` : [head, ...lines].join('\n');
}

/** Whether what has happened is the end of an association. */
export function isEnd({ type }: AssociationEvent): boolean {
  return type === 'freed' || type === 'moved' || type === 'vip-gone';
}

// A user or a port delete may change the floating ips at any moment. What is ours alone nobody else writes.
function heeded({ associations }: FloatingIpPlan, stages: readonly Stage[]): readonly ObjectRef[] {
  const written = stages
    .flatMap(({ writes }) => writes)
    .flatMap((write) => (write.do !== 'create' && 'uuid' in write.on ? [write.on] : []))
    .filter(({ kind }) => kind === 'floating-ip');
  const all = [...associations.map(floatingIp), ...written];
  return [...new Map(all.map((ref) => [ref.uuid, ref])).values()];
}

const nothingAssociated: FloatingIpPlan = {
  associations: [],
  undecided: [],
  untrusted: [],
  letGo: [],
  end: [],
  forgotten: [],
  handedOver: [],
  leftRead: [],
  bind: [],
  release: [],
  events: [],
  verify: { ports: [], floatingIps: [] },
  verdicts: [],
};

const nothingKept: VirtualIpPlan = {
  bury: [],
  answer: [],
  record: [],
  attach: [],
  leave: [],
  detach: [],
  forget: [],
  verdicts: [],
};
