import type { ReconcileOptions, Reconciler, ReconcileResult } from './index.js';
import type { VipReports } from '../managers/index.js';
import type { VipKey } from '../model/index.js';
import type { Shares } from '../ownership/index.js';

/** What a {@link SharedReconciler} is made of. */
export interface SharedReconcilerParts {
  readonly reconciler: Reconciler;
  readonly shares: Shares;
  readonly reports: VipReports;
}

const notOurs: ReconcileResult = { writes: 0, isOver: true };

/**
 * Passes on only the VIPs that this monitor acts for, and forgets the others: whoever takes them over looks at all of them. A reconcile
 * whose VIP goes to another monitor meanwhile is called off.
 */
export class SharedReconciler implements Reconciler {
  private readonly running = new Map<AbortController, VipKey>();

  public constructor(private readonly parts: SharedReconcilerParts) {
    parts.shares.onChanged(() => {
      for (const [controller, key] of this.running) if (!parts.shares.owns(key)) controller.abort();
    });
  }

  public async reconcile(key: VipKey, signal: AbortSignal, options?: ReconcileOptions): Promise<ReconcileResult> {
    const { reconciler, shares } = this.parts;
    if (!shares.owns(key)) return this.forget(key);
    const lost = new AbortController();
    this.running.set(lost, key);
    try {
      return await reconciler.reconcile(key, AbortSignal.any([signal, lost.signal]), options);
    } catch (error) {
      if (shares.owns(key) || signal.aborted) throw error;
      return this.forget(key);
    } finally {
      this.running.delete(lost);
    }
  }

  private forget(key: VipKey): ReconcileResult {
    this.parts.reports.forget(key);
    return notOurs;
  }
}
