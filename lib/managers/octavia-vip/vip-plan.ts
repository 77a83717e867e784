import type { VipKey } from '../../model/index.js';
import type { AssociationEvent, FloatingIpPlan, Verification } from './floating-ips/plan.js';
import type { Refusal } from '../../planning/refusals.js';
import type { VirtualIpPlan } from './record/plan.js';
import type { ManagerSettings } from './settings.js';
import { sortedVerdicts, type Verdict } from '../../planning/index.js';
import { describeWrite, type Stage } from '../../planning/write.js';
import type { LoadBalancerPlan, RefusedPort } from './carriers/plan.js';
import type { PortProject } from './carriers/trust.js';

/** All that is to be done for a VIP, in order. */
export interface VipPlan {
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
  readonly stages: readonly Stage[];
  readonly events: readonly AssociationEvent[];
  /** Uuids of floating ips of which nothing that was written for the VIP counts any more. */
  readonly forgotten: readonly string[];
  readonly nameTaken?: string;
  /** How many ports carry the VIP and do not count, since there are too many. */
  readonly surplus?: number;
  /** Why the config API did not take what is to be recorded, this time or a moment ago. */
  readonly unrecorded?: Refusal;
  /** Milliseconds. */
  readonly recheckAfterMs?: number;
  /** What to read again before the plan may be carried out. */
  readonly verify: Verification;
  /** Why: one of each port, floating ip and virtual-ip that was decided on, sorted by uuid. */
  readonly verdicts: readonly Verdict[];
}

/** A part of the plan. One that decided on nothing may leave out its verdicts. @inline */
type Part<Plan extends { readonly verdicts: readonly Verdict[] }> = Omit<Plan, 'verdicts'> &
  Partial<Pick<Plan, 'verdicts'>>;

/**
 * Puts the plans for one VIP together, in order. The record of an association and of the members is written before the floating ip's
 * references to them, since those are what makes a strip possible.
 *
 * 1. let go: references of floating ips to ports that are leaving, for their delete would strip the floating ip
 * 2. end, bury: what is left of a VIP port that had the address before, on floating ips and then its virtual-ip
 * 3. record: the virtual-ip and what it records, new members among it: after a restart they are the evidence of a strip
 * 4. bind: fixed ip, flag, references of floating ips
 * 5. release: what is left over on floating ips
 * 6. attach: the virtual-ip's references to VIP port and members
 * 7. detach: the virtual-ip's references to ports that are no members any more, and the record of those
 * 8. forget: associations that are over, and the virtual-ip of a load balancer that is gone
 *

 * What is to be recorded comes before what can be lost, but nobody's traffic waits if the config API refuses it, for a quota, say: the rest
 * but bookkeeping follows then.
 *
 * Letting go cannot wait, even while the VIP is slowed down. The last three are bookkeeping: while other VIPs wait, they are put off. Where the fabric reads the virtual-ip itself (no projection),
 * attach is not: it is part of binding then.
 */
export function composeVipPlan(
  key: VipKey,
  plans: {
    readonly loadBalancer: Part<LoadBalancerPlan>;
    readonly floatingIps: Part<FloatingIpPlan>;
    readonly virtualIp: Part<VirtualIpPlan>;
  },
  { projectToFloatingIp }: Pick<ManagerSettings, 'projectToFloatingIp'>,
): VipPlan {
  const { loadBalancer, floatingIps, virtualIp } = plans;
  const waits = [loadBalancer.recheckAfterMs, floatingIps.recheckAfterMs].filter((wait) => wait !== undefined);
  const stages: readonly Stage[] = [
    { name: 'let go', writes: floatingIps.letGo, isUrgent: true },
    { name: 'end', writes: floatingIps.end },
    { name: 'bury', writes: virtualIp.bury, dropsEvidence: true },
    { name: 'record', writes: virtualIp.record, isRecord: true },
    { name: 'bind', writes: projectToFloatingIp ? floatingIps.bind : [...floatingIps.bind, ...virtualIp.attach] },
    { name: 'release', writes: floatingIps.release },
    { name: 'attach', writes: projectToFloatingIp ? virtualIp.attach : [], isBookkeeping: true },
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
    events: floatingIps.events,
    forgotten: floatingIps.forgotten,
    ...(virtualIp.nameTaken === undefined ? {} : { nameTaken: virtualIp.nameTaken }),
    ...(waits.length === 0 ? {} : { recheckAfterMs: Math.min(...waits) }),
    verify: floatingIps.verify,
    verdicts: sortedVerdicts(loadBalancer.verdicts ?? [], floatingIps.verdicts ?? [], virtualIp.verdicts ?? []),
  };
}

/** A plan as readable text, one line for each write. */
export function describeVipPlan(plan: VipPlan): string {
  const lines = plan.stages.flatMap((stage) => stage.writes.map((write) => `  ${stage.name}: ${describeWrite(write)}`));
  const head = `VIP ${plan.key}: ${plan.members.length} members, ${plan.associations.length} floating ips`;
  return lines.length === 0 ? `${head}, nothing to write` : [head, ...lines].join('\n');
}
