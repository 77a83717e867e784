import { SvcMonitorError, throwIfAborted } from '../errors/index.js';
import type { Clock } from './clock.js';
import { onAbort } from './on-abort.js';

/** Resolves after `ms` milliseconds; rejects with `aborted` as soon as the signal fires. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.schedule(ms, () => {
      release();
      resolve();
    });
    const release = onAbort(signal, () => {
      timer.cancel();
      reject(new SvcMonitorError('aborted', 'called off', { cause: signal.reason }));
    });
  });
}

/**
 * Runs `work` with a signal that fires when the caller's does or when `ms` milliseconds have passed.
 *
 * Settles at that moment whether or not `work` heeds the signal: rejects with `timeout` or `aborted`. Whatever `work` does
 * afterwards is dropped. If the caller's signal has fired already, `work` is not begun.
 */
export async function withTimeout<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  throwIfAborted(signal);
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const release = (): void => {
      timer.cancel();
      unheard();
    };
    // The rejection goes first: `work` may answer the signal with an error of its own, which says less.
    const callOff = (error: SvcMonitorError): void => {
      release();
      reject(error);
      controller.abort(error);
    };
    const timer = clock.schedule(ms, () => {
      callOff(new SvcMonitorError('timeout', 'took too long', { details: { timeoutMs: ms } }));
    });
    const unheard = onAbort(signal, () => {
      callOff(new SvcMonitorError('aborted', 'called off', { cause: signal.reason }));
    });
    // Async, so that what `work` throws before its first promise is a rejection too.
    const begin = async (): Promise<T> => work(controller.signal);
    begin().finally(release).then(resolve, reject);
  });
}
