import { SvcMonitorError } from '../errors/index.js';
import { onAbort } from './on-abort.js';

/** Waits for work that others wait for too: an abort ends the waiting, not the work. Rejects with `aborted`. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const release = onAbort(signal, () => {
      reject(new SvcMonitorError('aborted', 'called off', { cause: signal.reason }));
    });
    work.then(resolve, reject).finally(release);
  });
}
