import type { Clock, Timer } from '../base/clock/index.js';
import { silentLogger, type Logger } from '../base/log/index.js';
import { silentMetrics, type Metrics } from '../base/metrics/index.js';
import type { VipKey } from '../model/index.js';
import { Repeats } from './repeats.js';

/** When a {@link WriteGovernor} steps in. */
export interface WriteGovernorOptions {
  readonly clock: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** To make the same write for one VIP more often than this within the window is taken for a fight. Defaults to 15. */
  readonly limit?: number;
  /** The sliding window, milliseconds. Defaults to 60000. */
  readonly windowMs?: number;
  /** Time between two rounds of writes of a VIP that is slowed down, milliseconds. Defaults to 1000. */
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

// Of one VIP. A load balancer has a handful of ports, and a floating ip or two.
const keysPerVip = 256;
// What cannot wait is written at once, and paid for later: the pace is right on the whole. More than this is not owed.
const mostOwed = 2;

/**
 * Slows down the VIPs on which the same is written again and again, because somebody else undoes it, or because an amphora comes and goes:
 * a fight costs one round of writes a second, not as many as the API server can take. Others are not affected.
 *
 * Only the same write counts: the same reference that is given back, the same value that is set, the same entry of a record. A VIP whose
 * members really change, however fast, is none that is fought for.
 */
export class WriteGovernor {
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly metrics: Metrics;
  private readonly limit: number;
  private readonly windowMs: number;
  private readonly intervalMs: number;
  // Ordered by the last write, the longest ago first; what has not been written for a whole window is dropped.
  private readonly written = new Map<VipKey, Written>();

  public constructor(options: WriteGovernorOptions) {
    this.clock = options.clock;
    this.logger = options.logger ?? silentLogger;
    this.metrics = options.metrics ?? silentMetrics;
    this.limit = options.limit ?? 15;
    this.windowMs = options.windowMs ?? 60_000;
    this.intervalMs = options.intervalMs ?? 1_000;
  }

  /** Takes note of a reconcile of the VIP that wrote, and has just ended. */
  public wrote(vip: VipKey, { keys, urgentOnly = false }: WriteRound): void {
    const now = this.clock.monotonic();
    this.forgetOld(now);
    const entry = this.written.get(vip) ?? this.newEntry();
    this.written.delete(vip);
    this.written.set(vip, entry);
    entry.repeats.note(keys, now);
    entry.last = now;
    const owed = urgentOnly ? Math.max(0, entry.restsUntil - now) : 0;
    entry.restsUntil = now + Math.min(owed + this.intervalMs, mostOwed * this.intervalMs);
    if (entry.timer === undefined && entry.repeats.endsInMs(now) > 0) this.slowDown(vip, entry, now);
  }

  /** How long the next reconcile of the VIP has to wait with all but what is urgent, milliseconds; 0 if it need not. */
  public delayMs(vip: VipKey): number {
    const entry = this.written.get(vip);
    if (entry?.timer === undefined) return 0;
    return Math.max(0, entry.restsUntil - this.clock.monotonic());
  }

  /** There is nothing to be written for the VIP any more: it is gone, or somebody else's. */
  public forget(vip: VipKey): void {
    const entry = this.written.get(vip);
    if (entry === undefined) return;
    this.written.delete(vip);
    if (entry.timer === undefined) return;
    entry.timer.cancel();
    this.ended(vip, entry);
  }

  /** The VIPs that are slowed down now, and since when: wall clock, milliseconds since 1970. */
  public get throttled(): ReadonlyMap<VipKey, number> {
    return new Map([...this.written].flatMap(([vip, { since }]) => (since === undefined ? [] : [[vip, since]])));
  }

  /** How many VIPs it remembers writes of: those written within the last window, and perhaps a few more until the next write. */
  public get remembered(): number {
    return this.written.size;
  }

  /** Cancels its timers and forgets all. */
  public close(): void {
    for (const entry of this.written.values()) entry.timer?.cancel();
    this.written.clear();
  }

  private newEntry(): Written {
    const repeats = new Repeats({ limit: this.limit, windowMs: this.windowMs, things: keysPerVip });
    return { repeats, last: -Infinity, restsUntil: -Infinity };
  }

  private slowDown(vip: VipKey, entry: Written, now: number): void {
    this.watch(vip, entry, now);
    entry.since = this.clock.now();
    this.metrics.set('vips_throttled', {}, this.throttled.size);
    this.logger.warn('VIP is written to again and again, perhaps somebody undoes the writes: slowed down', {
      vip,
      limit: this.limit,
      windowMs: this.windowMs,
      intervalMs: this.intervalMs,
    });
  }

  private watch(vip: VipKey, entry: Written, now: number): void {
    entry.timer = this.clock.schedule(entry.repeats.endsInMs(now), () => {
      this.check(vip, entry);
    });
  }

  private check(vip: VipKey, entry: Written): void {
    const now = this.clock.monotonic();
    if (entry.repeats.endsInMs(now) > 0) this.watch(vip, entry, now);
    else this.ended(vip, entry);
  }

  private ended(vip: VipKey, entry: Written): void {
    delete entry.timer;
    delete entry.since;
    this.metrics.set('vips_throttled', {}, this.throttled.size);
    this.logger.warn('VIP is at rest again: no longer slowed down', { vip });
  }

  private forgetOld(now: number): void {
    for (const [vip, entry] of this.written) {
      if (entry.timer !== undefined || entry.last + this.windowMs > now) return;
      this.written.delete(vip);
    }
  }
}
