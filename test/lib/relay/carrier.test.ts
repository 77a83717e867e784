import { expect } from 'chai';
import { ManualClock, Outages, SvcMonitorError, untilAborted, type GapMark } from '../../../lib/index.js';
import { Carrier } from '../../../lib/relay/carrier.js';
import { Outbox } from '../../../lib/relay/outbox.js';
import type { RelayRecord } from '../../../lib/relay/record.js';
import type { RecordWriter } from '../../../lib/relay/writer.js';
import { KeptLog, KeptMetrics } from '../../support/kept.js';
import { rejectionOf, stateOf, turns } from '../../support/turns.js';

/** A topic in memory: what was written, by which producer. A write is confirmed, fails or hangs as the test says. */
class Topic {
  public readonly log: string[] = [];
  public readonly writers: FakeWriter[] = [];
  public partitions = 4;
  /** Whether the next producer finds no topic, and creates one. */
  public isMissing = false;
  /** What a write meets, before (`lost`) or after (`unconfirmed`) the broker has stored it. The last one is for all that follow. */
  public readonly fate: ('fine' | 'lost' | 'unconfirmed' | 'hangs')[] = ['fine'];
  public openError: SvcMonitorError | undefined;
  public refused = new Set<string>();

  public readonly open = (): Promise<RecordWriter> => {
    if (this.openError !== undefined) return Promise.reject(this.openError);
    const writer = new FakeWriter(this, this.partitions, this.isMissing);
    this.isMissing = false;
    this.writers.push(writer);
    return Promise.resolve(writer);
  };

  public async store(lines: readonly string[], signal: AbortSignal): Promise<void> {
    const fate = (this.fate.length > 1 ? this.fate.shift() : this.fate[0]) ?? 'fine';
    if (fate === 'hangs') await untilAborted(new Promise(() => undefined), signal);
    if (fate === 'lost') throw new SvcMonitorError('source-failed', 'the broker went away');
    const refused = lines.filter((line) => this.refused.has(line));
    if (refused.length > 0) {
      throw new SvcMonitorError('source-failed', 'too large', { details: { reason: 'MESSAGE_TOO_LARGE' } });
    }
    this.log.push(...lines);
    if (fate === 'unconfirmed') throw new SvcMonitorError('source-failed', 'no answer');
  }
}

class FakeWriter implements RecordWriter {
  public isDestroyed = false;

  public constructor(
    private readonly topic: Topic,
    public readonly partitions: number,
    public readonly topicWasMissing: boolean,
  ) {}

  public writeMark(mark: GapMark, signal: AbortSignal): Promise<void> {
    return this.topic.store([mark.value], signal);
  }

  public write(records: readonly RelayRecord[], signal: AbortSignal): Promise<void> {
    return this.topic.store(
      records.map(({ value }) => value as string),
      signal,
    );
  }

  public close(): Promise<void> {
    return Promise.resolve();
  }

  public destroy(): void {
    this.isDestroyed = true;
  }
}

function markOf(reason: string): string {
  return JSON.stringify({ mark: 'gap', reason });
}

describe('Carrier', () => {
  let clock: ManualClock;
  let topic: Topic;
  let outbox: Outbox;
  let log: KeptLog;
  let metrics: KeptMetrics;
  let carrier: Carrier;
  let controller: AbortController;
  let acknowledged: string[];
  let running: Promise<void>;

  beforeEach(() => {
    clock = new ManualClock();
    topic = new Topic();
    outbox = new Outbox({ records: 10, bytes: 1000 });
    log = new KeptLog();
    metrics = new KeptMetrics();
    controller = new AbortController();
    acknowledged = [];
    carrier = new Carrier({
      outbox,
      openWriter: topic.open,
      retryLowMs: 100,
      retryHighMs: 400,
      clock,
      logger: log,
      metrics,
      outages: new Outages(clock),
      onChanged: () => undefined,
    });
  });

  afterEach(async () => {
    controller.abort();
    await running;
  });

  async function start(): Promise<void> {
    running = carrier.run(controller.signal);
    await turns();
  }

  async function add(...values: readonly string[]): Promise<void> {
    for (const value of values) {
      outbox.add({
        record: { key: value.slice(0, 1), value, headers: { type: 'floating_ip' }, bytes: 10 },
        receivedAt: clock.monotonic(),
        acknowledge: () => acknowledged.push(value),
      });
    }
    await turns();
  }

  async function pass(ms: number): Promise<void> {
    clock.step(ms);
    await turns();
  }

  describe('when Kafka confirms', () => {
    it('should carry what comes, in its order, and acknowledge it', async () => {
      await start();
      await add('a1', 'b1', 'a2');
      await add('a3');
      expect(topic.log).to.deep.equal(['a1', 'b1', 'a2', 'a3']);
      expect(acknowledged).to.deep.equal(topic.log);
      expect(carrier.status()).to.include({ connected: true, carried: 4, inFlight: 0 });
      expect(metrics.count('relay_messages_total')).to.equal(4);
    });

    it('should connect before there is anything to carry', async () => {
      await start();
      expect(carrier.status()).to.include({ connected: true, partitions: 4 });
    });

    it('should write a mark before what comes after the gap', async () => {
      await start();
      await add('a1');
      outbox.markGap('queue-lost');
      await add('a2');
      expect(topic.log).to.deep.equal(['a1', markOf('queue-lost'), 'a2']);
      expect(metrics.count('relay_marks_total', { reason: 'queue-lost' })).to.equal(1);
    });
  });

  describe('while Kafka has not confirmed', () => {
    it('should acknowledge nothing, and send nothing further', async () => {
      topic.fate.unshift('hangs');
      await start();
      await add('a1');
      await add('a2');
      expect(acknowledged).to.deep.equal([]);
      expect(topic.log).to.deep.equal([]);
      expect(carrier.status()).to.include({ inFlight: 1, carried: 0 });
    });

    it('should tell how long the oldest has waited', async () => {
      topic.fate.unshift('hangs');
      await start();
      await pass(1_000);
      await add('a1');
      await pass(500);
      await add('a2');
      expect(carrier.oldest).to.equal(1_000);
    });
  });

  describe('when a batch fails', () => {
    it('should send it again by a new producer, and nothing before it', async () => {
      topic.fate.unshift('lost');
      await start();
      await add('a1', 'a2');
      await add('a3');
      expect(topic.log).to.deep.equal([]);
      await pass(100);
      expect(topic.log).to.deep.equal(['a1', 'a2', 'a3']);
      expect(acknowledged).to.deep.equal(topic.log);
      expect(topic.writers.map(({ isDestroyed }) => isDestroyed)).to.deep.equal([true, false]);
    });

    it('should carry twice what the broker had already: never out of order by first arrival', async () => {
      topic.fate.unshift('unconfirmed');
      await start();
      await add('a1', 'a2');
      await add('a3');
      await pass(100);
      expect(topic.log).to.deep.equal(['a1', 'a2', 'a1', 'a2', 'a3']);
      expect(acknowledged).to.deep.equal(['a1', 'a2', 'a3']);
    });

    it('should try for ever, with a wait that grows to its bound, and tell the first and what is new', async () => {
      topic.fate.splice(0, 1, 'lost');
      await start();
      await add('a1');
      for (const ms of [100, 200, 400, 400, 400]) {
        const before = topic.writers.length;
        await pass(ms - 1);
        expect(topic.writers).to.have.length(before);
        await pass(1);
        expect(topic.writers).to.have.length(before + 1);
      }
      expect(log.of('Kafka did not confirm, going on with a new producer')).to.have.length(1);
      expect(carrier.status()).to.include({ connected: false, lastError: 'the broker went away' });
      expect(metrics.count('relay_failures_total')).to.equal(6);
    });

    it('should write the mark of that batch before its records, however often it takes', async () => {
      topic.fate.unshift('lost', 'fine', 'lost');
      await start();
      outbox.markGap('start');
      await add('a1');
      await pass(100);
      await pass(200);
      expect(topic.log).to.deep.equal([markOf('start'), 'a1']);
    });
  });

  describe('when Kafka refuses a record', () => {
    it('should carry the others, tell the consumers, and say which one it was', async () => {
      topic.refused.add('b1');
      await start();
      await add('a1', 'b1', 'a2');
      await pass(100);
      await pass(200);
      expect(topic.log).to.deep.equal(['a1', markOf('refused'), 'a2']);
      expect(acknowledged).to.deep.equal(['a1', 'b1', 'a2']);
      expect(log.of('Kafka refuses a change, which is not carried')[0]).to.include({ uuid: 'b', type: 'floating_ip' });
      expect(metrics.count('relay_refused_total')).to.equal(1);
    });
  });

  describe('when the topic is another than before', () => {
    for (const [what, change] of [
      ['has been deleted', () => (topic.isMissing = true)],
      ['has got more partitions', () => (topic.partitions = 8)],
    ] as const) {
      it(`should mark a gap, as it ${what}`, async () => {
        topic.fate.unshift('fine', 'lost');
        await start();
        await add('a1');
        change();
        await add('a2');
        await pass(100);
        expect(topic.log).to.deep.equal(['a1', markOf('topic'), 'a2']);
      });
    }

    it('should mark nothing for a topic that it had to create at first', async () => {
      topic.isMissing = true;
      await start();
      await add('a1');
      expect(topic.log).to.deep.equal(['a1']);
    });
  });

  describe('when Kafka cannot be used at all', () => {
    it('should give up', async () => {
      topic.openError = new SvcMonitorError('invalid-configuration', 'brokers: at least one is needed', {
        details: { problems: ['brokers: at least one is needed'] },
      });
      const run = carrier.run(controller.signal);
      running = Promise.resolve();
      expect(await rejectionOf(run)).to.include({ code: 'invalid-configuration' });
    });
  });

  describe('when it is drained', () => {
    it('should wait until everything is confirmed', async () => {
      topic.fate.unshift('lost');
      await start();
      await add('a1');
      const idle = carrier.idle();
      expect(await stateOf(idle)).to.equal('pending');
      await pass(100);
      await idle;
      expect(acknowledged).to.deep.equal(['a1']);
    });

    it('should wait for a mark, too', async () => {
      topic.fate.unshift('lost');
      await start();
      outbox.markGap('start');
      const idle = carrier.idle();
      await turns();
      expect(await stateOf(idle)).to.equal('pending');
      await pass(100);
      await idle;
      expect(topic.log).to.deep.equal([markOf('start')]);
    });

    it('should leave what is under way unacknowledged when the signal fires', async () => {
      topic.fate.unshift('lost');
      await start();
      await add('a1');
      controller.abort();
      await running;
      expect(acknowledged).to.deep.equal([]);
      expect(topic.writers[0]?.isDestroyed).to.equal(true);
    });
  });
});
