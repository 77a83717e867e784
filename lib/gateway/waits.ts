import { withTimeout, type Clock } from '../base/clock/index.js';
import { hasCode } from '../base/errors/index.js';
import type { Metrics } from '../base/metrics/index.js';

/** What a gateway waits for. */
export type Awaited = 'wiring' | 'departure' | 'question';

/** Waits for no longer than a bound, and counts how that ends. */
export class Waits {
  public constructor(private readonly parts: { readonly clock: Clock; readonly metrics: Metrics }) {}

  /**
   * Resolves to what `work` does, or to `over-bound` after `boundMs` milliseconds; then the signal of the work fires.
   *
   * @throws what `work` does; `aborted` when the signal fires
   */
  public async within<T>(
    awaited: Awaited,
    boundMs: number,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | 'over-bound'> {
    const { clock, metrics } = this.parts;
    const began = clock.monotonic();
    const ended = (outcome: string): void => {
      metrics.increment('gateway_waits_total', { for: awaited, outcome });
      metrics.observe('gateway_wait_seconds', { for: awaited }, (clock.monotonic() - began) / 1000);
    };
    const state = { isOver: false };
    try {
      const result = await withTimeout(clock, boundMs, signal, async (inner) => {
        try {
          return await work(inner);
        } finally {
          state.isOver = !inner.aborted;
        }
      });
      ended('done');
      return result;
    } catch (error) {
      // A timeout of the work itself is a failure of that.
      if (hasCode(error, 'timeout') && !state.isOver) {
        ended('over-bound');
        return 'over-bound';
      }
      ended(signal.aborted ? 'aborted' : 'failed');
      throw error;
    }
  }
}
