/**
 * Floating ips on the VIPs of Octavia load balancers: who carries a VIP (`carriers`), who is associated with it (`floating-ips`), what is
 * kept of it (`record`), and what is remembered beyond the objects (`history`). The rules are in `rules.ts`.
 */
export { Associations, type AssociatedVip, type VipListener } from './associations.js';
export { observeLoadBalancer, type Known } from './carriers/observe.js';
export { VipController, type VipControllerParts } from './controller.js';
export { Cuts, type CutObject, type CutsParts } from './cuts.js';
export type { ObservationParts } from './floating-ips/evidence.js';
export { observeFloatingIps, type FloatingIpInput, type FloatingIpsSeen } from './floating-ips/observe.js';
export { History, isAttached, RequestLog, restorePurpose, type HistoryReader, type SeenVip } from './history/index.js';
export * from './inspection/index.js';
export { createVipController, octaviaVip, type VipParticipants } from './manager.js';
export { octaviaVipMetrics } from './metrics.js';
export { listVipProblems, type VipProblem } from './problems.js';
export { octaviaVipProblems, type VipProblemType } from './problem-types.js';
export { allVips, causeOf, reactions, type ReactionContext } from './reactions.js';
export {
  findClaiming,
  findManaged,
  isBelieved,
  sortManaged,
  type ClaimingVirtualIps,
  type ManagedVirtualIps,
} from './record/observe.js';
export {
  isCut,
  isRecordedTooOften,
  recordedFloatingIps,
  recordedPorts,
  recordOf,
  vipAttachedTo,
  virtualIpsNaming,
  virtualIpsRecording,
  withRecord,
  type KeptVirtualIp,
  type RecordedFloatingIp,
} from './record/record.js';
export { VipReports, type NotedPort, type UnlistedProject, type VipReport } from './report.js';
export * from './rules.js';
export { checkSchema, type SchemaCheck, type SchemaCheckOptions } from './schema/schema-check.js';
export { SchemaKnowledge, type KnownSchema, type SchemaKnowledgeOptions } from './schema/schema-knowledge.js';
export * from './view/index.js';
export { observeVip, type VipParts, type VipSeen } from './vip-seen.js';
export type { WantedFloatingIp } from './floating-ips/writes.js';
export type { FloatingIpProperties, VipProperties, VirtualIpTarget } from './writes.js';
