import { ContainerModule } from 'inversify';
import { SystemClock } from '../base/clock/index.js';
import { silentLogger } from '../base/log/index.js';
import { silentMetrics } from '../base/metrics/index.js';
import { AxiosTransport } from '../config-api/index.js';
import { everything } from '../ownership/index.js';
import { createTracing, noTracing } from '../tracing/index.js';
import {
  InjectedControllers,
  InjectedFeeder,
  InjectedInformer,
  InjectedMonitor,
  InjectedParts,
  InjectedRejectionLog,
  InjectedSelfTest,
  newHealth,
  Outside,
} from './injected.js';
import type { MonitorOptions } from './options.js';
import { tokens } from './tokens.js';

/** What comes from outside: options, clock, log, metrics, change stream, ownership. */
export function outsideModule(options: MonitorOptions): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(tokens.options).toConstantValue(options);
    bind(tokens.clock).toConstantValue(options.clock ?? new SystemClock());
    bind(tokens.logger).toConstantValue(options.logger ?? silentLogger);
    bind(tokens.metrics).toConstantValue(options.metrics ?? silentMetrics);
    bind(tokens.tracing)
      .toResolvedValue(
        (clock) => (options.tracer === undefined ? noTracing : createTracing({ tracer: options.tracer, clock })),
        [tokens.clock],
      )
      .inSingletonScope();
    bind(tokens.source).toConstantValue(options.source);
    bind(tokens.ownership).toConstantValue(options.ownership ?? everything);
    bind(Outside).toSelf().inSingletonScope();
    bind(InjectedSelfTest).toSelf().inSingletonScope();
    bind(tokens.health)
      .toResolvedValue((outside) => options.health ?? newHealth(outside), [Outside])
      .inSingletonScope();
  });
}

/** The config API, the cache that mirrors it, and what the managers have made to work on it. */
export const mirrorModule = new ContainerModule(({ bind }) => {
  bind(InjectedParts).toSelf().inSingletonScope();
  bind(tokens.configApi)
    .toResolvedValue((parts, { outages }) => parts.configApi(outages), [InjectedParts, tokens.health])
    .inSingletonScope();
  bind(tokens.newQueue)
    .toResolvedValue((parts) => parts.newQueue(), [InjectedParts])
    .inSingletonScope();
  bind(tokens.assembly)
    .toResolvedValue((parts, newQueue) => parts.assembly(newQueue), [InjectedParts, tokens.newQueue])
    .inSingletonScope();
  bind(tokens.cache)
    .toResolvedValue(({ cache }) => cache, [tokens.assembly])
    .inSingletonScope();
  bind(tokens.rejections).to(InjectedRejectionLog).inSingletonScope();
  bind(tokens.listener).to(InjectedFeeder).inSingletonScope();
  bind(tokens.informer).to(InjectedInformer).inSingletonScope();
});

/** The controllers and the whole. */
export const monitorModule = new ContainerModule(({ bind }) => {
  bind(tokens.newWriter)
    .toResolvedValue(
      (parts, client, ownership) => parts.newWriter(client, ownership),
      [InjectedParts, tokens.configApi, tokens.ownership],
    )
    .inSingletonScope();
  bind(tokens.taskTransport)
    .toResolvedValue(() => new AxiosTransport(), [])
    .inSingletonScope();
  bind(InjectedControllers).toSelf().inSingletonScope();
  bind(tokens.controllers)
    .toResolvedValue(({ all }) => all, [InjectedControllers])
    .inSingletonScope();
  bind(tokens.monitor).to(InjectedMonitor).inSingletonScope();
});
