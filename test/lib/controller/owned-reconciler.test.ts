import { expect } from 'chai';
import {
  OwnedReconciler,
  SvcMonitorError,
  untilAborted,
  type Ownership,
  type ReconcileResult,
} from '../../../lib/index.js';

class OwnedKeys implements Ownership {
  public readonly owned = new Set<string>();
  private listener: () => void = () => undefined;

  public mayAct(): boolean {
    return this.owned.size > 0;
  }

  public owns(key: string): boolean {
    return this.owned.has(key);
  }

  public onChanged(listener: () => void): () => void {
    this.listener = listener;
    return () => undefined;
  }

  public lose(key: string): void {
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

describe('OwnedReconciler', () => {
  const [ours, another] = ['ours', 'another'];
  const { signal } = new AbortController();
  let ownership: OwnedKeys;
  let reconciled: string[];
  let work: (signal: AbortSignal) => Promise<ReconcileResult>;
  let reconciler: OwnedReconciler<string>;
  let forgotten: string[];
  let followed: string[];

  beforeEach(() => {
    ownership = new OwnedKeys();
    ownership.owned.add(ours);
    reconciled = [];
    forgotten = [];
    followed = [];
    work = () => Promise.resolve({ writes: 2, requeueAfterMs: 5 });
    reconciler = new OwnedReconciler({
      ownership,
      forget: (key) => {
        forgotten.push(key);
      },
      follow: (key) => {
        followed.push(key);
      },
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
    expect(followed).to.deep.equal([]);
  });

  it('should report nothing of what others act for, and follow it', async () => {
    expect(await reconciler.reconcile(another, signal)).to.deep.equal({ writes: 0, isOver: true });
    expect(reconciled).to.deep.equal([]);
    expect(forgotten).to.deep.equal([another]);
    expect(followed).to.deep.equal([another]);
  });

  it('should pass a failure on', async () => {
    const failure = new SvcMonitorError('unavailable', 'away');
    work = () => Promise.reject(failure);

    expect(await reconciler.reconcile(ours, signal).catch((error: unknown) => error)).to.equal(failure);
  });

  describe('when the key goes to another monitor during its reconcile', () => {
    it('should call that off and follow it', async () => {
      work = (inner) => untilAborted(new Promise(() => undefined), inner);
      const result = reconciler.reconcile(ours, signal);
      ownership.lose(ours);

      expect(await result).to.deep.equal({ writes: 0, isOver: true });
      expect(forgotten).to.deep.equal([ours]);
      expect(followed).to.deep.equal([ours]);
    });
  });

  describe('when another key goes to another monitor', () => {
    it('should go on', async () => {
      ownership.owned.add(another);
      let end: (result: ReconcileResult) => void = () => undefined;
      work = (inner) => untilAborted(new Promise((resolve) => (end = resolve)), inner);
      const result = reconciler.reconcile(ours, signal);
      ownership.lose(another);
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
