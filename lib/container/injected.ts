import { inject, injectable } from 'inversify';
import type { Clock } from '../base/clock/index.js';
import type { Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import type { Outages } from '../base/problems/index.js';
import { Echoes, Informer, type CacheListener } from '../cache/index.js';
import type { ChangeSource } from '../change-stream/index.js';
import { createConfigApiClient, type ConfigApiClient, type HttpTransport } from '../config-api/index.js';
import { KeyedWorkQueue, type AnyController } from '../controller/index.js';
import { allProblemTypes, defaultManagers } from '../managers/index.js';
import { ConfigMonitor, Feeder, HealthKeeper, RejectionLog } from '../monitor/index.js';
import type { Ownership } from '../ownership/index.js';
import type { Tracing } from '../tracing/index.js';
import { assemble, type Assembly } from './assembly.js';
import type { MonitorOptions } from './options.js';
import type { NewQueue, NewWriter } from './factories.js';
import { tokens } from './tokens.js';

const defaultResyncIntervalMs = 300_000;
// OpenSDN announces what one request has done in several messages, about a millisecond apart.
const defaultReadDelayMs = 2;
const defaultSyncTimeoutMs = 300_000;
const defaultDrainTimeoutMs = 5_000;

/** What all parts have in common. */
@injectable()
export class Outside {
  public constructor(
    @inject(tokens.clock) public readonly clock: Clock,
    @inject(tokens.logger) public readonly logger: Logger,
    @inject(tokens.metrics) public readonly metrics: Metrics,
  ) {}
}

/** Tells whether the monitor is ready, where nobody does from outside. */
export function newHealth({ clock, logger }: Outside): HealthKeeper {
  return new HealthKeeper({ name: 'monitor', clock, logger, types: allProblemTypes });
}

/** What is made from options: the client of the config API, queues, and what the managers make. */
@injectable()
export class InjectedParts {
  public constructor(
    @inject(tokens.options) private readonly options: MonitorOptions,
    @inject(Outside) private readonly outside: Outside,
    @inject(tokens.tracing) private readonly tracing: Tracing,
  ) {}

  /** A client. */
  public configApi(outages: Outages): ConfigApiClient {
    const { clock, logger, metrics } = this.outside;
    const { configApi, onRequest } = this.options;
    const told = onRequest === undefined ? {} : { onRequest };
    return createConfigApiClient({ ...configApi, ...told, ...this.jitter(), outages, clock, logger, metrics });
  }

  /** How queues are made. */
  public newQueue(): NewQueue {
    const { clock, metrics } = this.outside;
    return (name) => this.tracing.queue(name, new KeyedWorkQueue({ ...this.jitter(), name, clock, metrics }));
  }

  /** How what plans write with is made: each controller has its share of the requests, and none writes while this monitor may not act. */
  public newWriter(client: ConfigApiClient, ownership: Ownership): NewWriter {
    return (name) => this.tracing.writer(client.writerFor(name, () => ownership.mayAct()));
  }

  /** What the managers make. */
  public assembly(newQueue: NewQueue): Assembly {
    const { managers = defaultManagers, settings = {} } = this.options;
    const { clock, logger, metrics } = this.outside;
    return assemble({ managers, settings, newQueue, clock, logger, metrics });
  }

  private jitter(): { readonly random?: () => number } {
    const { random } = this.options;
    return random === undefined ? {} : { random };
  }
}

// A notification comes within milliseconds. With a relay and Kafka in between a batch that is sent again can take some seconds.
const echoWithinMs = 10_000;

/** What listens for the echo of writes, if the options ask for that. */
@injectable()
export class InjectedSelfTest {
  public readonly parts: { readonly intervalMs: number; readonly echoes: Echoes } | undefined;

  public constructor(
    @inject(tokens.options) { selfTestIntervalMs = 0 }: MonitorOptions,
    @inject(tokens.clock) clock: Clock,
  ) {
    this.parts =
      selfTestIntervalMs === 0
        ? undefined
        : { intervalMs: selfTestIntervalMs, echoes: new Echoes(clock, echoWithinMs) };
  }
}

/** See {@link RejectionLog}. */
@injectable()
export class InjectedRejectionLog extends RejectionLog {
  public constructor(@inject(Outside) outside: Outside) {
    super(outside);
  }
}

/** See {@link Feeder}. */
@injectable()
export class InjectedFeeder extends Feeder {
  public constructor(
    @inject(tokens.assembly) { feeds }: Assembly,
    @inject(tokens.rejections) rejections: RejectionLog,
    @inject(tokens.metrics) metrics: Metrics,
  ) {
    super({ feeds, rejections, metrics });
  }
}

/** See {@link Informer}. */
@injectable()
export class InjectedInformer extends Informer {
  public constructor(
    @inject(tokens.options) options: MonitorOptions,
    @inject(tokens.configApi) reader: ConfigApiClient,
    @inject(tokens.assembly) { cache, observers }: Assembly,
    @inject(tokens.listener) listener: CacheListener,
    @inject(tokens.tracing) tracing: Tracing,
    @inject(InjectedSelfTest) { parts: selfTest }: InjectedSelfTest,
    @inject(Outside) { clock, logger, metrics }: Outside,
  ) {
    const traced = { observers: [...observers, ...tracing.observers], listener: tracing.listener(listener) };
    const { resyncIntervalMs = defaultResyncIntervalMs, readDelayMs = defaultReadDelayMs } = options;
    const told = selfTest === undefined ? {} : { echoes: selfTest.echoes };
    super({ reader, cache, ...traced, ...told, clock, logger, metrics, resyncIntervalMs, readDelayMs });
  }
}

/** The controllers, one for each feed. */
@injectable()
export class InjectedControllers {
  public readonly all: readonly AnyController[];

  public constructor(
    @inject(tokens.options) { dryRun = false, workers }: MonitorOptions,
    @inject(tokens.assembly) { cache, feeds }: Assembly,
    @inject(tokens.informer) keeper: Informer,
    @inject(tokens.newWriter) newWriter: NewWriter,
    @inject(tokens.ownership) ownership: Ownership,
    @inject(tokens.tracing) tracing: Tracing,
    @inject(Outside) { clock, logger, metrics }: Outside,
  ) {
    const shared = { cache, keeper, ownership, clock, logger, metrics, dryRun, decorate: tracing };
    this.all = feeds.map((feed) => {
      const parts = { ...shared, writer: newWriter(feed.name) };
      return feed.controller(workers === undefined ? parts : { ...parts, workers });
    });
  }
}

/** See {@link ConfigMonitor}. */
@injectable()
export class InjectedMonitor extends ConfigMonitor {
  public constructor(
    @inject(tokens.options) options: MonitorOptions,
    @inject(tokens.source) source: ChangeSource,
    @inject(tokens.informer) informer: Informer,
    @inject(tokens.assembly) { cache, feeds, tasks }: Assembly,
    @inject(tokens.controllers) controllers: readonly AnyController[],
    @inject(tokens.ownership) ownership: Ownership,
    @inject(tokens.rejections) rejections: RejectionLog,
    @inject(tokens.configApi) client: ConfigApiClient,
    @inject(tokens.taskTransport) transport: HttpTransport,
    @inject(tokens.health) health: HealthKeeper,
    @inject(InjectedSelfTest) { parts: selfTest }: InjectedSelfTest,
    @inject(Outside) { clock, logger, metrics }: Outside,
  ) {
    const { syncTimeoutMs = defaultSyncTimeoutMs, drainTimeoutMs = defaultDrainTimeoutMs } = options;
    const times = { syncTimeoutMs, drainTimeoutMs };
    const close = (): void => {
      client.close();
      transport.close();
    };
    const parts = {
      source,
      configApi: client,
      informer,
      cache,
      feeds,
      controllers,
      ownership,
      rejections,
      health,
      selfTest,
      tasks,
      taskContext: { transport, token: (signal: AbortSignal) => client.token(signal) },
      close,
    };
    super({ ...parts, ...times, clock, logger, metrics });
  }
}
