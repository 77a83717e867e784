import { backoffMs } from './backoff.js';

/** What {@link Rounds} go by. Times are milliseconds. */
export interface RoundsOptions {
  /** How many servers there are. */
  readonly servers: number;
  /** The wait after the first round in vain; it doubles with each further one. */
  readonly retryLowMs: number;
  /** The longest wait. A connection that stood for longer was a good one: after it all begins anew. */
  readonly retryHighMs: number;
}

/**
 * When a source that has lost its server tries the next: at once, until all were tried, and then after a wait that doubles with each
 * round. A connection that breaks as soon as it stands counts as a failure, lest servers that do so are asked without a pause.
 */
export class Rounds {
  // Since the last wait.
  private tried = 0;
  private failures = 0;

  public constructor(private readonly options: RoundsOptions) {}

  /**
   * An attempt has ended.
   *
   * @param connectedMs how long it was connected, undefined if it never was
   * @returns how long to wait before the next
   */
  public delayAfter(connectedMs: number | undefined): number {
    const { servers, retryLowMs, retryHighMs } = this.options;
    if (connectedMs !== undefined && connectedMs > retryHighMs) {
      this.tried = 0;
      this.failures = 0;
    }
    this.tried += 1;
    if (this.tried < servers) return 0;
    this.tried = 0;
    const delay = backoffMs(this.failures, retryLowMs, retryHighMs);
    this.failures += 1;
    return delay;
  }
}
