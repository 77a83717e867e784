import type { ReconcileOptions, Reconciler, ReconcileResult } from './reconciler.js';
import type { Ownership } from '../ownership/index.js';

/** What a {@link OwnedReconciler} is made of. */
export interface OwnedReconcilerParts<Key extends string> {
  readonly reconciler: Reconciler<Key>;
  /** Looks at a key that somebody else acts for, so that what it shows is remembered when it becomes ours. Writes nothing. */
  readonly follow: (key: Key) => void;
  readonly ownership: Ownership;
  /** Somebody else reconciles the key from now on: nothing is reported of it any more. */
  readonly forget: (key: Key) => void;
}

const notOurs: ReconcileResult = { writes: 0, isOver: true };

/**
 * Passes on only the keys that this monitor acts for. The others it follows: whoever takes them over knows what was to be seen of them meanwhile. A
 * reconcile whose key goes to another monitor meanwhile is called off.
 */
export class OwnedReconciler<Key extends string> implements Reconciler<Key> {
  private readonly running = new Map<AbortController, Key>();

  public constructor(private readonly parts: OwnedReconcilerParts<Key>) {
    parts.ownership.onChanged(() => {
      for (const [controller, key] of this.running) if (!parts.ownership.owns(key)) controller.abort();
    });
  }

  public async reconcile(key: Key, signal: AbortSignal, options?: ReconcileOptions): Promise<ReconcileResult> {
    const { reconciler, ownership } = this.parts;
    if (!ownership.owns(key)) return this.leave(key);
    const lost = new AbortController();
    this.running.set(lost, key);
    try {
      return await reconciler.reconcile(key, AbortSignal.any([signal, lost.signal]), options);
    } catch (error) {
      if (ownership.owns(key) || signal.aborted) throw error;
      return this.leave(key);
    } finally {
      this.running.delete(lost);
    }
  }

  private leave(key: Key): ReconcileResult {
    this.parts.forget(key);
    this.parts.follow(key);
    return notOurs;
  }
}
