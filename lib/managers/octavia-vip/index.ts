/**
 * Floating ips on the VIPs of Octavia load balancers: who carries a VIP (`carriers`), who is associated with it (`floating-ips`), what is
 * kept of it (`record`), and what is remembered beyond the objects (`history`).
 */
export {
  isInUse,
  isOctaviaVipPort,
  loadBalancerId,
  mayCarry,
  portKind,
  portState,
  type MarkRules,
  type PortMarks,
} from './carriers/detection.js';
export { observeLoadBalancer, type Known } from './carriers/observe.js';
export { boundMembers, membersPerVip, stagesBesideCut } from './carriers/oversized.js';
export * from './carriers/plan.js';
export { describeDistrust, isTrustedProject, type PortProject } from './carriers/trust.js';
export { VipController, type VipControllerParts } from './controller.js';
export { Cuts, type CutObject, type CutsParts } from './cuts.js';
export {
  decideDetached,
  type Detached,
  type DetachedObservation,
  type DetachedVerdict,
  type DetachingRequest,
} from './floating-ips/detached.js';
export * from './floating-ips/observation.js';
export {
  observeFloatingIps,
  type FloatingIpInput,
  type FloatingIpsSeen,
  type ObservationParts,
} from './floating-ips/observe.js';
export * from './floating-ips/plan.js';
export * from './history/index.js';
export { octaviaVip } from './manager.js';
export { octaviaVipMetrics } from './metrics.js';
export { listVipProblems } from './problems.js';
export { allVips, causeOf, reactions, type ReactionContext } from './reactions.js';
export * from './record/annotations.js';
export { findManaged, isBelieved, sortManaged, type ManagedVirtualIps } from './record/observe.js';
export * from './record/plan.js';
export {
  isCut,
  recordedFloatingIps,
  recordedPorts,
  recordOf,
  virtualIpsNaming,
  virtualIpsRecording,
} from './record/record.js';
export { VipReports, type NotedPort, type UnlistedProject, type VipReport } from './report.js';
export { checkSchema, type SchemaCheck, type SchemaCheckOptions } from './schema/schema-check.js';
export { SchemaKnowledge, type KnownSchema, type SchemaKnowledgeOptions } from './schema/schema-knowledge.js';
export { defaultOctaviaVipSettings, octaviaVipSettings, type OctaviaVipSettings } from './settings.js';
export * from './vip-key.js';
export { composeVipPlan, describeVipPlan, isEnd, planVip, type VipPlan } from './vip-plan.js';
export { observeVip, type VipParts, type VipSeen } from './vip-seen.js';
export type { FloatingIpProperties, VipProperties, VirtualIpTarget } from './writes.js';
