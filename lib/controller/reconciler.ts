/** What is to be done after a reconcile that did not fail. */
export interface ReconcileResult {
  /** Look again after this many milliseconds, though nothing may have changed: a window ends, a port becomes an orphan. */
  readonly requeueAfterMs?: number;
  /** Something is left that may wait until no other key does. */
  readonly unfinished?: boolean;
  /** How many writes were made; none in a dry run. */
  readonly writes: number;
  /** The key is no more: there is nothing to be done for it, or it is somebody else's. */
  readonly isOver?: boolean;
}

/** What a reconcile may take into account. */
export interface ReconcileOptions {
  /** Whether other keys wait for this one to be done. Defaults to no. */
  readonly othersWait?: () => boolean;
  /** The key is slowed down: nothing but what cannot wait. */
  readonly urgentOnly?: boolean;
  /**
   * To be told of each write that was made, also by a reconcile that fails later, by keys that are the same whenever the same is written, and
   * the uuid of what was written to: so it is found out that somebody undoes it.
   */
  readonly onWritten?: (keys: readonly string[], uuid: string) => void;
}

/** Brings one key from what is to what should be. Level-triggered: twice is once. */
export interface Reconciler<Key extends string> {
  /** Rejects with a `SvcMonitorError`: retriable ones are tried again with backoff, others are given up until something changes. */
  reconcile(key: Key, signal: AbortSignal, options?: ReconcileOptions): Promise<ReconcileResult>;
}
