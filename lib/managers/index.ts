/**
 * The managers: load balancer (who carries a VIP), virtual-ip (what is kept of it), floating-ip (who is associated with it).
 * Each observes the cache, plans as a pure function of plain values, and leaves the writing to one applier. Rules live in `plan.ts`.
 */
export {
  PlanApplier,
  writesPerStage,
  type ApplyOptions,
  type ApplyResult,
  type PlannedVip,
} from '../planning/applier.js';
export { CachedFloatingIpManager, type FloatingIpManager } from './octavia-vip/floating-ips/manager.js';
export type { FloatingIpInput } from './octavia-vip/floating-ips/observe.js';
export {
  decideDetached,
  type Detached,
  type DetachedObservation,
  type DetachedVerdict,
  type DetachingRequest,
} from './octavia-vip/floating-ips/detached.js';
export * from './octavia-vip/floating-ips/observation.js';
export * from './octavia-vip/floating-ips/plan.js';
export {
  isInUse,
  isOctaviaVipPort,
  loadBalancerId,
  mayCarry,
  // What the container asks by that name is what the settings say.
  mayCarry as isAmphoraPort,
  portKind,
  portState,
  type PortMarks,
} from './octavia-vip/carriers/detection.js';
export {
  CachedLoadBalancerManager,
  type LoadBalancerManager,
  type LoadBalancerManagerParts,
} from './octavia-vip/manager.js';
export { boundMembers, membersPerVip, stagesBesideCut } from './octavia-vip/carriers/oversized.js';
export * from './octavia-vip/carriers/plan.js';
export type { PortKind, PortState } from './octavia-vip/carriers/rules.js';
export { describeDistrust, isTrustedProject, type PortProject } from './octavia-vip/carriers/trust.js';
export { composeVipPlan, describeVipPlan, type VipPlan } from './octavia-vip/vip-plan.js';
export { Refusals, refusalOf, withoutRecord, type Refusal } from '../planning/refusals.js';
export { VipReports, type NotedPort, type UnlistedProject, type VipReport } from './octavia-vip/report.js';
export { checkSchema, type SchemaCheck, type SchemaCheckOptions } from './octavia-vip/schema/schema-check.js';
export {
  SchemaKnowledge,
  type KnownSchema,
  type SchemaKnowledgeOptions,
} from './octavia-vip/schema/schema-knowledge.js';
export { defaultManagerSettings, type ManagerSettings } from './octavia-vip/settings.js';
export type { ManagedVirtualIps } from './octavia-vip/record/observe.js';
export { CachedVirtualIpManager, type VirtualIpInput, type VirtualIpManager } from './octavia-vip/record/manager.js';
export * from './octavia-vip/record/plan.js';
export * from '../planning/write.js';
