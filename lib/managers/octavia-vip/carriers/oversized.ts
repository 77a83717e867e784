import { ruleNamed, verdictOf, type Stage, type Write } from '../../../planning/index.js';
import { floatingIpRecordKey } from '../record/annotations.js';
import type { LoadBalancerPlan } from './plan.js';
import { carrierRules } from './rules.js';

/**
 * How many ports of one VIP count. Octavia has two, and one more during a failover. Each costs a reference on each floating ip, and in a
 * network of his own a tenant can make as many as he likes.
 */
export const membersPerVip = 32;

/** A plan with the first {@link membersPerVip} members; the others are let go of as orphans are. */
export function boundMembers(plan: LoadBalancerPlan): { readonly plan: LoadBalancerPlan; readonly surplus: number } {
  const surplus = plan.members.slice(membersPerVip);
  if (surplus.length === 0) return { plan, surplus: 0 };
  const members = plan.members.slice(0, membersPerVip);
  const left = new Set(surplus);
  const rule = ruleNamed(carrierRules, 'surplus');
  const verdicts = plan.verdicts.map((verdict) =>
    left.has(verdict.about.uuid) ? verdictOf(verdict.about, rule) : verdict,
  );
  const orphans = [...plan.orphans, ...surplus].sort();
  return { plan: { ...plan, members, orphans, verdicts }, surplus: surplus.length };
}

/**
 * The stages of a plan; where a virtual-ip of the VIP is cut, without what would be written on it. What it lacks cannot be told, nor what it has too much of: it is left as it
 * is, and the floating ips are served. Only what would mislead is removed: the record of an association that has ended, and, with the load
 * balancer, the virtual-ip itself.
 */
export function stagesBesideCut(
  stages: readonly Stage[],
  isCut: boolean,
  endedFloatingIps: readonly string[],
): readonly Stage[] {
  if (!isCut) return stages;
  const ended = new Set(endedFloatingIps);
  const endedKeys = new Set(endedFloatingIps.map(floatingIpRecordKey));
  const kept = (write: Write): readonly Write[] => {
    switch (write.do) {
      case 'delete':
        return [write];
      case 'delete-reference':
        return ended.has(write.to.uuid) ? [write] : [];
      case 'set-entries': {
        const remove = write.remove.filter((key) => endedKeys.has(key));
        return remove.length === 0 ? [] : [{ ...write, set: {}, remove }];
      }
      default:
        return [];
    }
  };
  return stages
    .filter((stage) => stage.isRecord !== true)
    .map((stage) => (stage.isBookkeeping === true ? { ...stage, writes: stage.writes.flatMap(kept) } : stage))
    .filter(({ writes }) => writes.length > 0);
}
