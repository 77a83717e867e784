import { defaultOctaviaVipSettings, planLoadBalancer, type ObservedPort } from 'opensdn-svc-monitor/rules';

/** Who carries a VIP, and why: the rules need neither a server nor a clock. */
export function whoCarries(vip: string, owners: readonly ObservedPort[], carriers: readonly ObservedPort[]): string {
  const plan = planLoadBalancer({ address: vip, networkShared: false, owners, carriers }, defaultOctaviaVipSettings);
  const lines = plan.verdicts.map(({ about, rule, says }) => `${about.uuid}: ${rule}, ${says}`);
  return [`${plan.members.length} ports carry ${vip}`, ...lines].join('\n');
}
