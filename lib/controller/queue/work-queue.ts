/** Live changes go before the work of a resync. */
export type Priority = 'live' | 'resync';

/** A key taken from the queue. */
export interface WorkItem<K extends string> {
  readonly key: K;
  /** Monotonic time (milliseconds) at which the key was queued; the earliest, if it was queued several times. */
  readonly queuedAt: number;
  /** For whom it was queued, if that was said: the first of them. */
  readonly group?: string;
}

/**
 * A queue of keys, after the laws of client-go's workqueue:
 *
 * - Fair: live keys are taken from each group in turn, those of a group and resync keys in the order in which they were added; in a long
 *   queue three of four live ones are the latest.
 * - Stingy: a key is never with two workers at once, and waits at most once however often it was added.
 * - A key added while a worker has it waits until that worker is done, and is then taken once more.
 * - Many producers, many consumers; shutting down can drain.
 *
 * Who takes a key must call `done` with it, and `forget` when it needs no more retries.
 */
export interface WorkQueue<K extends string> {
  /**
   * Queues the key, unless it waits already. A key that waits as `resync` and is added as `live` moves up.
   *
   * @param group for whom: those who add thousands of keys delay the keys of others by no more than a turn. A key that is added for several
   * waits for the first of them whose turn it is.
   */
  add(key: K, priority?: Priority, group?: string): void;
  /** Queues the key after `delayMs`; of several delays for one key the earliest counts. */
  addAfter(key: K, delayMs: number, group?: string): void;
  /** Queues the key after its backoff, which grows with each call until `forget`. */
  addRateLimited(key: K, maxDelayMs?: number, group?: string): void;
  /** Resets the backoff of the key. */
  forget(key: K): void;
  /** How often the key was added rate limited since it was last forgotten. */
  retries(key: K): number;
  /** The next key, as soon as there is one; undefined once the queue is shut down and empty. Rejects with `aborted`. */
  get(signal: AbortSignal): Promise<WorkItem<K> | undefined>;
  /** The worker has finished with the key. */
  done(key: K): void;
  /** How many keys wait, delayed ones apart. */
  readonly length: number;
  /** Takes no more keys, drops the delayed ones, lets `get` hand out what waits. */
  shutDown(): void;
  /** As `shutDown`; resolves when what waited is done. */
  shutDownWithDrain(signal: AbortSignal): Promise<void>;
}
