import { expect } from 'chai';
import { ManualClock, silentMetrics } from '../../../lib/index.js';
import { SampledMetrics, Samples, sampling } from '../../../service/page/index.js';

describe('Samples', () => {
  const setUp = (): { clock: ManualClock; samples: Samples; metrics: SampledMetrics } => {
    const clock = new ManualClock(1_000_000);
    const samples = new Samples(clock);
    return { clock, samples, metrics: new SampledMetrics(silentMetrics, samples) };
  };

  describe('when nothing has happened', () => {
    it('should have nothing before the first step is over, and then empty ones', () => {
      const { clock, samples } = setUp();
      expect(samples.all()).to.deep.equal([]);
      clock.step(sampling.everyMs * 2);
      const empty = { queue: 0, changes: 0, writes: 0, errors: 0, reactionMs: null, requestMs: null };
      expect(samples.all()).to.deep.equal([
        { at: 1_000_000 + sampling.everyMs, ...empty },
        { at: 1_000_000 + sampling.everyMs * 2, ...empty },
      ]);
    });
  });

  describe('when figures come', () => {
    it('should sum what is counted, and keep the most that waited and the longest reaction', () => {
      const { clock, samples, metrics } = setUp();
      metrics.increment('changes_total', { kind: 'floating-ip', operation: 'UPDATE' }, 10);
      metrics.increment('writes_total', { controller: 'octavia-vip', kind: 'floating-ip', action: 'set' });
      metrics.increment('errors_total', { code: 'timeout' });
      metrics.set('queue_depth', { controller: 'octavia-vip' }, 7);
      metrics.set('queue_depth', { controller: 'octavia-vip' }, 2);
      metrics.observe('change_to_write_seconds', { controller: 'octavia-vip' }, 0.25);
      metrics.observe('change_to_write_seconds', { controller: 'octavia-vip' }, 0.01);
      metrics.observe('config_api_request_seconds', { operation: 'get' }, 0.01);
      metrics.observe('config_api_request_seconds', { operation: 'get' }, 0.03);
      metrics.observe('reconcile_seconds', { controller: 'octavia-vip' }, 9);
      clock.step(sampling.everyMs * 2);
      const [first, second] = samples.all();
      expect(first).to.include({ queue: 7, changes: 2, writes: 0.2, errors: 0.2, reactionMs: 250, requestMs: 20 });
      // What waits goes on to wait.
      expect(second).to.include({ queue: 2, changes: 0, reactionMs: null });
    });
  });

  describe('when it goes on for long', () => {
    it('should keep its bound, also after a long silence', () => {
      const { clock, samples, metrics } = setUp();
      for (let step = 0; step < sampling.kept * 2; step += 1) {
        metrics.set('queue_depth', { controller: 'octavia-vip' }, step);
        clock.step(sampling.everyMs);
      }
      expect(samples.all()).to.have.length(sampling.kept);
      clock.step(sampling.everyMs * 1_000_000);
      expect(samples.all()).to.have.length(sampling.kept);
      expect(samples.all().at(-1)?.at).to.equal(clock.now());
    });
  });
});
