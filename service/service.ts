import {
  errorFields,
  isAborted,
  isRetriable,
  problemOf,
  problemTypes,
  sleep,
  SvcMonitorError,
  toSvcMonitorError,
  withTimeout,
  type Clock,
  type Logger,
  type Monitor,
  type MonitorStatus,
} from '../lib/index.js';
import type { ServiceFiles } from './files/index.js';
import { StatusServer, type HttpEndpointOptions, type MetricsText, type ReloadableOptions } from './http/index.js';
import type { Gateway } from './gateway/index.js';
import type { IntrospectPort } from './introspect/index.js';
import { pageRoutes, RecentWrites, Samples, serviceStatus, type ServiceFacts } from './page/index.js';
import { packageVersion } from './version.js';

/** A part of the service that is open as long as the monitor acts. */
export type FollowingPort = Pick<IntrospectPort, 'start' | 'stop' | 'url' | 'prepareReload'>;

/** What a service is made of. */
export interface ServiceOptions {
  readonly http: Pick<HttpEndpointOptions, 'host' | 'port' | 'tls' | 'allowedHosts'>;
  /** Makes a monitor that has not been started, with a change source of its own: one for each attempt to start. */
  readonly createMonitor: () => Monitor;
  /** Time that stopping the monitor may take, after which it is left behind. Milliseconds. */
  readonly stopTimeoutMs: number;
  /** Told when no further attempt can mend it, before anybody else is. */
  readonly onFailed?: (error: SvcMonitorError) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What is read anew when it is replaced. Defaults to nothing. */
  readonly files?: Pick<ServiceFiles, 'start' | 'stop' | 'reload' | 'problems'>;
  /** Makes the introspect port for what tells the status of the monitor. Absent: there is none. */
  readonly createIntrospect?: (status: () => MonitorStatus) => FollowingPort;
  /** The gateway. Absent: there is none. */
  readonly gateway?: Pick<Gateway, 'start' | 'stop' | 'status' | 'prepareReload'>;
  /** What `/metrics` answers. */
  readonly metricsText?: MetricsText;
  /** Plan and report, and write nothing: for the status to say so. Defaults to false. */
  readonly dryRun?: boolean;
  /** What the charts of the page are drawn from. Defaults to nothing. */
  readonly samples?: Samples;
  /** The last requests by which it has written. Defaults to none. */
  readonly writes?: RecentWrites;
}

/** The monitor and its status endpoint, as one thing that starts and stops. */
export interface Service {
  /**
   * Starts the endpoint, the gateway if there is one, then the monitor. Resolves when both listen: the monitor becomes ready later (`status().ready`),
   * and goes on trying for as long as the config API or the broker cannot be reached.
   * Rejects with `invalid-configuration` if one of the two cannot listen, `already-started`, `closed`.
   */
  start(): Promise<void>;
  /** Stops gateway and monitor, then the endpoint. May be called twice. Rejects with `timeout` if the monitor did not stop in time. */
  stop(): Promise<void>;
  /**
   * Takes from a configuration what can change while the service runs: certificates and host names; and reads the files anew that it names.
   *
   * @throws SvcMonitorError `invalid-configuration` if they cannot be used; then nothing has changed
   */
  reload(changed: {
    readonly http: ReloadableOptions;
    readonly introspect?: ReloadableOptions;
    readonly gateway?: Pick<ReloadableOptions, 'tls'>;
  }): void;
  /** Where the endpoint listens, such as `http://127.0.0.1:9097`; undefined before `start`. */
  readonly url: string | undefined;
  /** Resolves with the error if the monitor fails in a way that no further attempt can mend; else never. */
  readonly failure: Promise<SvcMonitorError>;
  status(): MonitorStatus;
}

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

/** See {@link Service}. */
export class MonitorService implements Service {
  public readonly failure: Promise<SvcMonitorError>;
  private readonly server: StatusServer;
  private readonly introspect: FollowingPort | undefined;
  private readonly stopping = new AbortController();
  private fail: (error: SvcMonitorError) => void = () => undefined;
  private failed: SvcMonitorError | undefined;
  private readonly startedAt: number;
  private readonly version = packageVersion();
  private monitor: Monitor;
  private started = false;
  private running: Promise<void> | undefined;
  private stopped: Promise<void> | undefined;
  private address: string | undefined;

  public constructor(private readonly options: ServiceOptions) {
    const { http, metricsText, clock, logger } = options;
    this.failure = new Promise((resolve) => {
      this.fail = resolve;
    });
    this.monitor = options.createMonitor();
    this.startedAt = clock.now();
    this.introspect = options.createIntrospect?.(() => this.monitor.status());
    this.server = new StatusServer({
      ...http,
      ...{ clock, logger },
      status: () => serviceStatus(this.facts(), this.status()),
      health: () => this.status().health,
      failure: () => this.failed,
      ...(metricsText === undefined ? {} : { metrics: metricsText }),
      routes: pageRoutes({
        clock,
        samples: options.samples ?? new Samples(clock),
        writes: options.writes ?? new RecentWrites(),
        status: () => this.monitor.status(),
        views: () => this.monitor.views(),
        facts: () => this.facts(),
      }),
    });
  }

  public get url(): string | undefined {
    return this.address;
  }

  public async start(): Promise<void> {
    if (this.stopped !== undefined) throw new SvcMonitorError('closed', 'the service was stopped');
    if (this.started) throw new SvcMonitorError('already-started', 'the service was started before');
    this.started = true;
    const { logger, files } = this.options;
    this.address = this.server.url(await this.server.start());
    await this.options.gateway?.start();
    this.introspect?.start();
    // Not awaited here: the endpoint has to answer while the monitor tries. `stop` waits for it.
    this.running = this.keepTrying().catch((error: unknown) => {
      this.giveUp(error);
    });
    files?.start();
    logger.info('status endpoint listens', { url: this.address });
  }

  public stop(): Promise<void> {
    this.stopped ??= this.stopAll();
    return this.stopped;
  }

  public reload({ http, introspect = {}, gateway = {} }: Parameters<Service['reload']>[0]): void {
    const { allowedHosts = [] } = http;
    const takes = [
      this.server.prepareReload(http),
      this.introspect?.prepareReload({ ...introspect, allowedHosts }) ?? ((): void => undefined),
      this.options.gateway?.prepareReload(gateway) ?? ((): void => undefined),
    ];
    for (const take of takes) take();
    // What is wrong with them is logged there.
    void this.options.files?.reload();
  }

  public status(): MonitorStatus {
    const status = this.monitor.status();
    const files = this.options.files?.problems() ?? [];
    if (files.length === 0) return status;
    const problems = files.map(({ path, message, ...fields }) =>
      problemOf(problemTypes, 'file-unusable', { message: `${path}: ${message}`, ...fields }),
    );
    return { ...status, problems: [...problems, ...status.problems] };
  }

  private facts(): ServiceFacts {
    const { clock, dryRun = false, gateway } = this.options;
    const { version, startedAt } = this;
    return {
      ...{ version, at: clock.now(), startedAt, dryRun, reasons: this.status().health.reasons },
      ...(gateway === undefined ? {} : { gateway: gateway.status() }),
    };
  }

  private async stopAll(): Promise<void> {
    const { clock, stopTimeoutMs, files, gateway } = this.options;
    this.stopping.abort();
    files?.stop();
    try {
      // What it has under way may wait for what the monitor does.
      if (gateway !== undefined) await gateway.stop();
      await withTimeout(clock, stopTimeoutMs, new AbortController().signal, async () => {
        await this.monitor.stop();
        await this.running;
      });
    } finally {
      await Promise.all([this.server.stop(), this.introspect?.stop()]);
    }
  }

  /** Starts a monitor; if that fails in a way that may pass, another one, and so on until `stop`. */
  private async keepTrying(): Promise<void> {
    const { clock, createMonitor, logger } = this.options;
    const { signal } = this.stopping;
    for (let retryMs = firstRetryMs; !this.isStopping(); retryMs = Math.min(retryMs * 2, longestRetryMs)) {
      const error = await this.attempt(signal);
      if (error === undefined || this.isStopping()) return;
      if (!isRetriable(error)) throw error;
      logger.warn('monitor did not start, trying again', { ...errorFields(error), retryMs });
      await this.discard();
      await sleep(clock, retryMs, signal);
      this.monitor = createMonitor();
    }
  }

  private async attempt(signal: AbortSignal): Promise<SvcMonitorError | undefined> {
    try {
      await this.monitor.start(signal);
      return undefined;
    } catch (error) {
      return toSvcMonitorError(error);
    }
  }

  // A monitor and its source start only once: what is left of the failed attempt is stopped, and the next one gets new ones.
  private async discard(): Promise<void> {
    const { clock, logger, stopTimeoutMs } = this.options;
    try {
      await withTimeout(clock, stopTimeoutMs, this.stopping.signal, () => this.monitor.stop());
    } catch (error) {
      if (!isAborted(error)) logger.warn('monitor did not stop cleanly', errorFields(error));
    }
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private giveUp(error: unknown): void {
    if (this.isStopping()) return;
    this.failed = toSvcMonitorError(error);
    this.options.logger.error('monitor failed for good', errorFields(this.failed));
    this.options.onFailed?.(this.failed);
    this.fail(this.failed);
  }
}
