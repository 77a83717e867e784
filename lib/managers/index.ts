/**
 * The managers: load balancer (who carries a VIP), virtual-ip (what is kept of it), floating-ip (who is associated with it).
 * Each observes the cache, plans as a pure function of plain values, and leaves the writing to one applier. Rules live in `plan.ts`.
 */
export { PlanApplier, writesPerStage, type ApplyOptions, type ApplyResult, type PlannedVip } from './apply.js';
export { CachedFloatingIpManager, type FloatingIpManager } from './floating-ip/manager.js';
export type { FloatingIpInput } from './floating-ip/observe.js';
export {
  decideDetached,
  type Detached,
  type DetachedObservation,
  type DetachedVerdict,
  type DetachingRequest,
} from './floating-ip/detached.js';
export * from './floating-ip/observation.js';
export * from './floating-ip/plan.js';
export {
  isAmphoraPort,
  isInUse,
  isOctaviaVipPort,
  loadBalancerId,
  portState,
  type PortMarks,
} from './loadbalancer/detection.js';
export {
  CachedLoadBalancerManager,
  type LoadBalancerManager,
  type LoadBalancerManagerParts,
} from './loadbalancer/manager.js';
export { boundMembers, membersPerVip, stagesBesideCut } from './loadbalancer/oversized.js';
export * from './loadbalancer/plan.js';
export { describeDistrust, isTrustedProject, type PortProject } from './loadbalancer/trust.js';
export { composeVipPlan, describeVipPlan, type VipPlan } from './loadbalancer/vip-plan.js';
export { Refusals, refusalOf, withoutRecord, type Refusal } from './refusals.js';
export { VipReports, type NotedPort, type UnlistedProject, type VipReport } from './report.js';
export { checkSchema, type SchemaCheck, type SchemaCheckOptions } from './schema-check.js';
export { SchemaKnowledge, type KnownSchema, type SchemaKnowledgeOptions } from './schema-knowledge.js';
export { defaultManagerSettings, type ManagerSettings } from './settings.js';
export type { ManagedVirtualIps } from './virtual-ip/observe.js';
export { CachedVirtualIpManager, type VirtualIpInput, type VirtualIpManager } from './virtual-ip/manager.js';
export * from './virtual-ip/plan.js';
export * from './write.js';
