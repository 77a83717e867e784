import type { ServiceIdentifier } from 'inversify';
import type { Clock } from '../base/clock/index.js';
import type { Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import type { CacheListener, Informer, ObjectCache } from '../cache/index.js';
import type { ChangeSource } from '../change-stream/index.js';
import type { ConfigApiClient, HttpTransport } from '../config-api/index.js';
import type { AnyController } from '../controller/index.js';
import type { HealthKeeper, Monitor, RejectionLog } from '../monitor/index.js';
import type { Ownership } from '../ownership/index.js';
import type { Tracing } from '../tracing/index.js';
import type { Assembly } from './assembly.js';
import type { NewQueue, NewWriter } from './factories.js';
import type { MonitorOptions } from './options.js';

function token<T>(name: string): ServiceIdentifier<T> {
  // Symbol.for: two copies of the package share them.
  return Symbol.for(`opensdn-svc-monitor.${name}`);
}

/** What the container binds: rebind any of them to put your own in its place. */
export const tokens = {
  options: token<MonitorOptions>('options'),
  clock: token<Clock>('clock'),
  logger: token<Logger>('logger'),
  metrics: token<Metrics>('metrics'),
  tracing: token<Tracing>('tracing'),
  source: token<ChangeSource>('source'),
  ownership: token<Ownership>('ownership'),
  configApi: token<ConfigApiClient>('config-api'),
  /** What background tasks send their requests with, to others than the config API. */
  taskTransport: token<HttpTransport>('task-transport'),
  /** What the plans of a controller write with. */
  newWriter: token<NewWriter>('new-writer'),
  newQueue: token<NewQueue>('new-queue'),
  /** The cache, and what the managers have made to work on it. */
  assembly: token<Assembly>('assembly'),
  cache: token<ObjectCache>('cache'),
  rejections: token<RejectionLog>('rejections'),
  health: token<HealthKeeper>('health'),
  listener: token<CacheListener>('listener'),
  informer: token<Informer>('informer'),
  controllers: token<readonly AnyController[]>('controllers'),
  monitor: token<Monitor>('monitor'),
} as const;
