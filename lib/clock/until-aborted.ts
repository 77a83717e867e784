import { SvcMonitorError } from '../errors/index.js';

/** Waits for work that others wait for too: an abort ends the waiting, not the work. Rejects with `aborted`. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => {
      reject(new SvcMonitorError('aborted', 'called off', { cause: signal.reason }));
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
