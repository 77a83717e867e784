import type { Clock, Timer } from './clock.js';

interface Scheduled {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

/** A clock that stands still until a test steps it. Timers fire in the order of their time, then of their making. */
export class ManualClock implements Clock {
  private elapsed = 0;
  private made = 0;
  private readonly scheduled = new Set<Scheduled>();

  /** @param startedAt wall-clock time of the beginning, milliseconds since 1970 */
  public constructor(private startedAt = Date.UTC(2026, 0, 1)) {}

  public now(): number {
    return this.startedAt + this.elapsed;
  }

  public monotonic(): number {
    return this.elapsed;
  }

  public schedule(delayMs: number, action: () => void): Timer {
    const entry: Scheduled = { at: this.elapsed + Math.max(delayMs, 0), order: this.made++, action };
    this.scheduled.add(entry);
    return { cancel: () => void this.scheduled.delete(entry) };
  }

  /** How many timers wait. */
  public get pending(): number {
    return this.scheduled.size;
  }

  /** Milliseconds until the next timer fires; undefined if none waits. */
  public get nextDueMs(): number | undefined {
    const next = this.nextDue(Infinity);
    return next === undefined ? undefined : Math.max(next.at - this.elapsed, 0);
  }

  /** Lets `ms` milliseconds pass, and fires what falls due on the way. */
  public step(ms: number): void {
    const until = this.elapsed + ms;
    for (let next = this.nextDue(until); next !== undefined; next = this.nextDue(until)) {
      this.scheduled.delete(next);
      this.elapsed = Math.max(this.elapsed, next.at);
      next.action();
    }
    // An action may have stepped the clock itself, and further.
    this.elapsed = Math.max(this.elapsed, until);
  }

  /** Sets the wall clock forward or back, as an administrator or NTP does; the monotonic time goes on unmoved. */
  public jump(ms: number): void {
    this.startedAt += ms;
  }

  private nextDue(until: number): Scheduled | undefined {
    let first: Scheduled | undefined;
    for (const entry of this.scheduled) {
      if (entry.at > until) continue;
      if (first === undefined || entry.at < first.at || (entry.at === first.at && entry.order < first.order))
        first = entry;
    }
    return first;
  }
}
