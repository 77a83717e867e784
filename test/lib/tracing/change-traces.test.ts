import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { expect } from 'chai';
import { ChangeTraces, ManualClock, SvcMonitorError, type Change } from '../../../lib/index.js';

const change = (uuid: string): Change => ({ operation: 'UPDATE', kind: 'floating-ip', uuid, requestId: `req-${uuid}` });

describe('ChangeTraces', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  let clock: ManualClock;
  let traces: ChangeTraces;

  beforeEach(() => {
    exporter.reset();
    clock = new ManualClock();
    traces = new ChangeTraces({ tracer: provider.getTracer('test'), clock });
  });

  const queueFor = (uuid: string, key = 'vip'): void => {
    traces.heard(change(uuid));
    traces.inCauseOf(uuid, () => {
      traces.queued('octavia-vip', key);
    });
  };
  const spans = (): ReturnType<InMemorySpanExporter['getFinishedSpans']> => exporter.getFinishedSpans();
  const named = (name: string): ReturnType<typeof spans> => spans().filter((span) => span.name === name);
  const done = (): Promise<{ writes: number }> => Promise.resolve({ writes: 1 });

  describe('when several changes are answered by one reconcile', () => {
    it('should be a trace each, the reconcile in the first, and the others linked to it', async () => {
      queueFor('a');
      queueFor('b');
      await traces.reconcile('octavia-vip', 'vip', done);
      const [reconcile] = named('reconcile');
      const roots = named('floating-ip UPDATE');
      expect(roots.map(({ attributes }) => attributes['opensdn.uuid'])).to.deep.equal(['a', 'b']);
      expect(reconcile?.parentSpanContext?.spanId).to.equal(roots[0]?.spanContext().spanId);
      expect(roots[1]?.links.map(({ context }) => context.spanId)).to.deep.equal([reconcile?.spanContext().spanId]);
    });

    it('should tell of no more than 32 of them', async () => {
      for (let index = 0; index < 100; index += 1) queueFor(`uuid-${index}`);
      await traces.reconcile('octavia-vip', 'vip', done);
      expect(named('floating-ip UPDATE')).to.have.length(32);
    });
  });

  describe('when a key is queued for no change', () => {
    it('should be no trace', async () => {
      traces.queued('octavia-vip', 'vip');
      await traces.reconcile('octavia-vip', 'vip', () => traces.write('create virtual-ip', {}, done));
      expect(spans()).to.be.empty;
    });
  });

  describe('when a reconcile fails', () => {
    const fail = (code: 'unavailable' | 'bad-request'): Promise<never> =>
      Promise.reject(new SvcMonitorError(code, 'the reason'));
    const rejected = async (code: 'unavailable' | 'bad-request'): Promise<void> => {
      try {
        await traces.reconcile('octavia-vip', 'vip', () => fail(code));
      } catch (error) {
        expect(error).to.have.property('code', code);
        return;
      }
      throw new Error('it did not reject');
    };

    it('should keep the trace open until it has succeeded, if it is tried again', async () => {
      queueFor('a');
      await rejected('unavailable');
      expect(named('floating-ip UPDATE')).to.be.empty;
      clock.step(1_000);
      await traces.reconcile('octavia-vip', 'vip', done);
      expect(named('reconcile').map(({ attributes }) => attributes['error.type'])).to.deep.equal([
        'unavailable',
        undefined,
      ]);
      const [root] = named('floating-ip UPDATE');
      expect(root?.duration[0]).to.equal(1);
    });

    it('should end the trace with what was answered, if it is given up', async () => {
      queueFor('a');
      await rejected('bad-request');
      expect(named('floating-ip UPDATE')[0]?.status.message).to.equal('the reason');
    });
  });

  describe('when a write fails', () => {
    it('should tell so on its span', async () => {
      queueFor('a');
      const refused = new SvcMonitorError('conflict', 'the name is taken');
      await traces.reconcile('octavia-vip', 'vip', async () => {
        await traces.write('create virtual-ip', {}, () => Promise.reject(refused)).catch(() => undefined);
        return { writes: 0 };
      });
      expect(named('create virtual-ip')[0]?.attributes['error.type']).to.equal('conflict');
    });
  });
});
