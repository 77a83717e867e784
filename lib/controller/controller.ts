import { Turns, withTimeout, type Clock, type Timer } from '../base/clock/index.js';
import { hasCode, isAborted, SvcMonitorError, toSvcMonitorError } from '../base/errors/index.js';
import { errorFields, silentLogger, type Logger } from '../base/log/index.js';
import { silentMetrics, type Metrics } from '../base/metrics/index.js';
import type { WorkItem, WorkQueue } from './queue/index.js';
import { Failures, type Failure } from './failures.js';
import { outcomeOf, outcomeOfFailure, type Outcome } from './outcome.js';
import type { Reconciler, ReconcileResult } from './reconciler.js';
import { Repairs, type Repaired, type Written } from './repairs.js';
import { WriteGovernor } from './write-governor.js';

/** What a {@link Controller} is made of. */
export interface ControllerOptions<Key extends string> {
  /** Label of metrics, and field of log lines. */
  readonly name: string;
  /** Filled by others; the controller takes from it and shuts it down when it stops. */
  readonly queue: WorkQueue<Key>;
  readonly reconciler: Reconciler<Key>;
  readonly clock: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** keys reconciled at once. Defaults to 8. */
  readonly workers?: number;
  /** Time for one reconcile, milliseconds. Defaults to 60000. */
  readonly reconcileTimeoutMs?: number;
  /** Defaults to one that lets the same be written for a key 15 times in a minute. */
  readonly governor?: WriteGovernor<Key>;
}

// An API server that is away says nothing of the key: it is looked at again soon, so that all is right as soon as the server is back. The
// requests are bounded by the workers and by the client's own repeats.
const maxDelayWhileAwayMs = 500;

// Keys that need no request would otherwise be worked off in one go, however many there are: other keys wait for answers that nobody takes in.
const longestTurnMs = 10;

function maxDelayAfter(error: unknown): number | undefined {
  return hasCode(error, 'unavailable', 'timeout', 'bad-answer') ? maxDelayWhileAwayMs : undefined;
}

/** One reconcile, from its start until it has really ended, which after a timeout can be later. */
interface Run<Key extends string> {
  readonly key: Key;
  ended: boolean;
}

/**
 * The loop: takes a key from the queue, reconciles it, and decides what becomes of it, in one switch (`settle`).
 *
 * Logs, metrics and the list of failures are made here, once, so that reconcilers have none of it.
 */
export class Controller<Key extends string> {
  /** Label of metrics, and field of log lines. */
  public readonly name: string;
  private readonly queue: WorkQueue<Key>;
  private readonly reconciler: Reconciler<Key>;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly metrics: Metrics;
  private readonly workers: number;
  private readonly reconcileTimeoutMs: number;
  private readonly governor: WriteGovernor<Key>;

  private readonly repairs: Repairs<Key>;
  private readonly failing: Failures<Key>;
  // When the change came that is not written yet, of keys whose reconcile failed or was put off: the queue forgets it.
  private readonly changedAt = new Map<Key, number>();
  // Reconciles that timed out and have not ended: their keys are still taken in the queue, for at most another timeout.
  private readonly overdue = new Map<Run<Key>, Timer>();
  private readonly stopping = new AbortController();
  private readonly turns: Turns;
  private running: readonly Promise<void>[] | undefined;
  private stopped: Promise<void> | undefined;

  public constructor(options: ControllerOptions<Key>) {
    this.name = options.name;
    this.queue = options.queue;
    this.reconciler = options.reconciler;
    this.clock = options.clock;
    this.logger = (options.logger ?? silentLogger).child({ controller: options.name });
    this.metrics = options.metrics ?? silentMetrics;
    this.workers = options.workers ?? 8;
    this.reconcileTimeoutMs = options.reconcileTimeoutMs ?? 60_000;
    this.governor =
      options.governor ??
      new WriteGovernor({ name: this.name, clock: this.clock, logger: this.logger, metrics: this.metrics });
    this.repairs = new Repairs(this.clock);
    this.failing = new Failures(this.clock);
    this.turns = new Turns(this.clock, longestTurnMs);
  }

  /** The keys whose last reconcile failed. */
  public get failures(): ReadonlyMap<Key, Failure> {
    return this.failing.all;
  }

  /** The keys that are slowed down because the same is written again and again, and since when (wall clock, milliseconds). */
  public get throttled(): ReadonlyMap<Key, number> {
    return this.governor.throttled;
  }

  /** What was put right several times within the last hour, by key. */
  public get repaired(): Iterable<readonly [Key, Repaired]> {
    return this.repairs.all();
  }

  /** Starts the workers. Throws `already-started` on a second call, `closed` once stopped. */
  public start(): void {
    if (this.running !== undefined) throw new SvcMonitorError('already-started', 'the controller was started before');
    if (this.stopped !== undefined) throw new SvcMonitorError('closed', 'the controller was stopped');
    const { signal } = this.stopping;
    this.running = Array.from({ length: this.workers }, () => this.work(signal));
  }

  /**
   * Takes no more keys, lets the workers finish what waits, and after `drainTimeoutMs` milliseconds calls off what is still under
   * way. Resolves when no worker runs. A further call waits for the first.
   */
  public stop(drainTimeoutMs: number): Promise<void> {
    this.stopped ??= this.drainAndStop(drainTimeoutMs);
    return this.stopped;
  }

  private async drainAndStop(drainTimeoutMs: number): Promise<void> {
    this.queue.shutDown();
    try {
      if (this.running !== undefined) await this.drain(drainTimeoutMs);
    } finally {
      this.stopping.abort();
      this.governor.close();
      for (const timer of this.overdue.values()) timer.cancel();
      await Promise.all(this.running ?? []);
    }
  }

  private async drain(drainTimeoutMs: number): Promise<void> {
    const { signal } = this.stopping;
    try {
      await withTimeout(this.clock, drainTimeoutMs, signal, (inner) => this.queue.shutDownWithDrain(inner));
    } catch (error) {
      if (!hasCode(error, 'timeout')) throw error;
      this.logger.warn('reconciles did not finish in time, called off', { drainTimeoutMs, waiting: this.queue.length });
    }
  }

  private async work(signal: AbortSignal): Promise<void> {
    for (let item = await this.take(signal); item !== undefined; item = await this.take(signal)) {
      await this.process(item, signal);
      await this.turns.giveWay();
    }
  }

  private async take(signal: AbortSignal): Promise<WorkItem<Key> | undefined> {
    try {
      return await this.queue.get(signal);
    } catch (error) {
      if (isAborted(error)) return undefined;
      throw error;
    }
  }

  private async process(item: WorkItem<Key>, signal: AbortSignal): Promise<void> {
    const { key } = item;
    const startedAt = this.clock.monotonic();
    const run: Run<Key> = { key, ended: false };
    const urgentOnly = this.governor.delayMs(key) > 0;
    const written: Written[] = [];
    const outcome = await withTimeout(this.clock, this.reconcileTimeoutMs, signal, async (inner) => {
      try {
        return await this.reconciler.reconcile(key, inner, {
          othersWait: () => this.queue.length > 0,
          urgentOnly,
          onWritten: (keys, uuid) => written.push(...keys.map((thing) => ({ thing, uuid }))),
        });
      } finally {
        run.ended = true;
        this.releaseOverdue(run);
      }
    }).then(
      (result) => (urgentOnly ? { type: 'slowed' as const, result } : outcomeOf(result)),
      (error: unknown) => outcomeOfFailure(error, signal),
    );
    // Before anything else: a reconcile that fails each time because its writes are undone is part of a fight, too.
    if (written.length > 0) {
      this.governor.wrote(key, { keys: written.map(({ thing }) => thing), urgentOnly });
      this.repairs.wrote(key, written);
    }
    this.settle(item, outcome, this.clock.monotonic() - startedAt);
    if (run.ended || signal.aborted) this.queue.done(key);
    else this.keepOverdue(run);
  }

  /**
   * A reconcile that timed out may go on for a moment, until it heeds its signal. The worker goes on without it, but nobody gets
   * the key meanwhile: no two workers with one key. The wait has an end too, or a reconcile that hangs would keep it for ever.
   */
  private keepOverdue(run: Run<Key>): void {
    const timer = this.clock.schedule(this.reconcileTimeoutMs, () => {
      this.logger.error('reconcile does not end although it was called off, its key is taken up again', {
        key: run.key,
      });
      this.releaseOverdue(run);
    });
    this.overdue.set(run, timer);
  }

  private releaseOverdue(run: Run<Key>): void {
    const timer = this.overdue.get(run);
    if (timer === undefined) return;
    timer.cancel();
    this.overdue.delete(run);
    this.queue.done(run.key);
  }

  private settle(item: WorkItem<Key>, outcome: Outcome, durationMs: number): void {
    const { key } = item;
    switch (outcome.type) {
      case 'aborted':
        return;
      case 'success':
        this.queue.forget(key);
        this.succeeded(item, outcome.result, durationMs);
        break;
      case 'unfinished':
        this.queue.forget(key);
        this.queue.add(key, 'resync', item.group);
        this.succeeded(item, outcome.result, durationMs);
        break;
      case 'requeued':
        this.queue.forget(key);
        this.queue.addAfter(key, outcome.afterMs, item.group);
        this.succeeded(item, outcome.result, durationMs);
        break;
      case 'slowed':
        this.rememberChange(item);
        this.noteEnd(key, outcome.result);
        this.queue.addAfter(key, this.governor.delayMs(key), item.group);
        break;
      case 'retried':
        this.queue.addRateLimited(key, maxDelayAfter(outcome.error), item.group);
        this.rememberChange(item);
        this.failed(key, outcome, durationMs);
        break;
      case 'failed':
        this.queue.forget(key);
        this.changedAt.delete(key);
        this.failed(key, outcome, durationMs);
        break;
    }
    const controller = this.name;
    this.metrics.increment('reconciles_total', { controller, outcome: outcome.type });
    this.metrics.observe('reconcile_seconds', { controller }, durationMs / 1000);
  }

  // What was written just now may be undone once more: only a look that finds nothing to write shows that the fight is over, too.
  private noteEnd(key: Key, { isOver, writes }: ReconcileResult): void {
    if (isOver !== true) return;
    if (writes === 0) {
      this.governor.forget(key);
      this.repairs.forget(key);
    } else if (this.governor.throttled.has(key)) this.queue.addAfter(key, this.governor.delayMs(key));
  }

  private succeeded(item: WorkItem<Key>, result: ReconcileResult, durationMs: number): void {
    const { key, queuedAt } = item;
    const { writes } = result;
    const changedAt = this.changedAt.get(key) ?? queuedAt;
    this.changedAt.delete(key);
    this.failing.succeeded(key);
    this.noteEnd(key, result);
    if (writes > 0) {
      this.metrics.observe(
        'change_to_write_seconds',
        { controller: this.name },
        (this.clock.monotonic() - changedAt) / 1000,
      );
    }
    if (this.logger.isDebugEnabled()) this.logger.debug('reconciled', { key, writes, durationMs });
  }

  private failed(key: Key, outcome: Outcome & { readonly type: 'retried' | 'failed' }, durationMs: number): void {
    const { error } = outcome;
    const { code, message } = toSvcMonitorError(error);
    const { attempts } = this.failing.failed(key, code, message);
    this.metrics.increment('errors_total', { code });
    const fields = { key, attempt: attempts, durationMs: Math.round(durationMs), ...errorFields(error), code };
    if (outcome.type === 'failed') this.logger.error('reconcile failed, given up until something changes', fields);
    else if (outcome.unexpected) this.logger.error('reconcile failed unexpectedly, tried again later', fields);
    else this.logger.warn('reconcile failed, tried again later', fields);
  }

  private rememberChange(item: WorkItem<Key>): void {
    if (!this.changedAt.has(item.key)) this.changedAt.set(item.key, item.queuedAt);
  }
}
