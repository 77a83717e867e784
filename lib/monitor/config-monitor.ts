import {
  cachedKinds,
  type CacheListener,
  type Cuts,
  type Informer,
  type ObjectCache,
  type Transition,
} from '../cache/index.js';
import type { ChangeSource, RejectedMessage } from '../change-stream/index.js';
import { sleep, withTimeout, type Clock } from '../base/clock/index.js';
import type { Controller } from '../controller/index.js';
import { hasCode, SvcMonitorError } from '../base/errors/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import type { VipReports } from '../managers/index.js';
import type { Metrics } from '../base/metrics/index.js';
import { allVips, causeOf, touchedVips, type ReactionContext } from '../managers/octavia-vip/reactions-index.js';
import type { VipKey } from '../model/index.js';
import type { Shares } from '../ownership/index.js';
import type { WorkQueue } from '../controller/queue/index.js';
import type { Monitor, MonitorStatus } from './monitor.js';
import { listProblems } from './problem-list.js';
import type { RejectionLog } from './problems.js';

/** Hears of changes in the cache and queues the VIPs that they touch. */
export class VipEnqueuer implements CacheListener {
  public constructor(
    private readonly parts: {
      readonly queue: WorkQueue<VipKey>;
      readonly context: ReactionContext;
      readonly rejections: RejectionLog;
      readonly metrics: Metrics;
    },
  ) {}

  public changed(transition: Transition, cause: 'live' | 'resync'): void {
    const { queue, context } = this.parts;
    const causer = causeOf(transition, context.cache);
    for (const key of touchedVips(transition, context)) queue.add(key, cause, causer);
  }

  public rejected(error: SvcMonitorError): void {
    this.parts.rejections.objectRejected(error);
    this.parts.metrics.increment('errors_total', { code: error.code });
  }

  public accepted(uuid: string): void {
    this.parts.rejections.objectAccepted(uuid);
  }

  public messageRejected(message: RejectedMessage): void {
    this.parts.rejections.messageRejected(message);
    this.parts.metrics.increment('errors_total', { code: 'invalid-message' });
  }

  public synced(): void {
    for (const key of allVips(this.parts.context)) this.parts.queue.add(key, 'resync');
  }
}

/** What a monitor is put together from. */
export interface ConfigMonitorParts {
  readonly source: ChangeSource;
  readonly informer: Informer;
  readonly cache: ObjectCache;
  readonly queue: WorkQueue<VipKey>;
  readonly controller: Controller;
  readonly shares: Shares;
  readonly reports: VipReports;
  readonly rejections: RejectionLog;
  readonly cuts: Cuts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly syncTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly dryRun: boolean;
  /** Queues every VIP. */
  readonly enqueueAll: () => void;
  /** Ends what the parts keep open, after all else has stopped. */
  readonly close: () => void;
}

// To follow the stream before the first full read spares a second one. A broker that is away must not hold it up for long.
const sourceHeadStartMs = 2_000;

/** The monitor: change stream, cache, queue and workers, in their order of start and stop. */
export class ConfigMonitor implements Monitor {
  private readonly lifetime = new AbortController();
  private state: MonitorStatus['state'] = 'stopped';
  private ready = false;
  private started = false;
  private stopping: Promise<void> | undefined;
  private following: Promise<void> = Promise.resolve();

  public constructor(private readonly parts: ConfigMonitorParts) {}

  public async start(signal: AbortSignal): Promise<void> {
    if (this.started) throw new SvcMonitorError('already-started', 'the monitor was started before');
    this.started = true;
    this.state = 'starting';
    const { informer, controller, shares, enqueueAll, clock, logger, syncTimeoutMs } = this.parts;
    const both = AbortSignal.any([signal, this.lifetime.signal]);
    this.following = this.follow(both);
    await this.headStart(both);
    informer.start();
    try {
      await withTimeout(clock, syncTimeoutMs, both, (inner) => informer.waitForSync(inner));
    } catch (error) {
      if (!hasCode(error, 'timeout')) throw error;
      throw new SvcMonitorError('not-synced', 'the first full read did not finish in time', {
        cause: error,
        details: {
          kinds: informer.unreadKinds,
          lastError: informer.resyncStatus.lastError,
          timeoutMs: syncTimeoutMs,
        },
      });
    }
    controller.start();
    // Not before: a share would be without an owner that can act. What is gained is looked at as a whole, what is lost is forgotten.
    shares.onChanged(enqueueAll);
    shares.start();
    this.state = 'running';
    this.ready = true;
    logger.info('monitor running', { vips: this.parts.queue.length, source: this.parts.source.name });
  }

  public stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  public status(): MonitorStatus {
    const { source, informer, queue, cache, shares, reports, dryRun } = this.parts;
    const { vips, associations } = reports.totals();
    const shared = shares.status();
    return {
      state: this.state,
      ready: this.ready,
      source: source.status(),
      resync: informer.resyncStatus,
      queue: { length: queue.length },
      cache: Object.fromEntries(cachedKinds.map((kind) => [kind, cache.size(kind)])),
      ...(shared === undefined ? {} : { shares: shared }),
      vips,
      associations,
      ...(dryRun ? { dryRunPlans: this.dryRunPlans() } : {}),
      problems: listProblems(this.parts),
    };
  }

  private async follow(signal: AbortSignal): Promise<void> {
    try {
      await this.parts.source.start(this.parts.informer, signal);
    } catch (error) {
      if (signal.aborted || this.stopping !== undefined) return;
      // Without its stream the monitor is late, by at most the time between full reads, but not wrong.
      this.parts.logger.error('change stream cannot be followed', errorFields(error));
      this.parts.metrics.increment('errors_total', { code: 'source-failed' });
    }
  }

  private async headStart(signal: AbortSignal): Promise<void> {
    const waited = new AbortController();
    const enough = AbortSignal.any([signal, waited.signal]);
    try {
      await Promise.race([this.following, sleep(this.parts.clock, sourceHeadStartMs, enough)]);
    } finally {
      waited.abort();
    }
  }

  private async stopAll(): Promise<void> {
    const { source, informer, controller, shares, drainTimeoutMs, close } = this.parts;
    this.state = 'stopping';
    this.ready = false;
    // Workers first: what they are writing is finished while the cache still learns of it.
    const draining = controller.stop(drainTimeoutMs);
    const sourceStopped = source.stop();
    await draining;
    await shares.stop();
    informer.stop();
    this.lifetime.abort();
    await sourceStopped;
    await this.following;
    close();
    this.state = 'stopped';
  }

  private dryRunPlans(): Readonly<Record<string, string>> {
    const plans: Record<string, string> = {};
    for (const report of this.parts.reports.all()) if (report.plan !== undefined) plans[report.key] = report.plan;
    return plans;
  }
}
