import { hostname } from 'node:os';
import {
  allProblemTypes,
  createContainer,
  failureOf,
  HealthKeeper,
  nothing,
  SystemClock,
  tokens,
  type ChangeSource,
  type Clock,
  type Logger,
  type Metrics,
  type Monitor,
  type MonitorOptions,
  type MonitorStatus,
  type NeutronFrontEnd,
  type Outages,
} from '../lib/index.js';
import { actingManagers } from './acting-managers.js';
import type { ServiceConfig } from './config/index.js';
import { createChangeSource } from './create-change-source.js';
import { createOwnership } from './create-ownership.js';
import { ServiceFiles } from './files/index.js';
import { connectionUse, Gateway, GatewayRules } from './gateway/index.js';
import { IntrospectPort, nodeStatusOf, type Peers } from './introspect/index.js';
import { WinstonLogger, type SuppressedLines } from './log/index.js';
import { PrometheusMetrics, StatusMetrics, type StatusFigures } from './metrics/index.js';
import { RecentWrites, SampledMetrics, Samples } from './page/index.js';
import { MonitorService, type Service, type ServiceOptions } from './service.js';
import { packageVersion } from './version.js';

/** What can be put in the place of what the configuration asks for. */
export interface ServiceOverrides {
  /** Makes the change source instead of the configured one; called once for each attempt to start, as a source starts only once. */
  readonly createSource?: () => ChangeSource;
  readonly logger?: Logger;
  /** What the logger does not write is counted as a figure, too. */
  readonly suppressedLines?: SuppressedLines;
  /** Figures go here instead of to `/metrics`, which then answers only with those of the process. */
  readonly metrics?: Metrics;
  readonly clock?: Clock;
  /** Whether it stands by for ever, beside a gateway: what `opensdn-svc-monitor gateway` runs. Defaults to one that acts. */
  readonly isOnlooker?: boolean;
  /** What the gateway has look at Neutron's requests, in place of the rules. */
  readonly frontEnd?: NeutronFrontEnd;
  /** Where each change is a trace. */
  readonly tracer?: MonitorOptions['tracer'];
}

// On top of the time that the monitor gives itself, so that it is the monitor that cuts its own work short.
const stopMarginMs = 2_000;

/** Puts the service together. Nothing is connected and nothing listens before `start`. */
export function createService(given: ServiceConfig, overrides: ServiceOverrides = {}): Service {
  const clock = overrides.clock ?? new SystemClock();
  const logger = overrides.logger ?? new WinstonLogger(given.log);
  const files = new ServiceFiles(given, { clock, logger });
  const { config } = files;
  const prometheus = new PrometheusMetrics();
  const samples = new Samples(clock);
  const metrics = new SampledMetrics(overrides.metrics ?? prometheus, samples);
  overrides.suppressedLines?.onAdded((reason, count) => {
    metrics.increment('log_lines_suppressed_total', { reason }, count);
  });
  const writes = new RecentWrites();
  // Outlives the monitors: what one of them has met, the next goes on with.
  const health = new HealthKeeper({ name: 'monitor', clock, logger, types: allProblemTypes });
  const shared = { clock, logger, metrics, outages: health.outages };
  const { isOnlooker = false } = overrides;
  const createSource =
    overrides.createSource ?? ((): ChangeSource => createChangeSource(config, shared, isOnlooker || config.dryRun));
  const monitorStatus = (): MonitorStatus => service.status();
  const rules = config.gateway === undefined ? undefined : new GatewayRules(config, { ...shared, health });
  const service: Service = new MonitorService({
    http: config.http,
    files,
    clock,
    logger,
    metricsText: new StatusMetrics({
      prometheus,
      runs: isOnlooker ? 'gateway' : 'monitor',
      version: packageVersion(),
      figures: () => figuresOf(service),
    }),
    samples,
    writes,
    dryRun: config.dryRun,
    stopTimeoutMs: config.drainTimeoutMs + stopMarginMs,
    onFailed: (error) => {
      health.outages.failed('service', failureOf(error, 'failed'));
    },
    ...introspectOf(config, { clock, logger }),
    ...gatewayOf(config, { ...shared, monitorStatus, frontEnd: overrides.frontEnd ?? rules?.frontEnd }),
    createMonitor: (): Monitor => {
      const container = createContainer({
        ...{ clock, logger, metrics, health },
        ...(overrides.tracer === undefined ? {} : { tracer: overrides.tracer }),
        configApi: config.configApi,
        onRequest: (request) => {
          writes.note(request);
        },
        source: createSource(),
        ownership: isOnlooker ? nothing : createOwnership(config, shared),
        settings: config.rules,
        dryRun: config.dryRun,
        workers: config.workers,
        resyncIntervalMs: config.resyncIntervalMs,
        syncTimeoutMs: config.syncTimeoutMs,
        drainTimeoutMs: config.drainTimeoutMs,
        selfTestIntervalMs: config.selfTestIntervalMs,
        managers: actingManagers(config, rules?.manager),
      });
      rules?.writeWith(container.get(tokens.configApi));
      return container.get(tokens.monitor);
    },
  });
  return service;
}

function figuresOf(service: Service): StatusFigures {
  const status = service.status();
  const { lastFinishedAt } = status.resync;
  return {
    ready: status.ready,
    problems: status.problems,
    ...(lastFinishedAt === undefined ? {} : { lastFullReadAt: lastFinishedAt }),
  };
}

function introspectOf(
  config: ServiceConfig,
  shared: { readonly clock: Clock; readonly logger: Logger },
): Pick<ServiceOptions, 'createIntrospect'> {
  const { introspect, http } = config;
  if (introspect === undefined) return {};
  const peers = peersOf(config);
  return {
    createIntrospect: (status) =>
      new IntrospectPort({
        ...introspect,
        ...shared,
        allowedHosts: http.allowedHosts,
        isActing: () => status().role === 'leader',
        status: () => nodeStatusOf(hostname(), status(), peers),
      }),
  };
}

function gatewayOf(
  { gateway, configApi, drainTimeoutMs }: ServiceConfig,
  shared: {
    readonly clock: Clock;
    readonly logger: Logger;
    readonly metrics: Metrics;
    readonly outages: Outages;
    readonly monitorStatus: () => MonitorStatus;
    readonly frontEnd: NeutronFrontEnd | undefined;
  },
): Pick<ServiceOptions, 'gateway'> {
  if (gateway === undefined) return {};
  const { monitorStatus, frontEnd, ...parts } = shared;
  const use = connectionUse({ setting: configApi.keepAlive, clock: shared.clock, monitorStatus });
  return {
    gateway: new Gateway({
      ...gateway,
      ...parts,
      ...(frontEnd === undefined ? {} : { frontEnd }),
      configApi,
      use,
      stopTimeoutMs: drainTimeoutMs,
    }),
  };
}

function peersOf({ configApi, source, rabbitmq, kafka, leadership }: ServiceConfig): Peers {
  const servers = { amqp: rabbitmq.brokers, kafka: kafka.connection.brokers, watch: [] };
  return {
    apiServers: configApi.urls,
    source: { kind: source, servers: servers[source] },
    ...(leadership.mode === 'zookeeper' ? { zookeeper: leadership.zookeeper.servers } : {}),
  };
}
