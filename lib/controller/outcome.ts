import { hasCode, isRetriable, SvcMonitorError } from '../base/errors/index.js';
import type { ReconcileResult } from './reconciler.js';

/** How a reconcile ended, and so what becomes of its key. */
export type Outcome =
  /** Done until something changes. */
  | { readonly type: 'success'; readonly result: ReconcileResult }
  /** What matters is done; the rest may wait until no other key does. */
  | { readonly type: 'unfinished'; readonly result: ReconcileResult }
  /** Done, to be looked at again at a given time. */
  | { readonly type: 'requeued'; readonly result: ReconcileResult; readonly afterMs: number }
  /** Nothing was done but what cannot wait, since the key is slowed down: the rest follows. */
  | { readonly type: 'slowed'; readonly result: ReconcileResult }
  /** Failed, and tried again with backoff; `unexpected` if that should not have happened at all. */
  | { readonly type: 'retried'; readonly error: unknown; readonly unexpected: boolean }
  /** Failed, and would again: given up until something changes. */
  | { readonly type: 'failed'; readonly error: SvcMonitorError }
  /** Called off because the controller stops. */
  | { readonly type: 'aborted' };

/** The outcome of a reconcile that resolved. */
export function outcomeOf(result: ReconcileResult): Outcome {
  const { requeueAfterMs: afterMs, unfinished } = result;
  if (unfinished === true) return { type: 'unfinished', result };
  return afterMs === undefined ? { type: 'success', result } : { type: 'requeued', result, afterMs };
}

/**
 * The outcome of a reconcile that rejected.
 *
 * A failure that is none of the library's (a TypeError, say), `bug`, and `aborted` though nobody stops are unexpected. They are
 * tried again nevertheless: a mistake of ours must not lose what the next try would have mended.
 */
export function outcomeOfFailure(error: unknown, stopping: AbortSignal): Outcome {
  if (stopping.aborted) return { type: 'aborted' };
  if (!SvcMonitorError.is(error) || hasCode(error, 'bug', 'aborted'))
    return { type: 'retried', error, unexpected: true };
  return isRetriable(error) ? { type: 'retried', error, unexpected: false } : { type: 'failed', error };
}
