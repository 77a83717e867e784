import { Rounds, sleep, type Clock } from '../base/clock/index.js';
import type { SvcMonitorError } from '../base/errors/index.js';

/** How an attempt went. */
export interface Attempt {
  readonly error: SvcMonitorError;
  /** How long it was connected; 0 if it never was. Milliseconds. */
  readonly connectedMs: number;
}

/** What {@link keepAttempting} needs. */
export interface AttemptOptions {
  readonly clock: Clock;
  /** Wait after the first failure; doubles with each, until one attempt was connected for longer than the longest wait. Milliseconds. */
  readonly retryLowMs: number;
  /** The longest wait. Milliseconds. */
  readonly retryHighMs: number;
  /** One client, from its beginning to its end. Must not reject. */
  readonly attempt: (signal: AbortSignal) => Promise<Attempt>;
  readonly onFailure: (error: SvcMonitorError) => void;
}

/** Makes one attempt after the other until the signal fires. Never rejects. */
export async function keepAttempting(options: AttemptOptions, signal: AbortSignal): Promise<void> {
  const { clock, retryLowMs, retryHighMs } = options;
  const rounds = new Rounds({ servers: 1, retryLowMs, retryHighMs });
  for (;;) {
    const { error, connectedMs } = await options.attempt(signal);
    if (signal.aborted) return;
    options.onFailure(error);
    try {
      await sleep(clock, rounds.delayAfter(connectedMs), signal);
    } catch {
      // Stopped meanwhile: nothing else ends a sleep.
      return;
    }
  }
}
