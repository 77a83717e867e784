/** When the same thing counts as done again and again. */
export interface RepeatsOptions {
  /** The same thing may be done so often within the window. */
  readonly limit: number;
  /** The sliding window, milliseconds. */
  readonly windowMs: number;
  /** So many different things are counted at most; while it holds that many, others are not. */
  readonly things: number;
}

/**
 * Counts how often the same thing was done within a sliding window. It has no clock: times are monotonic, milliseconds, and never go back.
 *
 * Bounded: of each thing it keeps `limit + 1` times, which is all that the rule looks at. What was not done for a whole window is forgotten.
 * When it is full it keeps what it has: those who repeat a thousand things in turn are found out by the first of them.
 */
export class Repeats {
  // Ordered by the last time, the longest ago first.
  private readonly times = new Map<string, number[]>();

  public constructor(private readonly options: RepeatsOptions) {}

  /** How many things it holds. */
  public get size(): number {
    return this.times.size;
  }

  /** These things were done now. */
  public note(things: Iterable<string>, now: number): void {
    this.forgetOld(now);
    for (const thing of things) {
      const times = this.times.get(thing);
      if (times === undefined) {
        if (this.times.size < this.options.things) this.times.set(thing, [now]);
        continue;
      }
      times.push(now);
      if (times.length > this.options.limit + 1) times.shift();
      this.times.delete(thing);
      this.times.set(thing, times);
    }
  }

  /** Milliseconds until nothing was done more than `limit` times within the window, if it is not done again; 0 if that is so now. */
  public endsInMs(now: number): number {
    const { limit, windowMs } = this.options;
    let endsInMs = 0;
    for (const times of this.times.values()) {
      const [oldest] = times;
      if (oldest !== undefined && times.length > limit) endsInMs = Math.max(endsInMs, oldest + windowMs - now);
    }
    return endsInMs;
  }

  private forgetOld(now: number): void {
    for (const [thing, times] of this.times) {
      if ((times.at(-1) ?? -Infinity) + this.options.windowMs > now) return;
      this.times.delete(thing);
    }
  }
}
