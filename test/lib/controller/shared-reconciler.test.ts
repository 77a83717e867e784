import { expect } from 'chai';
import {
  ManualClock,
  SharedReconciler,
  silentLogger,
  silentMetrics,
  SvcMonitorError,
  untilAborted,
  VipReports,
  vipKey,
  type ReconcileResult,
  type Ownership,
  type VipKey,
} from '../../../lib/index.js';
import { uuidOf } from '../../support/change-messages.js';

class OwnShares implements Ownership {
  public readonly owned = new Set<VipKey>();
  private listener: () => void = () => undefined;

  public mayAct(): boolean {
    return this.owned.size > 0;
  }

  public owns(key: VipKey): boolean {
    return this.owned.has(key);
  }

  public onChanged(listener: () => void): () => void {
    this.listener = listener;
    return () => undefined;
  }

  public lose(key: VipKey): void {
    this.owned.delete(key);
    this.listener();
  }

  public start(): void {
    // Nothing to do.
  }

  public stop(): Promise<void> {
    return Promise.resolve();
  }

  public status(): undefined {
    return undefined;
  }
}

describe('SharedReconciler', () => {
  const [ours, another] = [vipKey(uuidOf(1), '10.0.0.1'), vipKey(uuidOf(1), '10.0.0.2')];
  const { signal } = new AbortController();
  let shares: OwnShares;
  let reconciled: VipKey[];
  let work: (signal: AbortSignal) => Promise<ReconcileResult>;
  let reconciler: SharedReconciler;
  let forgotten: VipKey[];

  beforeEach(() => {
    shares = new OwnShares();
    shares.owned.add(ours);
    reconciled = [];
    forgotten = [];
    work = () => Promise.resolve({ writes: 2, requeueAfterMs: 5 });
    const reports = new VipReports({ clock: new ManualClock(), logger: silentLogger, metrics: silentMetrics });
    reports.forget = (key) => {
      forgotten.push(key);
    };
    reconciler = new SharedReconciler({
      shares,
      reports,
      reconciler: {
        reconcile: (key, inner) => {
          reconciled.push(key);
          return work(inner);
        },
      },
    });
  });

  it('should pass on what this monitor acts for', async () => {
    expect(await reconciler.reconcile(ours, signal)).to.deep.equal({ writes: 2, requeueAfterMs: 5 });
    expect(forgotten).to.deep.equal([]);
  });

  it('should forget what others act for', async () => {
    expect(await reconciler.reconcile(another, signal)).to.deep.equal({ writes: 0, isOver: true });
    expect(reconciled).to.deep.equal([]);
    expect(forgotten).to.deep.equal([another]);
  });

  it('should pass a failure on', async () => {
    const failure = new SvcMonitorError('unavailable', 'away');
    work = () => Promise.reject(failure);

    expect(await reconciler.reconcile(ours, signal).catch((error: unknown) => error)).to.equal(failure);
  });

  describe('when the VIP goes to another monitor during its reconcile', () => {
    it('should call that off and forget it', async () => {
      work = (inner) => untilAborted(new Promise(() => undefined), inner);
      const result = reconciler.reconcile(ours, signal);
      shares.lose(ours);

      expect(await result).to.deep.equal({ writes: 0, isOver: true });
      expect(forgotten).to.deep.equal([ours]);
    });
  });

  describe('when another VIP goes to another monitor', () => {
    it('should go on', async () => {
      shares.owned.add(another);
      let end: (result: ReconcileResult) => void = () => undefined;
      work = (inner) => untilAborted(new Promise((resolve) => (end = resolve)), inner);
      const result = reconciler.reconcile(ours, signal);
      shares.lose(another);
      end({ writes: 1 });

      expect(await result).to.deep.equal({ writes: 1 });
    });
  });

  describe('when it is called off', () => {
    it('should reject', async () => {
      work = (inner) => untilAborted(new Promise(() => undefined), inner);
      const controller = new AbortController();
      const result = reconciler.reconcile(ours, controller.signal).catch((error: unknown) => error);
      controller.abort();

      expect(await result).to.have.property('code', 'aborted');
    });
  });
});
