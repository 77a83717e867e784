import type { Clock, Timer } from '../clock/index.js';
import { silentLogger, type Logger } from '../log/index.js';
import { silentMetrics, type Metrics } from '../metrics/index.js';
import type { VipKey } from '../schema/index.js';

/** When a {@link WriteGovernor} steps in. */
export interface WriteGovernorOptions {
  readonly clock: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** More writing reconciles of one VIP than this within the window are taken for a fight. Defaults to 30. */
  readonly limit?: number;
  /** The sliding window, milliseconds. Defaults to 60000. */
  readonly windowMs?: number;
  /** Time between two writing reconciles of a VIP that is slowed down, milliseconds. Defaults to 1000. */
  readonly intervalMs?: number;
}

interface Written {
  /** Monotonic times of its last writing reconciles, oldest first: at most limit + 1, which is all that the rule looks at. */
  readonly times: number[];
  /** Set while it is slowed down: fires when it may have come to an end. */
  timer?: Timer;
  /** Wall-clock time at which it was slowed down, milliseconds since 1970. */
  since?: number;
}

/**
 * Slows down the VIPs that are written to again and again, because somebody else undoes what we write, or because an amphora
 * comes and goes: a fight costs one write round a second, not as many as the API server can take. Others are not affected.
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
    this.limit = options.limit ?? 30;
    this.windowMs = options.windowMs ?? 60_000;
    this.intervalMs = options.intervalMs ?? 1_000;
  }

  /** Takes note of a reconcile of the VIP that wrote, and has just ended. */
  public wrote(key: VipKey): void {
    const now = this.clock.monotonic();
    this.forgetOld(now);
    const entry = this.written.get(key) ?? { times: [] };
    this.written.delete(key);
    this.written.set(key, entry);
    entry.times.push(now);
    if (entry.times.length > this.limit + 1) entry.times.shift();
    if (entry.timer === undefined && this.endsInMs(entry, now) > 0) this.slowDown(key, entry, now);
  }

  /** How long the next reconcile of the VIP has to wait, milliseconds; 0 if it need not. */
  public delayMs(key: VipKey): number {
    const entry = this.written.get(key);
    if (entry?.timer === undefined) return 0;
    const last = entry.times.at(-1) ?? -Infinity;
    return Math.max(0, last + this.intervalMs - this.clock.monotonic());
  }

  /** The VIPs that are slowed down now, and since when: wall clock, milliseconds since 1970. */
  public get throttled(): ReadonlyMap<VipKey, number> {
    return new Map([...this.written].flatMap(([key, { since }]) => (since === undefined ? [] : [[key, since]])));
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

  private slowDown(key: VipKey, entry: Written, now: number): void {
    this.watch(key, entry, now);
    entry.since = this.clock.now();
    this.metrics.set('vips_throttled', {}, this.throttled.size);
    this.logger.warn('VIP is written to again and again, perhaps somebody undoes the writes: slowed down', {
      vip: key,
      limit: this.limit,
      windowMs: this.windowMs,
      intervalMs: this.intervalMs,
    });
  }

  private watch(key: VipKey, entry: Written, now: number): void {
    entry.timer = this.clock.schedule(this.endsInMs(entry, now), () => {
      this.check(key, entry);
    });
  }

  private check(key: VipKey, entry: Written): void {
    const now = this.clock.monotonic();
    if (this.endsInMs(entry, now) > 0) {
      this.watch(key, entry, now);
      return;
    }
    delete entry.timer;
    delete entry.since;
    this.metrics.set('vips_throttled', {}, this.throttled.size);
    this.logger.warn('VIP is at rest again: no longer slowed down', { vip: key });
  }

  /** Time until no more than `limit` writes lie in the window; 0 or less if that is so now. */
  private endsInMs(entry: Written, now: number): number {
    const oldest = entry.times[0];
    if (oldest === undefined || entry.times.length <= this.limit) return 0;
    return oldest + this.windowMs - now;
  }

  private forgetOld(now: number): void {
    for (const [key, entry] of this.written) {
      const last = entry.times.at(-1) ?? -Infinity;
      if (entry.timer !== undefined || last + this.windowMs > now) return;
      this.written.delete(key);
    }
  }
}
