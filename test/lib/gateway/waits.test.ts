import { expect } from 'chai';
import { ManualClock, SvcMonitorError } from '../../../lib/index.js';
import { Waits } from '../../../lib/gateway/waits.js';
import { KeptMetrics } from '../../support/kept.js';
import { rejectionOf, turns } from '../../support/turns.js';

describe('Waits', () => {
  let clock: ManualClock;
  let metrics: KeptMetrics;
  let waits: Waits;
  const signal = new AbortController().signal;
  const count = (outcome: string): number => metrics.count('gateway_waits_total', { for: 'wiring', outcome });

  beforeEach(() => {
    clock = new ManualClock();
    metrics = new KeptMetrics();
    waits = new Waits({ clock, metrics });
  });

  it('should give what the work does', async () => {
    expect(await waits.within('wiring', 1_000, signal, () => Promise.resolve('wired'))).to.equal('wired');
    expect(count('done')).to.equal(1);
    expect(clock.pending).to.equal(0);
  });

  it('should end at the bound, and call the work off', async () => {
    let inner: AbortSignal | undefined;
    const waiting = waits.within('wiring', 1_000, signal, (own) => {
      inner = own;
      return new Promise<never>(() => undefined);
    });
    await turns();
    clock.step(1_000);

    expect(await waiting).to.equal('over-bound');
    expect(inner?.aborted).to.equal(true);
    expect(count('over-bound')).to.equal(1);
  });

  it('should not take a timeout of the work for its own', async () => {
    const timeout = new SvcMonitorError('timeout', 'no answer');
    const waiting = waits.within('wiring', 1_000, signal, () => Promise.reject(timeout));

    expect(await rejectionOf(waiting)).to.equal(timeout);
    expect(count('failed')).to.equal(1);
  });

  it('should reject with `aborted` when the caller goes away', async () => {
    const caller = new AbortController();
    const waiting = waits.within('wiring', 1_000, caller.signal, () => new Promise<never>(() => undefined));
    await turns();
    caller.abort();

    expect(await rejectionOf(waiting)).to.include({ code: 'aborted' });
    expect(count('aborted')).to.equal(1);
  });
});
