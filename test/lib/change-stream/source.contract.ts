import { expect } from 'chai';
import {
  hasCode,
  silentMetrics,
  SvcMonitorError,
  type Change,
  type ChangeSource,
  type Metrics,
} from '../../../lib/index.js';
import { anyNotification, uuidOf } from '../../support/change-messages.js';
import { RecordingSink } from '../../support/recording-sink.js';

/** A stream to test a source on. A new one for each test. */
export interface SourceHarness {
  /** A source that delivers at most `concurrency` changes at once. */
  create(concurrency: number, metrics: Metrics): ChangeSource;
  /** Publishes a message on the stream: a notification, or text that is none. */
  publish(message: object | string): void;
  /** Cuts the connection, and lets none come up. What is published meanwhile may be lost. */
  cut(): Promise<void>;
  /** Lets connections come up again. */
  restore(): Promise<void>;
  /** Ends it; sources are stopped before. */
  close(): Promise<void>;
}

/** What a stream can do that not every one can. */
export interface SourceTraits {
  /**
   * The stream keeps what was sent, and the source its place in it: after a lost connection it goes on there, nothing is missed, and what
   * is being delivered is not delivered again.
   */
  readonly resumes?: boolean;
  /** The stream keeps what was not acknowledged, and delivers it again on the next connection. Defaults to true. */
  readonly redelivers?: boolean;
  /**
   * What tells one change from another, as its notification's request-id does: on a stream without request-ids, where the harness puts
   * the request-id instead. Defaults to the request-id of the change.
   */
  readonly nameOf?: (change: Change) => string | undefined;
}

const requestIdOf = (change: Change): string | undefined => change.requestId;

/** What every {@link ChangeSource} guarantees; see `ChangeSink`. */
export function itBehavesAsAChangeSource(
  createHarness: () => Promise<SourceHarness>,
  { resumes = false, redelivers = true, nameOf = requestIdOf }: SourceTraits = {},
): void {
  const concurrency = 4;
  let harness: SourceHarness;
  let source: ChangeSource;
  let sink: RecordingSink;
  let controller: AbortController;
  let figures: string[];
  /** How a connection after the first is reported. */
  const again = resumes ? 'resumed' : 'connected';

  const codeOf = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return 'none';
    } catch (error) {
      return SvcMonitorError.is(error) ? error.code : String(error);
    }
  };

  /** Waits until the source is connected after that many losses. */
  const backAgain = (losses: number): Promise<void> => sink.seen(again, resumes ? losses : losses + 1);

  beforeEach(async () => {
    harness = await createHarness();
    figures = [];
    source = harness.create(concurrency, {
      ...silentMetrics,
      increment: (name, labels) => figures.push(`${name} ${JSON.stringify(labels)}`),
      set: (name, labels, value) => figures.push(`${name} ${JSON.stringify(labels)} = ${value}`),
    });
    sink = new RecordingSink(nameOf);
    controller = new AbortController();
  });

  afterEach(async () => {
    sink.release();
    await source.stop();
    await harness.close();
  });

  describe('when started', () => {
    it('should report the connection before the first change', async () => {
      await source.start(sink, controller.signal);
      harness.publish(anyNotification({ 'request-id': 'req-first' }));
      await sink.took('req-first');

      expect(sink.events).to.deep.equal(['connected', `change:${uuidOf(1)}:req-first`]);
      expect(source.status()).to.include({ name: source.name, connected: true });
    });

    it('should deliver what a notification says', async () => {
      await source.start(sink, controller.signal);
      const object = { uuid: uuidOf(7), fq_name: ['default-domain', 'admin', 'port'] };
      harness.publish(
        anyNotification({
          oper: 'CREATE',
          type: 'virtual_machine_interface',
          uuid: uuidOf(7),
          'request-id': 'req-create',
          obj_dict: object,
        }),
      );
      await sink.took('req-create');

      expect(sink.changes.map(nameOf)).to.deep.equal(['req-create']);
      const [change] = sink.changes;
      expect(change).to.include({ operation: 'CREATE', kind: 'virtual-machine-interface', uuid: uuidOf(7) });
      expect(change?.object).to.deep.include(object);
      expect(change?.requestId).to.equal(nameOf === requestIdOf ? 'req-create' : undefined);
    });

    it('should refuse a second start with already-started', async () => {
      await source.start(sink, controller.signal);

      expect(await codeOf(source.start(sink, controller.signal))).to.equal('already-started');
    });

    it('should deliver the changes of one object in their order', async () => {
      await source.start(sink, controller.signal);
      for (let i = 0; i < 60; i++) {
        harness.publish(anyNotification({ uuid: uuidOf(i % 3), 'request-id': `req-${i}` }));
      }
      for (const last of [57, 58, 59]) await sink.took(`req-${last}`);

      for (const object of [0, 1, 2]) {
        const delivered = sink.changes.filter((change) => change.uuid === uuidOf(object)).map(nameOf);
        expect(delivered).to.deep.equal(Array.from({ length: 20 }, (_, i) => `req-${i * 3 + object}`));
      }
    });

    it('should deliver later changes, of the same object too, while one is held up', async () => {
      await source.start(sink, controller.signal);
      sink.hold();
      harness.publish(anyNotification({ uuid: uuidOf(1), 'request-id': 'req-slow' }));
      harness.publish(anyNotification({ uuid: uuidOf(1), 'request-id': 'req-behind' }));
      harness.publish(anyNotification({ uuid: uuidOf(2), 'request-id': 'req-other' }));
      await sink.seen(`change:${uuidOf(2)}:req-other`);

      expect(sink.events).to.deep.equal([
        'connected',
        `change:${uuidOf(1)}:req-slow`,
        `change:${uuidOf(1)}:req-behind`,
        `change:${uuidOf(2)}:req-other`,
      ]);
      expect(sink.taken).to.deep.equal([]);
      sink.release();
      await sink.took('req-other');
    });

    it('should not deliver more at once than its limit, and everything in the end', async () => {
      await source.start(sink, controller.signal);
      sink.hold();
      for (let i = 0; i < 40; i++) harness.publish(anyNotification({ uuid: uuidOf(i), 'request-id': `req-${i}` }));
      await sink.seen(`change:${uuidOf(concurrency - 1)}:req-${concurrency - 1}`);
      sink.release();
      for (let i = 0; i < 40; i++) await sink.took(`req-${i}`);

      expect(sink.mostRunning).to.equal(concurrency);
    });
  });

  describe('when a message is not a change that concerns us', () => {
    const cases = [
      { what: 'no JSON', message: '{"oper": "UPD', event: 'skipped:not-json' },
      { what: 'JSON that is no object', message: '[]', event: 'skipped:bad-shape' },
      { what: 'an object without uuid', message: anyNotification({ uuid: undefined }), event: 'skipped:bad-shape' },
      { what: 'longer than 4 MiB', message: `"${'x'.repeat(5_000_000)}"`, event: 'skipped:too-large' },
      { what: 'about another kind', message: anyNotification({ type: 'routing_instance' }), event: 'skipped:kind' },
      { what: 'an UPDATE-IMPLICIT', message: anyNotification({ oper: 'UPDATE-IMPLICIT' }), event: 'skipped:operation' },
    ];
    for (const { what, message, event } of cases) {
      it(`should skip it and deliver the next: ${what}`, async () => {
        await source.start(sink, controller.signal);
        harness.publish(message);
        harness.publish(anyNotification({ 'request-id': 'req-next' }));
        await sink.took('req-next');

        expect(sink.events).to.deep.equal(['connected', event, `change:${uuidOf(1)}:req-next`]);
      });
    }

    it('should go on delivering when many more are skipped than its limit', async () => {
      await source.start(sink, controller.signal);
      for (let i = 0; i < 10 * concurrency; i++) harness.publish(anyNotification({ type: 'routing_instance' }));
      harness.publish(anyNotification({ 'request-id': 'req-after' }));
      await sink.took('req-after');

      expect(sink.count('skipped:kind')).to.equal(10 * concurrency);
    });
  });

  describe('when the sink fails on a change', () => {
    it('should deliver the next ones, also those of the same object', async () => {
      await source.start(sink, controller.signal);
      for (let i = 0; i < 2 * concurrency; i++) sink.failNext(new TypeError('a bug'));
      for (let i = 0; i < 2 * concurrency; i++) harness.publish(anyNotification({ 'request-id': `req-${i}` }));
      harness.publish(anyNotification({ 'request-id': 'req-next' }));
      await sink.took('req-next');

      expect(sink.count('disconnected')).to.equal(0);
    });
  });

  describe('when the connection is lost', () => {
    it('should report each loss and each connection once, and deliver again', async () => {
      await source.start(sink, controller.signal);
      for (const round of [1, 2]) {
        await harness.cut();
        await sink.seen('disconnected', round);
        expect(source.status().connected).to.equal(false);
        expect(source.status().lastError).to.be.a('string');
        await harness.restore();
        await backAgain(round);
        harness.publish(anyNotification({ 'request-id': `req-${round}` }));
        await sink.took(`req-${round}`);
      }

      expect(sink.events).to.deep.equal([
        'connected',
        'disconnected',
        again,
        `change:${uuidOf(1)}:req-1`,
        'disconnected',
        again,
        `change:${uuidOf(1)}:req-2`,
      ]);
      expect(sink.losses.every((loss) => hasCode(loss, 'source-failed'))).to.equal(true);
    });

    if (resumes) {
      it('should go on where it was, and lose nothing that was sent meanwhile', async () => {
        await source.start(sink, controller.signal);
        sink.hold();
        harness.publish(anyNotification({ 'request-id': 'req-1' }));
        await sink.seen(`change:${uuidOf(1)}:req-1`);
        await harness.cut();
        await sink.seen('disconnected');
        harness.publish(anyNotification({ 'request-id': 'req-2' }));
        sink.release();
        await harness.restore();
        await sink.took('req-2');

        expect(sink.events).to.deep.equal([
          'connected',
          `change:${uuidOf(1)}:req-1`,
          'disconnected',
          'resumed',
          `change:${uuidOf(1)}:req-2`,
        ]);
      });
    } else if (redelivers) {
      it('should deliver again what was not taken yet, after reporting the connection, in the same order', async () => {
        await source.start(sink, controller.signal);
        sink.hold();
        harness.publish(anyNotification({ 'request-id': 'req-1' }));
        harness.publish(anyNotification({ 'request-id': 'req-2' }));
        await sink.seen(`change:${uuidOf(1)}:req-2`);
        await harness.cut();
        await sink.seen('disconnected');
        sink.release();
        await sink.took('req-2');
        await harness.restore();
        await sink.took('req-2', 2);

        expect(sink.events).to.deep.equal([
          'connected',
          `change:${uuidOf(1)}:req-1`,
          `change:${uuidOf(1)}:req-2`,
          'disconnected',
          'connected',
          `change:${uuidOf(1)}:req-1`,
          `change:${uuidOf(1)}:req-2`,
        ]);
      });
    }

    it('should count deliveries that outlast the connection among those at once', async () => {
      await source.start(sink, controller.signal);
      sink.hold();
      for (let i = 0; i < concurrency; i++) harness.publish(anyNotification({ 'request-id': `req-${i}` }));
      await sink.seen(`change:${uuidOf(1)}:req-${concurrency - 1}`);
      await harness.cut();
      await sink.seen('disconnected');
      await harness.restore();
      await backAgain(1);
      harness.publish(anyNotification({ 'request-id': 'req-next' }));
      sink.release();
      await sink.took('req-next');

      expect(sink.mostRunning).to.equal(concurrency);
      const deliveries = !resumes && redelivers ? 2 * concurrency : concurrency;
      expect(sink.changes.map(nameOf)).to.deep.equal([
        ...Array.from({ length: deliveries }, (_, i) => `req-${i % concurrency}`),
        'req-next',
      ]);
    });
  });

  describe('when somebody keeps its metrics', () => {
    it('should show whether it is connected, and count the connections', async () => {
      await source.start(sink, controller.signal);
      await harness.cut();
      await sink.seen('disconnected');
      await harness.restore();
      await backAgain(1);
      await source.stop();

      const labels = JSON.stringify({ source: source.name });
      expect(figures).to.deep.equal([
        `source_connected ${labels} = 0`,
        `source_connected ${labels} = 1`,
        `source_connects_total ${labels}`,
        `source_connected ${labels} = 0`,
        `source_connected ${labels} = 1`,
        `source_connects_total ${labels}`,
        `source_connected ${labels} = 0`,
      ]);
    });
  });

  describe('when it cannot connect at first', () => {
    beforeEach(() => harness.cut());

    it('should report that once, go on trying, and resolve start when it is connected', async () => {
      const started = source.start(sink, controller.signal);
      await sink.seen('disconnected');
      expect(source.status().connected).to.equal(false);
      await harness.restore();
      await started;

      expect(sink.events).to.deep.equal(['disconnected', 'connected']);
    });

    it('should reject start with aborted when the signal fires', async () => {
      const started = codeOf(source.start(sink, controller.signal));
      await sink.seen('disconnected');
      controller.abort();

      expect(await started).to.equal('aborted');
    });

    it('should reject start with closed when it is stopped', async () => {
      const started = codeOf(source.start(sink, controller.signal));
      await sink.seen('disconnected');
      await source.stop();

      expect(await started).to.equal('closed');
    });
  });

  describe('when the signal has fired before start', () => {
    it('should reject with aborted and report nothing', async () => {
      controller.abort();

      expect(await codeOf(source.start(sink, controller.signal))).to.equal('aborted');
      expect(sink.events).to.deep.equal([]);
    });
  });

  describe('when stopped', () => {
    it('should wait for the deliveries under way, and begin no more', async () => {
      await source.start(sink, controller.signal);
      sink.hold();
      const last = concurrency - 1;
      for (let i = 0; i < concurrency + 2; i++) harness.publish(anyNotification({ 'request-id': `req-${i}` }));
      await sink.seen(`change:${uuidOf(1)}:req-${last}`);
      const stopped = source.stop();
      sink.release();
      await stopped;

      const begun = Array.from({ length: concurrency }, (_, i) => `req-${i}`);
      expect(sink.taken).to.deep.equal(begun);
      expect(sink.events).to.deep.equal(['connected', ...begun.map((id) => `change:${uuidOf(1)}:${id}`)]);
      expect(source.status().connected).to.equal(false);
    });

    it('should be done at once the second time', async () => {
      await source.start(sink, controller.signal);
      await source.stop();
      await source.stop();

      expect(sink.events).to.deep.equal(['connected']);
    });

    it('should refuse to be started again with closed', async () => {
      await source.stop();

      expect(await codeOf(source.start(sink, controller.signal))).to.equal('closed');
    });
  });
}
