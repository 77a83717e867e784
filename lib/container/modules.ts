import { ContainerModule } from 'inversify';
import { Cuts, Informer, ObjectCache } from '../cache/index.js';
import { SystemClock } from '../base/clock/index.js';
import { createConfigApiClient } from '../config-api/index.js';
import { Controller } from '../controller/index.js';
import { silentLogger } from '../base/log/index.js';
import {
  CachedFloatingIpManager,
  CachedLoadBalancerManager,
  CachedVirtualIpManager,
  defaultManagerSettings,
  isAmphoraPort,
  PlanApplier,
  SchemaKnowledge,
  VipReports,
} from '../managers/index.js';
import { silentMetrics } from '../base/metrics/index.js';
import { ConfigMonitor, FencedWriter, RejectionLog, SharedReconciler, VipEnqueuer } from '../monitor/index.js';
import type { VipKey } from '../model/index.js';
import { allShares } from '../ownership/index.js';
import { KeyedWorkQueue } from '../controller/queue/index.js';
import type { MonitorOptions } from './options.js';
import { tokens } from './tokens.js';

const defaultResyncIntervalMs = 300_000;
// OpenSDN announces what one request has done in several messages, about a millisecond apart.
const defaultReadDelayMs = 2;
const defaultSyncTimeoutMs = 300_000;
const defaultDrainTimeoutMs = 5_000;

/** What comes from outside: options, settings, clock, log, metrics, change stream. */
export function outsideModule(options: MonitorOptions): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(tokens.options).toConstantValue(options);
    bind(tokens.settings).toConstantValue({ ...defaultManagerSettings, ...options.settings });
    bind(tokens.clock).toConstantValue(options.clock ?? new SystemClock());
    bind(tokens.logger).toConstantValue(options.logger ?? silentLogger);
    bind(tokens.metrics).toConstantValue(options.metrics ?? silentMetrics);
    bind(tokens.source).toConstantValue(options.source);
    bind(tokens.shares).toConstantValue(options.shares ?? allShares);
  });
}

/** The config API, the cache that mirrors it, and the queue of VIPs. */
export const mirrorModule = new ContainerModule(({ bind }) => {
  bind(tokens.configApi)
    .toResolvedValue(
      (options, clock, logger, metrics) =>
        createConfigApiClient({ ...options.configApi, ...jitterOf(options), clock, logger, metrics }),
      [tokens.options, tokens.clock, tokens.logger, tokens.metrics],
    )
    .inSingletonScope();
  bind(tokens.cuts)
    .toResolvedValue(
      (clock, logger, metrics, settings) =>
        new Cuts({
          clock,
          logger,
          metrics,
          matters: (_kind, entity) =>
            'pairAddresses' in entity ? isAmphoraPort(entity, settings) : 'record' in entity,
        }),
      [tokens.clock, tokens.logger, tokens.metrics, tokens.settings],
    )
    .inSingletonScope();
  bind(tokens.cache)
    .toResolvedValue((clock, cuts) => new ObjectCache(clock, cuts), [tokens.clock, tokens.cuts])
    .inSingletonScope();
  bind(tokens.queue)
    .toResolvedValue(
      (options, clock, metrics) => new KeyedWorkQueue<VipKey>({ ...jitterOf(options), clock, metrics }),
      [tokens.options, tokens.clock, tokens.metrics],
    )
    .inSingletonScope();
  bind(tokens.reactions)
    .toResolvedValue(
      (cache, settings) => ({ cache, isAmphoraPort: (port) => isAmphoraPort(port, settings) }),
      [tokens.cache, tokens.settings],
    )
    .inSingletonScope();
  bind(tokens.rejections)
    .toResolvedValue(
      (clock, logger, metrics) => new RejectionLog({ clock, logger, metrics }),
      [tokens.clock, tokens.logger, tokens.metrics],
    )
    .inSingletonScope();
  bind(tokens.listener)
    .toResolvedValue(
      (queue, context, rejections, metrics) => new VipEnqueuer({ queue, context, rejections, metrics }),
      [tokens.queue, tokens.reactions, tokens.rejections, tokens.metrics],
    )
    .inSingletonScope();
  bind(tokens.informer)
    .toResolvedValue(
      (options, reader, cache, listener, clock, logger, metrics) =>
        new Informer({
          reader,
          cache,
          listener,
          clock,
          logger,
          metrics,
          resyncIntervalMs: options.resyncIntervalMs ?? defaultResyncIntervalMs,
          readDelayMs: options.readDelayMs ?? defaultReadDelayMs,
        }),
      [tokens.options, tokens.configApi, tokens.cache, tokens.listener, tokens.clock, tokens.logger, tokens.metrics],
    )
    .inSingletonScope();
});

/** The managers and what they write with. */
export const managersModule = new ContainerModule(({ bind }) => {
  bind(tokens.reports)
    .toResolvedValue(
      (clock, logger, metrics) => new VipReports({ clock, logger, metrics }),
      [tokens.clock, tokens.logger, tokens.metrics],
    )
    .inSingletonScope();
  bind(tokens.schema)
    .toResolvedValue(
      (settings, logger, listener) =>
        new SchemaKnowledge({
          setting: settings.schema,
          logger,
          onNative: () => {
            listener.synced();
          },
        }),
      [tokens.settings, tokens.logger, tokens.listener],
    )
    .inSingletonScope();
  bind(tokens.writer)
    .toResolvedValue((writer, shares) => new FencedWriter({ writer, shares }), [tokens.configApi, tokens.shares])
    .inSingletonScope();
  bind(tokens.applier)
    .toResolvedValue(
      (writer, cache, keeper, schema, clock, metrics) =>
        new PlanApplier({ writer, cache, keeper, schema, clock, metrics }),
      [tokens.writer, tokens.cache, tokens.informer, tokens.schema, tokens.clock, tokens.metrics],
    )
    .inSingletonScope();
  bind(tokens.virtualIpManager)
    .toResolvedValue((cache, schema) => new CachedVirtualIpManager({ cache, schema }), [tokens.cache, tokens.schema])
    .inSingletonScope();
  bind(tokens.floatingIpManager)
    .toResolvedValue(
      (cache, clock, settings) => new CachedFloatingIpManager({ cache, clock, settings }),
      [tokens.cache, tokens.clock, tokens.settings],
    )
    .inSingletonScope();
  bind(tokens.loadBalancerManager)
    .toResolvedValue(
      (cache, keeper, virtualIps, floatingIps, applier, reports, schema, settings, clock, logger, metrics) =>
        new CachedLoadBalancerManager({
          cache,
          keeper,
          virtualIps,
          floatingIps,
          applier,
          reports,
          schema,
          settings,
          clock,
          logger,
          metrics,
        }),
      [
        tokens.cache,
        tokens.informer,
        tokens.virtualIpManager,
        tokens.floatingIpManager,
        tokens.applier,
        tokens.reports,
        tokens.schema,
        tokens.settings,
        tokens.clock,
        tokens.logger,
        tokens.metrics,
      ],
    )
    .inSingletonScope();
});

/** The loop and the whole. */
export const monitorModule = new ContainerModule(({ bind }) => {
  bind(tokens.reconciler)
    .toResolvedValue(
      (reconciler, shares, reports) => new SharedReconciler({ reconciler, shares, reports }),
      [tokens.loadBalancerManager, tokens.shares, tokens.reports],
    )
    .inSingletonScope();
  bind(tokens.controller)
    .toResolvedValue(
      (options, queue, reconciler, clock, logger, metrics) =>
        new Controller({
          queue,
          reconciler,
          clock,
          logger,
          metrics,
          ...(options.workers === undefined ? {} : { workers: options.workers }),
        }),
      [tokens.options, tokens.queue, tokens.reconciler, tokens.clock, tokens.logger, tokens.metrics],
    )
    .inSingletonScope();
  bind(tokens.monitor)
    .toResolvedValue(
      (
        options,
        source,
        informer,
        cache,
        queue,
        controller,
        shares,
        listener,
        reports,
        rejections,
        cuts,
        clock,
        logger,
        metrics,
        settings,
        client,
      ) =>
        new ConfigMonitor({
          source,
          informer,
          cache,
          queue,
          controller,
          shares,
          reports,
          rejections,
          cuts,
          clock,
          logger,
          metrics,
          syncTimeoutMs: options.syncTimeoutMs ?? defaultSyncTimeoutMs,
          drainTimeoutMs: options.drainTimeoutMs ?? defaultDrainTimeoutMs,
          dryRun: settings.dryRun,
          enqueueAll: () => {
            listener.synced();
          },
          close: () => {
            client.close();
          },
        }),
      [
        tokens.options,
        tokens.source,
        tokens.informer,
        tokens.cache,
        tokens.queue,
        tokens.controller,
        tokens.shares,
        tokens.listener,
        tokens.reports,
        tokens.rejections,
        tokens.cuts,
        tokens.clock,
        tokens.logger,
        tokens.metrics,
        tokens.settings,
        tokens.configApi,
      ],
    )
    .inSingletonScope();
});

function jitterOf({ random }: MonitorOptions): { readonly random?: () => number } {
  return random === undefined ? {} : { random };
}
