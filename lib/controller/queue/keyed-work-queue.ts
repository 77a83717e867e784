import { randomInt } from 'node:crypto';
import type { Clock } from '../../base/clock/index.js';
import { silentMetrics, type Metrics } from '../../base/metrics/index.js';
import { DelayedKeys } from './delayed-keys.js';
import { FairQueue, noGroup } from './fair-queue.js';
import { KeyBackoff, type BackoffOptions } from './key-backoff.js';
import type { Priority, WorkItem, WorkQueue } from './work-queue.js';

/** What a {@link KeyedWorkQueue} is made of. */
export interface KeyedWorkQueueOptions {
  /** Whose queue it is: a label of metrics. Defaults to `default`. */
  readonly name?: string;
  readonly clock: Clock;
  /** Numbers from 0 (inclusive) to 1 (exclusive), for the jitter of the backoff. Defaults to the runtime's random source. */
  readonly random?: () => number;
  /** Defaults to 100 ms, doubling up to 60 s. */
  readonly backoff?: BackoffOptions;
  /** Takes `queue_depth`, `queue_adds_total` and `queue_wait_seconds`. Defaults to none. */
  readonly metrics?: Metrics;
}

const randomSteps = 2 ** 32;

/**
 * The work queue, in three layers: `FairQueue` ← `DelayedKeys` ← `KeyBackoff`.
 *
 * Adding and taking cost constant time, delaying the logarithm of how many keys are delayed. Delayed keys are added as `live`.
 * Live keys are taken from each group in turn. A resync key is taken after at most 16 live ones in a row. While more than 64 live keys wait, three of four taken are the latest.
 */
export class KeyedWorkQueue<K extends string> implements WorkQueue<K> {
  private readonly queue: FairQueue<K>;
  private readonly delayed: DelayedKeys<K>;
  private readonly backoff: KeyBackoff<K>;
  // For whom delayed keys wait.
  private readonly groups = new Map<K, string>();
  private closed = false;

  public constructor(options: KeyedWorkQueueOptions) {
    const {
      name = 'default',
      clock,
      metrics = silentMetrics,
      random = () => randomInt(randomSteps) / randomSteps,
    } = options;
    this.queue = new FairQueue({ name, clock, metrics });
    this.delayed = new DelayedKeys({
      clock,
      ready: (key) => {
        const group = this.groups.get(key) ?? noGroup;
        this.groups.delete(key);
        this.queue.add(key, 'live', group);
      },
    });
    this.backoff = new KeyBackoff(options.backoff ?? {}, random);
  }

  public get length(): number {
    return this.queue.length;
  }

  public add(key: K, priority: Priority = 'live', group: string = noGroup): void {
    this.queue.add(key, priority, group);
  }

  public addAfter(key: K, delayMs: number, group: string = noGroup): void {
    if (this.closed) return;
    if (delayMs <= 0) {
      this.queue.add(key, 'live', group);
      return;
    }
    if (!this.groups.has(key)) this.groups.set(key, group);
    this.delayed.add(key, delayMs);
  }

  public addRateLimited(key: K, maxDelayMs?: number, group?: string): void {
    this.addAfter(key, this.backoff.next(key, maxDelayMs), group);
  }

  public forget(key: K): void {
    this.backoff.forget(key);
  }

  public retries(key: K): number {
    return this.backoff.retries(key);
  }

  public get(signal: AbortSignal): Promise<WorkItem<K> | undefined> {
    return this.queue.get(signal);
  }

  public done(key: K): void {
    this.queue.done(key);
  }

  public shutDown(): void {
    this.closed = true;
    this.delayed.clear();
    this.groups.clear();
    this.queue.shutDown();
  }

  public async shutDownWithDrain(signal: AbortSignal): Promise<void> {
    this.shutDown();
    await this.queue.drain(signal);
  }
}
