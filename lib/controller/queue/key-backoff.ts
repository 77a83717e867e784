import { backoffMs } from '../../base/reconnect/index.js';

/** How the delays between the retries of a key grow. */
export interface BackoffOptions {
  /** The first delay, milliseconds. Defaults to 100. It doubles with each retry. */
  readonly baseMs?: number;
  /** The longest delay, milliseconds. Defaults to 60000. */
  readonly maxMs?: number;
}

/** The rate-limiting layer of the queue: per key an exponential backoff with jitter. */
export class KeyBackoff<K extends string> {
  private readonly baseMs: number;
  private readonly maxMs: number;
  private readonly counts = new Map<K, number>();

  /** @param random numbers from 0 (inclusive) to 1 (exclusive) */
  public constructor(
    options: BackoffOptions,
    private readonly random: () => number,
  ) {
    this.baseMs = options.baseMs ?? 100;
    this.maxMs = options.maxMs ?? 60_000;
  }

  /**
   * The next delay of the key, milliseconds: between half and all of base × 2^retries, so that keys that failed together part.
   *
   * @param maxMs the longest delay this time, if that is shorter than the usual one
   */
  public next(key: K, maxMs = Infinity): number {
    const retries = this.retries(key);
    this.counts.set(key, retries + 1);
    return backoffMs(retries, this.baseMs, Math.min(this.maxMs, maxMs)) * (1 - this.random() / 2);
  }

  /** How many delays the key was given since it was last forgotten. */
  public retries(key: K): number {
    return this.counts.get(key) ?? 0;
  }

  /** The next delay of the key is the first one again. */
  public forget(key: K): void {
    this.counts.delete(key);
  }
}
