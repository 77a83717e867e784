import { SvcMonitorError } from '../errors/index.js';
import type { Clock } from './clock.js';

/** Resolves after `ms` milliseconds; rejects with `aborted` as soon as the signal fires. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      timer.cancel();
      reject(new SvcMonitorError('aborted', 'called off', { cause: signal.reason }));
    };
    const timer = clock.schedule(ms, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

/**
 * Runs `work` with a signal that fires when the caller's does or when `ms` milliseconds have passed.
 *
 * Settles at that moment whether or not `work` heeds the signal: rejects with `timeout` or `aborted`.
 */
export async function withTimeout<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const end = (error: SvcMonitorError): void => {
      reject(error);
      controller.abort(error);
    };
    const abort = (): void => {
      end(new SvcMonitorError('aborted', 'called off', { cause: signal.reason }));
    };
    const timer = clock.schedule(ms, () => {
      end(new SvcMonitorError('timeout', 'took too long', { details: { timeoutMs: ms } }));
    });
    const settle = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', abort);
    };
    if (signal.aborted) {
      timer.cancel();
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    work(controller.signal).then(resolve, reject).finally(settle);
  });
}
