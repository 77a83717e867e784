import { expect } from 'chai';
import { ManualClock, MemorySource, type Metrics } from '../../../lib/index.js';
import { anyNotification, uuidOf } from '../../support/change-messages.js';
import { eventually } from '../../support/eventually.js';
import { RecordingSink } from '../../support/recording-sink.js';
import { itBehavesAsAChangeSource } from './source.contract.js';

describe('MemorySource', () => {
  itBehavesAsAChangeSource(() => {
    const sources: MemorySource[] = [];
    let cut = false;
    return Promise.resolve({
      create: (concurrency: number, metrics: Metrics) => {
        const source = new MemorySource({ concurrency, metrics });
        if (cut) source.disconnect();
        sources.push(source);
        return source;
      },
      publish: (message: object | string) => {
        for (const source of sources) void source.publish(message);
      },
      cut: () => {
        cut = true;
        for (const source of sources) source.disconnect();
        return Promise.resolve();
      },
      restore: () => {
        cut = false;
        for (const source of sources) source.reconnect();
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    });
  });

  describe('.publish', () => {
    let sink: RecordingSink;
    const { signal } = new AbortController();

    beforeEach(() => {
      sink = new RecordingSink();
    });

    it('should take a change as it is', async () => {
      const source = new MemorySource();
      await source.start(sink, signal);
      await source.publish({ operation: 'DELETE', kind: 'floating-ip', uuid: uuidOf(3) });

      expect(sink.changes).to.deep.equal([{ operation: 'DELETE', kind: 'floating-ip', uuid: uuidOf(3) }]);
    });

    it('should resolve when the sink has taken the message, not before', async () => {
      const source = new MemorySource();
      await source.start(sink, signal);
      sink.hold();
      let done = false;
      const published = source.publish(anyNotification()).then(() => {
        done = true;
      });
      await sink.seen(`change:${uuidOf(1)}:req-1`);
      expect(done).to.equal(false);
      sink.release();
      await published;

      expect(sink.taken).to.deep.equal(['req-1']);
    });

    it('should resolve without a delivery before start and after stop', async () => {
      const source = new MemorySource();
      await source.publish(anyNotification());
      await source.start(sink, signal);
      await source.stop();
      await source.publish(anyNotification());

      expect(sink.events).to.deep.equal(['connected']);
    });

    describe('when disconnected', () => {
      it('should keep the message for the reconnect', async () => {
        const source = new MemorySource();
        await source.start(sink, signal);
        source.disconnect();
        const published = source.publish(anyNotification());
        source.reconnect();
        await published;

        expect(sink.events).to.deep.equal(['connected', 'disconnected', 'connected', `change:${uuidOf(1)}:req-1`]);
      });

      it('should lose what waited and what comes when the queue is lost', async () => {
        const source = new MemorySource();
        await source.start(sink, signal);
        sink.hold();
        const waited = source.publish(anyNotification({ 'request-id': 'req-waited' }));
        source.disconnect({ queueLost: true, reason: 'the broker restarted' });
        await waited;
        await source.publish(anyNotification({ 'request-id': 'req-missed' }));
        source.reconnect();
        sink.release();
        await source.publish(anyNotification({ 'request-id': 'req-after' }));

        expect(sink.losses.map((loss) => loss.message)).to.deep.equal(['the broker restarted']);
        await sink.took('req-waited');
        expect(sink.taken).to.have.members(['req-waited', 'req-after']);
      });
    });

    describe('when more messages wait than its capacity', () => {
      it('should lose them as if the queue was deleted, and have everything read anew', async () => {
        const source = new MemorySource({ concurrency: 1, capacity: 3 });
        await source.start(sink, signal);
        sink.hold();
        const lost = [1, 2, 3].map((i) =>
          source.publish(anyNotification({ 'request-id': `req-${i}`, uuid: uuidOf(i) })),
        );
        const last = source.publish(anyNotification({ 'request-id': 'req-4', uuid: uuidOf(4) }));
        await Promise.all(lost);
        sink.release();
        await last;

        expect(sink.taken).to.deep.equal(['req-1', 'req-4']);
        expect(sink.events.filter((event) => !event.startsWith('change'))).to.deep.equal([
          'connected',
          'disconnected',
          'connected',
        ]);
      });
    });
  });

  describe('.stop', () => {
    it('should give up on deliveries that do not end', async () => {
      const clock = new ManualClock();
      const source = new MemorySource({ clock, stopTimeoutMs: 1_000 });
      const sink = new RecordingSink();
      await source.start(sink, new AbortController().signal);
      sink.hold();
      const published = source.publish(anyNotification());
      await sink.seen(`change:${uuidOf(1)}:req-1`);
      const stopped = source.stop();
      await eventually('stop waits', () => clock.pending === 1);
      clock.step(1_000);
      await stopped;
      await published;

      expect(sink.taken).to.deep.equal([]);
      sink.release();
    });
  });
});
