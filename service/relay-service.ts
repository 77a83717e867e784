import {
  failureOf,
  HealthKeeper,
  Relay,
  SystemClock,
  withTimeout,
  type Clock,
  type HealthStatus,
  type Logger,
  type Outages,
  type RelayStatus,
  type SvcMonitorError,
} from '../lib/index.js';
import type { ServiceConfig } from './config/index.js';
import { ServiceFiles } from './files/index.js';
import { StatusServer, type ReloadableOptions } from './http/index.js';
import { WinstonLogger, type SuppressedLines } from './log/index.js';
import { PrometheusMetrics, StatusMetrics } from './metrics/index.js';
import type { RunnableService } from './run.js';
import { packageVersion } from './version.js';

/** The relay and its status endpoint, as one thing that starts and stops. */
export interface RelayService extends RunnableService {
  /** Where the endpoint listens, such as `http://127.0.0.1:9097`; undefined before `start`. */
  readonly url: string | undefined;
  status(): RelayServiceStatus;
  /** As that of the monitor's service. */
  reload(changed: { readonly http: ReloadableOptions }): void;
}

/** How a relay fares, and whether changes get through. */
export interface RelayServiceStatus extends RelayStatus {
  readonly ready: boolean;
  readonly health: HealthStatus;
}

// The monitor's own is for changes that it works on. What the relay takes it hands on, in batches.
const prefetch = 2_048;
// On top of the time that the relay gives itself, so that it is the relay that cuts its own work short.
const stopMarginMs = 2_000;

/** Puts the relay together. Nothing is connected and nothing listens before `start`. */
export function createRelayService(
  given: ServiceConfig,
  overrides: { readonly logger?: Logger; readonly suppressedLines?: SuppressedLines } = {},
): RelayService {
  const clock = new SystemClock();
  const logger = overrides.logger ?? new WinstonLogger(given.log);
  const files = new ServiceFiles(given, { clock, logger });
  const { config } = files;
  const { rabbitmq, kafka, relay: settings, drainTimeoutMs } = config;
  const { queueName, queueExpiresMs, maxBacklog, createTopic, sendTimeoutMs } = settings;
  const metrics = new PrometheusMetrics();
  overrides.suppressedLines?.onAdded((reason, count) => {
    metrics.increment('log_lines_suppressed_total', { reason }, count);
  });
  const keeper = new HealthKeeper({ name: 'relay', clock, logger });
  const { outages } = keeper;
  const health = (): HealthStatus => {
    const status = relay.status();
    return keeper.look({ awaited: awaitedBy(status, outages), problems: status.problems });
  };
  const relay = new Relay({
    amqp: { ...rabbitmq, queueName, queueExpiresMs, maxBacklog, prefetch },
    kafka: kafka.connection,
    topic: kafka.topic,
    createTopic,
    sendTimeoutMs,
    stopTimeoutMs: drainTimeoutMs,
    outages,
    onChanged: health,
    ...{ clock, logger, metrics },
  });
  outages.onChanged(health);
  let failed: SvcMonitorError | undefined;
  void relay.failure.then((error) => {
    failed = error;
    outages.failed('service', failureOf(error, 'failed'));
  });
  const status = (): RelayServiceStatus => {
    const now = health();
    return { ...relay.status(), ready: now.ready, health: now };
  };
  const server = new StatusServer({
    ...config.http,
    ...{ clock, logger },
    status,
    health,
    failure: () => failed,
    metrics: new StatusMetrics({
      prometheus: metrics,
      runs: 'relay',
      version: packageVersion(),
      figures: () => {
        const { ready, problems } = status();
        return { ready, problems };
      },
    }),
  });
  return new RunningRelay({
    relay,
    status,
    server,
    files,
    stopTimeoutMs: drainTimeoutMs + stopMarginMs,
    clock,
    logger,
  });
}

/** What the relay awaits before changes get through. What has failed meanwhile is a problem of its own. */
function awaitedBy({ rabbitmq, kafka }: RelayStatus, outages: Outages): readonly string[] {
  const isToldOf = outages.problems().length > 0;
  return [
    ...(rabbitmq.connected || isToldOf ? [] : ['RabbitMQ is not connected']),
    ...(kafka.connected || isToldOf ? [] : ['Kafka is not connected']),
  ];
}

interface Parts {
  readonly relay: Relay;
  readonly status: () => RelayServiceStatus;
  readonly server: StatusServer;
  readonly files: ServiceFiles;
  readonly stopTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

class RunningRelay implements RelayService {
  public url: string | undefined;
  private stopped: Promise<void> | undefined;

  public constructor(private readonly parts: Parts) {}

  public get failure(): Promise<SvcMonitorError> {
    return this.parts.relay.failure;
  }

  public async start(): Promise<void> {
    const { relay, server, files, logger } = this.parts;
    this.url = server.url(await server.start());
    relay.start();
    files.start();
    logger.info('status endpoint listens', { url: this.url });
  }

  public stop(): Promise<void> {
    this.stopped ??= this.stopAll();
    return this.stopped;
  }

  public reload({ http }: Parameters<RelayService['reload']>[0]): void {
    this.parts.server.prepareReload(http)();
    void this.parts.files.reload();
  }

  public status(): RelayServiceStatus {
    return this.parts.status();
  }

  private async stopAll(): Promise<void> {
    const { relay, server, files, clock, stopTimeoutMs } = this.parts;
    files.stop();
    try {
      await withTimeout(clock, stopTimeoutMs, new AbortController().signal, () => relay.stop());
    } finally {
      await server.stop();
    }
  }
}
