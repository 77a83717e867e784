import type { Clock, Timer } from '../base/clock/index.js';
import { silentLogger, type Logger } from '../base/log/index.js';
import { silentMetrics, type Metrics } from '../base/metrics/index.js';
import { Repeats } from './repeats.js';

/** When a {@link WriteGovernor} steps in. */
export interface WriteGovernorOptions {
  /** Whose writes they are: a label of metrics. */
  readonly name: string;
  readonly clock: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** To make the same write for one key more often than this within the window is taken for a fight. Defaults to 15. */
  readonly limit?: number;
  /** The sliding window, milliseconds. Defaults to 60000. */
  readonly windowMs?: number;
  /** Time between two rounds of writes of a key that is slowed down, milliseconds. Defaults to 1000. */
  readonly intervalMs?: number;
}

/** Writes of one reconcile: what was written, as keys that are the same for the same write. */
export interface WriteRound {
  readonly keys: readonly string[];
  /** No more was written than what is never slowed down. */
  readonly urgentOnly?: boolean;
}

interface Written {
  readonly repeats: Repeats;
  /** Monotonic time of its last round. */
  last: number;
  /** Monotonic time from which it may be written again, if it is slowed down. */
  restsUntil: number;
  /** Set while it is slowed down: fires when that may have come to an end. */
  timer?: Timer;
  /** Wall-clock time at which it was slowed down, milliseconds since 1970. */
  since?: number;
}

// Of one key. Most have a handful.
const thingsPerKey = 256;
// What cannot wait is written at once, and paid for later: the pace is right on the whole. More than this is not owed.
const mostOwed = 2;

/**
 * Slows down the keys on which the same is written again and again, because somebody else undoes it, or because something comes and goes:
 * a fight costs one round of writes a second, not as many as the API server can take. Others are not affected.
 *
 * Only the same write counts: the same reference that is given back, the same value that is set, the same entry of a record. A key whose
 * objects really change, however fast, is none that is fought for.
 */
export class WriteGovernor<Key extends string> {
  private readonly name: string;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly metrics: Metrics;
  private readonly limit: number;
  private readonly windowMs: number;
  private readonly intervalMs: number;
  // Ordered by the last write, the longest ago first; what has not been written for a whole window is dropped.
  private readonly written = new Map<Key, Written>();

  public constructor(options: WriteGovernorOptions) {
    this.name = options.name;
    this.clock = options.clock;
    this.logger = options.logger ?? silentLogger;
    this.metrics = options.metrics ?? silentMetrics;
    this.limit = options.limit ?? 15;
    this.windowMs = options.windowMs ?? 60_000;
    this.intervalMs = options.intervalMs ?? 1_000;
  }

  /** Takes note of a reconcile of the key that wrote, and has just ended. */
  public wrote(key: Key, { keys, urgentOnly = false }: WriteRound): void {
    const now = this.clock.monotonic();
    this.forgetOld(now);
    const entry = this.written.get(key) ?? this.newEntry();
    this.written.delete(key);
    this.written.set(key, entry);
    entry.repeats.note(keys, now);
    entry.last = now;
    const owed = urgentOnly ? Math.max(0, entry.restsUntil - now) : 0;
    entry.restsUntil = now + Math.min(owed + this.intervalMs, mostOwed * this.intervalMs);
    if (entry.timer === undefined && entry.repeats.endsInMs(now) > 0) this.slowDown(key, entry, now);
  }

  /** How long the next reconcile of the key has to wait with all but what is urgent, milliseconds; 0 if it need not. */
  public delayMs(key: Key): number {
    const entry = this.written.get(key);
    if (entry?.timer === undefined) return 0;
    return Math.max(0, entry.restsUntil - this.clock.monotonic());
  }

  /** There is nothing to be written for the key any more: it is gone, or somebody else's. */
  public forget(key: Key): void {
    const entry = this.written.get(key);
    if (entry === undefined) return;
    this.written.delete(key);
    if (entry.timer === undefined) return;
    entry.timer.cancel();
    this.ended(key, entry);
  }

  /** The keys that are slowed down now, and since when: wall clock, milliseconds since 1970. */
  public get throttled(): ReadonlyMap<Key, number> {
    return new Map([...this.written].flatMap(([key, { since }]) => (since === undefined ? [] : [[key, since]])));
  }

  /** How many keys it remembers writes of: those written within the last window, and perhaps a few more until the next write. */
  public get remembered(): number {
    return this.written.size;
  }

  /** Cancels its timers and forgets all. */
  public close(): void {
    for (const entry of this.written.values()) entry.timer?.cancel();
    this.written.clear();
  }

  private newEntry(): Written {
    const repeats = new Repeats({ limit: this.limit, windowMs: this.windowMs, things: thingsPerKey });
    return { repeats, last: -Infinity, restsUntil: -Infinity };
  }

  private slowDown(key: Key, entry: Written, now: number): void {
    this.watch(key, entry, now);
    entry.since = this.clock.now();
    this.metrics.set('keys_throttled', { controller: this.name }, this.throttled.size);
    this.logger.warn('key is written to again and again, perhaps somebody undoes the writes: slowed down', {
      key,
      limit: this.limit,
      windowMs: this.windowMs,
      intervalMs: this.intervalMs,
    });
  }

  private watch(key: Key, entry: Written, now: number): void {
    entry.timer = this.clock.schedule(entry.repeats.endsInMs(now), () => {
      this.check(key, entry);
    });
  }

  private check(key: Key, entry: Written): void {
    const now = this.clock.monotonic();
    if (entry.repeats.endsInMs(now) > 0) this.watch(key, entry, now);
    else this.ended(key, entry);
  }

  private ended(key: Key, entry: Written): void {
    delete entry.timer;
    delete entry.since;
    this.metrics.set('keys_throttled', { controller: this.name }, this.throttled.size);
    this.logger.warn('key is at rest again: no longer slowed down', { key });
  }

  private forgetOld(now: number): void {
    for (const [key, entry] of this.written) {
      if (entry.timer !== undefined || entry.last + this.windowMs > now) return;
      this.written.delete(key);
    }
  }
}
