import type { VipKey } from '../schema/index.js';

/** What is to be done after a reconcile that did not fail. */
export interface ReconcileResult {
  /** Look again after this many milliseconds, though nothing may have changed: a window ends, a port becomes an orphan. */
  readonly requeueAfterMs?: number;
  /** Something is left that may wait until no other VIP does. */
  readonly unfinished?: boolean;
  /** How many writes were made; none in a dry run. */
  readonly writes: number;
}

/** Brings one VIP from what is to what should be. Level-triggered: twice is once. */
export interface Reconciler {
  /**
   * Rejects with a `SvcMonitorError`: retriable ones are tried again with backoff, others are given up until something changes.
   *
   * @param othersWait whether other VIPs wait for this one to be done. Defaults to no.
   */
  reconcile(key: VipKey, signal: AbortSignal, othersWait?: () => boolean): Promise<ReconcileResult>;
}
