/** The rules of the octavia-vip manager: pure functions of plain values, and the tables that they go by. */
export {
  decidePortKind,
  isInUse,
  isOctaviaVipPort,
  loadBalancerId,
  mayCarry,
  portKind,
  portState,
  type MarkRules,
  type PortMarks,
} from './carriers/detection.js';
export { boundMembers, membersPerVip, stagesBesideCut } from './carriers/oversized.js';
export * from './carriers/plan.js';
export * from './carriers/rules.js';
export { describeDistrust, isTrustedProject, type PortProject } from './carriers/trust.js';
export {
  decideDetached,
  type Detached,
  type DetachedObservation,
  type DetachedVerdict,
  type DetachingRequest,
} from './floating-ips/detached.js';
export * from './floating-ips/hold-rules.js';
export * from './floating-ips/loss-rules.js';
export * from './floating-ips/observation.js';
export * from './floating-ips/plan.js';
export * from './floating-ips/rules.js';
export * from './floating-ips/standing.js';
export * from './history/episode.js';
export * from './history/events.js';
export { next, transitions, type Transitions } from './history/transitions.js';
export * from './record/annotations.js';
export * from './record/claim-rules.js';
export * from './record/plan.js';
export { recordsPerFloatingIp } from './record/record.js';
export * from './record/rules.js';
export { ruleTables } from './rule-tables.js';
export { defaultOctaviaVipSettings, octaviaVipSettings, type OctaviaVipSettings } from './settings.js';
export * from './vip-key.js';
export { composeVipPlan, describeVipPlan, isEnd, planVip, type VipPlan } from './vip-plan.js';
export type { FloatingIpsSeen } from './floating-ips/observe.js';
export type { EndEvent } from './floating-ips/writes.js';
export type { VipSeen } from './vip-seen.js';
