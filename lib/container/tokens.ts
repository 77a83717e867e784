import type { ServiceIdentifier } from 'inversify';
import type { CacheListener, Cuts, Informer, ObjectCache } from '../cache/index.js';
import type { ChangeSource } from '../change-stream/index.js';
import type { Clock } from '../base/clock/index.js';
import type { ConfigApiClient, ConfigWriter } from '../config-api/index.js';
import type { Controller, Reconciler } from '../controller/index.js';
import type { Logger } from '../base/log/index.js';
import type {
  FloatingIpManager,
  LoadBalancerManager,
  ManagerSettings,
  PlanApplier,
  SchemaKnowledge,
  VipReports,
  VirtualIpManager,
} from '../managers/index.js';
import type { Metrics } from '../base/metrics/index.js';
import type { Monitor, RejectionLog } from '../monitor/index.js';
import type { ReactionContext } from '../managers/octavia-vip/reactions-index.js';
import type { VipKey } from '../model/index.js';
import type { Shares } from '../ownership/index.js';
import type { WorkQueue } from '../controller/queue/index.js';
import type { MonitorOptions } from './options.js';

function token<T>(name: string): ServiceIdentifier<T> {
  // Symbol.for: two copies of the package share them.
  return Symbol.for(`opensdn-svc-monitor.${name}`);
}

/** What the container binds: rebind any of them to put your own in its place. */
export const tokens = {
  options: token<MonitorOptions>('options'),
  settings: token<ManagerSettings>('settings'),
  clock: token<Clock>('clock'),
  logger: token<Logger>('logger'),
  metrics: token<Metrics>('metrics'),
  source: token<ChangeSource>('source'),
  configApi: token<ConfigApiClient>('config-api'),
  /** What plans write with. */
  writer: token<ConfigWriter>('writer'),
  cache: token<ObjectCache>('cache'),
  /** Which objects are too large. */
  cuts: token<Cuts>('cuts'),
  queue: token<WorkQueue<VipKey>>('queue'),
  reactions: token<ReactionContext>('reactions'),
  rejections: token<RejectionLog>('rejections'),
  listener: token<CacheListener>('listener'),
  informer: token<Informer>('informer'),
  reports: token<VipReports>('reports'),
  schema: token<SchemaKnowledge>('schema'),
  applier: token<PlanApplier>('applier'),
  virtualIpManager: token<VirtualIpManager>('virtual-ip-manager'),
  floatingIpManager: token<FloatingIpManager>('floating-ip-manager'),
  loadBalancerManager: token<LoadBalancerManager>('loadbalancer-manager'),
  shares: token<Shares>('shares'),
  reconciler: token<Reconciler>('reconciler'),
  controller: token<Controller>('controller'),
  monitor: token<Monitor>('monitor'),
} as const;
