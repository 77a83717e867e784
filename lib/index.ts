/**
 * The public entry of the library: `createMonitor` for the whole, `createContainer` to replace parts of it, the sources of changes, and what
 * managers are made of. The rules are in `/rules`, the client of the config API in `/client`, the kinds of objects in `/model`.
 *
 * @module opensdn-svc-monitor
 */
import 'reflect-metadata';

export * from './base/errors/index.js';
export * from './base/problems/index.js';
export * from './base/log/index.js';
export * from './base/metrics/index.js';
export * from './base/settings/index.js';
export * from './base/clock/index.js';
export * from './base/live/index.js';
export * from './base/tls/index.js';
export * from './base/peer/index.js';
export * from './kafka/index.js';
export * from './config-api/index.js';
export * from './change-stream/index.js';
export * from './relay/index.js';
export * from './cache/index.js';
export * from './ownership/index.js';
export * from './planning/index.js';
export * from './controller/index.js';
export * from './managers/index.js';
export {
  checkSchema,
  createVipController,
  findingsOf,
  findSubjects,
  foreignFindingsOf,
  octaviaVip,
  planCleanup,
  trialNamePrefix,
  vipsOf,
  type AppliedRule,
  type CleanupPlan,
  type FloatingIpFinding,
  type ForeignFindings,
  type KnownSchema,
  type SchemaCheck,
  type SchemaCheckOptions,
  type FailoverView,
  type FloatingIpView,
  type IncidentView,
  type LatestFailover,
  type NamedObject,
  type PortView,
  type StepView,
  type VipRow,
  type VipView,
  type Subject,
  type VipFindings,
  type VipParticipants,
} from './managers/octavia-vip/index.js';
export {
  loadbalancerManager,
  type ListenerView,
  type LoadbalancerDriver,
  type LoadbalancerView,
  type MemberView,
  type MonitorView,
  type Named,
  type PoolView,
  type Provider,
  type VipAddress,
  type VipView as LoadbalancerVipView,
} from './managers/loadbalancer/index.js';
export * from './gateway/index.js';
export * from './monitor/index.js';
export * from './tracing/index.js';
export * from './container/index.js';
