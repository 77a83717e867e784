import { expect } from 'chai';
import { NotificationPublisher } from '../../fixtures/index.js';
import { uuidOf } from '../support/change-messages.js';
import { eventually } from '../support/eventually.js';
import { kafkaBroker } from '../support/kafka.js';
import { faultsOf, numberedChange, numberOf } from '../support/numbered-changes.js';
import { OwnBroker } from '../support/own-broker.js';
import { OwnKafka } from '../support/own-kafka.js';
import { rabbitmqUrl } from '../support/rabbitmq.js';
import { pass } from '../support/real-time.js';
import { RelayProcess, type RelayPlaces } from '../support/relay-process.js';
import { readTopic, type ReadRecord } from '../support/topic-reader.js';

const objects = 20;

/** Publishes numbered changes, one every few milliseconds, until it is told to end. */
class SteadyPublisher {
  public published = 0;
  private readonly controller = new AbortController();
  private readonly done: Promise<void>;

  public constructor(private readonly publisher: NotificationPublisher) {
    this.done = this.run();
  }

  /** Resolves when so many more were published. */
  public async more(count: number): Promise<void> {
    const goal = this.published + count;
    await eventually(`${count} more are published`, () => this.published >= goal);
  }

  /** Ends it; resolves when RabbitMQ has everything. */
  public async end(): Promise<void> {
    this.controller.abort();
    await this.done;
    await this.publisher.flush();
  }

  private async run(): Promise<void> {
    const { signal } = this.controller;
    try {
      for (;;) {
        await pass(5, signal);
        this.publisher.publish(numberedChange(this.published, objects));
        this.published += 1;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

describe('the relay process, between a RabbitMQ and a Kafka that break down', () => {
  let rabbitmq: OwnBroker;
  let kafka: OwnKafka;
  let publisher: NotificationPublisher;
  let places: RelayPlaces;
  let relay: RelayProcess;
  const stops: (() => Promise<void>)[] = [];

  before(async function () {
    rabbitmqUrl(this);
    kafkaBroker(this);
    rabbitmq = await OwnBroker.start();
    stops.push(() => rabbitmq.stop());
    kafka = await OwnKafka.start();
    stops.push(() => kafka.stop());
  });

  beforeEach(async function () {
    const name = `svc-monitor-test.${this.currentTest?.title.replace(/\W+/g, '-').slice(0, 60) ?? ''}`;
    places = {
      rabbitmqUrl: rabbitmq.url,
      kafkaBrokers: kafka.broker.brokers,
      ...{ exchange: name, queue: name, topic: name },
    };
    // However long a broker takes to come back on a busy machine, nothing is to be dropped before it reaches the relay's side.
    publisher = new NotificationPublisher({ url: rabbitmq.url, exchange: name, capacity: Infinity, retryHighMs: 100 });
    relay = await RelayProcess.start(places);
    await relay.started();
    await relay.settled();
  });

  afterEach(async () => {
    await publisher.stop();
    await relay.kill();
  });

  after(async function () {
    for (const stop of stops.reverse()) await stop();
  });

  const read = (): Promise<readonly ReadRecord[]> => readTopic(kafka.broker, places.topic);
  /** All that the topic has, once the last that was published is in it, and whatever went with it. */
  const readAll = async (last: number): Promise<readonly ReadRecord[]> => {
    await eventually('the last change is carried', async () => numbersOf(await read()).has(last));
    await relay.settled();
    return read();
  };
  const numbersOf = (records: readonly ReadRecord[]): ReadonlySet<number> =>
    new Set(records.filter(({ isMark }) => !isMark).map(numberOf));
  const reasonsOf = (records: readonly ReadRecord[]): readonly string[] =>
    records
      .filter(({ isMark, partition }) => isMark && partition === 0)
      .map(({ body }) => (JSON.parse(body) as { reason: string }).reason);
  // One that Kafka acknowledges late is sent again, and stands there twice.
  const distinctReasonsOf = (records: readonly ReadRecord[]): readonly string[] => [...new Set(reasonsOf(records))];

  it('should lose nothing when it is killed again and again', async () => {
    const steady = new SteadyPublisher(publisher);
    for (let round = 0; round < 3; round += 1) {
      await steady.more(50);
      await relay.kill();
      await steady.more(50);
      relay = await RelayProcess.start(places);
      await relay.started();
    }
    await steady.end();
    const records = await readAll(steady.published - 1);
    expect(numbersOf(records).size).to.equal(steady.published);
    expect(faultsOf(records, { published: steady.published, objects })).to.deep.equal([]);
    expect(distinctReasonsOf(records)).to.deep.equal(['start']);
    expect(reasonsOf(records).length).to.be.at.least(4);
  });

  it('should lose nothing, and mark nothing, when Kafka crashes, or freezes', async () => {
    const steady = new SteadyPublisher(publisher);
    await steady.more(50);
    await kafka.kill();
    await steady.more(50);
    await kafka.restart();
    await relay.settled();
    await steady.more(50);
    await kafka.pause();
    await eventually('the producer is given up', async () => !(await relay.status()).kafka.connected);
    expect((await relay.get('/readyz')).status).to.equal(503);
    await kafka.resume();
    await steady.end();
    const records = await readAll(steady.published - 1);
    await eventually('it is ready', async () => (await relay.get('/readyz')).status === 200);
    expect(numbersOf(records).size).to.equal(steady.published);
    expect(faultsOf(records, { published: steady.published, objects })).to.deep.equal([]);
    expect(distinctReasonsOf(records)).to.deep.equal(['start']);
  });

  it('should mark a gap when RabbitMQ crashes, and its queue with it', async () => {
    const steady = new SteadyPublisher(publisher);
    await steady.more(50);
    await rabbitmq.kill();
    await steady.more(50);
    await rabbitmq.restart();
    await relay.settled();
    await steady.more(50);
    await steady.end();
    const records = await readAll(steady.published - 1);
    expect(faultsOf(records, { published: steady.published, objects })).to.deep.equal([]);
    expect(distinctReasonsOf(records)).to.deep.equal(['start', 'queue-lost']);
  });

  it('should stop in good order at SIGTERM, and show its figures before', async () => {
    for (let number = 0; number < 100; number += 1) publisher.publish(numberedChange(number, objects));
    await publisher.flush();
    await eventually('all are carried', async () => (await relay.status()).carried === 100);
    const metrics = await (await relay.get('/metrics')).text();
    expect(metrics).to.match(/^svc_monitor_relay_messages_total 100$/m);
    expect(metrics).to.match(/^svc_monitor_relay_marks_total{reason="start"} 1$/m);
    expect(metrics).to.match(/^svc_monitor_relay_backlog \d+$/m);
    expect((await relay.get('/healthz')).status).to.equal(200);
    expect(await relay.terminate()).to.equal(0);
    const ofOne = (await read()).filter(({ key }) => key === uuidOf(7));
    expect([...numbersOf(ofOne)]).to.have.length(5);
  });
});
