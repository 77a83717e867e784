import { expect } from 'chai';
import { atKafka } from '../../fixtures/kafka/kafka-admin.js';
import type { Relay } from '../../lib/index.js';
import { anyNotification, uuidOf } from '../support/change-messages.js';
import { eventually } from '../support/eventually.js';
import { kafkaBroker, type KafkaBroker } from '../support/kafka.js';
import { KeptLog, KeptMetrics } from '../support/kept.js';
import { faultsOf } from '../support/numbered-changes.js';
import { rabbitmqUrl } from '../support/rabbitmq.js';
import { carried, RelayStage } from '../support/relay-stage.js';
import type { ReadRecord } from '../support/topic-reader.js';

describe('Relay, between a RabbitMQ and a Kafka', () => {
  let stage: RelayStage;
  let log: KeptLog;
  let metrics: KeptMetrics;

  let rabbitmq: string;
  let kafka: KafkaBroker;

  before(function () {
    rabbitmq = rabbitmqUrl(this);
    kafka = kafkaBroker(this);
  });

  beforeEach(async () => {
    log = new KeptLog();
    metrics = new KeptMetrics();
    stage = await new RelayStage(rabbitmq, kafka.brokers).start();
  });

  afterEach(() => stage.close());

  const reasons = (records: readonly ReadRecord[]): readonly string[] =>
    records.filter(({ isMark, partition }) => isMark && partition === 0).map(({ body }) => String(reasonOf(body)));
  const reasonOf = (body: string): unknown => (JSON.parse(body) as { reason?: unknown }).reason;
  const changes = (records: readonly ReadRecord[]): readonly ReadRecord[] => records.filter(({ isMark }) => !isMark);

  async function createTopic(partitions: number, settings: Readonly<Record<string, string>>): Promise<void> {
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    await atKafka(stage.direct, (admin) =>
      admin.createTopics({ topics: [{ topic: stage.topic, numPartitions: partitions, configEntries }] }),
    );
  }

  async function topicSettings(): Promise<Readonly<Record<string, string>>> {
    const { resources } = await atKafka(stage.direct, (admin, { library }) =>
      admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: library.ConfigResourceTypes.TOPIC, name: stage.topic }],
      }),
    );
    return Object.fromEntries(
      resources.flatMap((entry) => entry.configEntries.map((one) => [one.configName, one.configValue])),
    );
  }

  async function queueHas(messages: number): Promise<void> {
    await eventually(`the queue has ${messages} messages`, async () => {
      return (await stage.amqp.inspectQueue())?.messageCount === messages;
    });
  }

  async function connectedAgain(relay: Relay): Promise<void> {
    await eventually(
      'the relay is connected',
      () => relay.status().rabbitmq.connected && relay.status().kafka.connected,
    );
  }

  describe('when it is started', () => {
    it('should create the topic, and mark every partition: nobody knows what was missed before', async () => {
      await stage.running({ createTopic: { partitions: 3, retentionMs: 3_600_000 } });
      const records = await stage.read();
      expect(records.map(({ partition, isMark, body }) => [partition, isMark, reasonOf(body)])).to.deep.equal(
        [0, 1, 2].map((partition) => [partition, true, 'start']),
      );
      expect(await topicSettings()).to.include({ 'cleanup.policy': 'delete', 'retention.ms': '3600000' });
    });

    it('should leave a topic that is there as it is, and say if its partitions are not those configured', async () => {
      await createTopic(2, { 'cleanup.policy': 'compact' });
      await stage.running({ logger: log });
      await stage.publish(1);
      expect((await topicSettings())['cleanup.policy']).to.equal('compact');
      const warned = log.of('the topic has another number of partitions than configured, and is left as it is');
      expect(warned).to.deep.equal([{ topic: stage.topic, partitions: 2, configured: 4 }]);
    });
  });

  describe('when changes come', () => {
    it('should carry each as it is, keyed by its uuid, with what consumers filter by in headers', async () => {
      const relay = await stage.running();
      const message = anyNotification({ oper: 'CREATE', obj_dict: { name: 'ä' } });
      stage.amqp.publisher.publish(message);
      await carried(relay, 1);
      const [record] = changes(await stage.read());
      expect(record).to.deep.include({
        key: uuidOf(1),
        body: JSON.stringify(message),
        headers: { operation: 'CREATE', type: 'floating_ip', 'request-id': 'req-1' },
      });
    });

    it('should carry all of them once, those of one object in their order', async () => {
      const relay = await stage.running({ metrics });
      await stage.publish(2_000);
      await carried(relay, 2_000);
      const records = await stage.read();
      expect(changes(records)).to.have.length(2_000);
      expect(faultsOf(records, stage.expected)).to.deep.equal([]);
      expect(metrics.count('relay_messages_total')).to.equal(2_000);
    });

    it('should log and count poison, and carry what comes after it', async () => {
      const relay = await stage.running({ logger: log, metrics });
      stage.amqp.publisher.publish('{ not json');
      stage.amqp.publisher.publish({ oper: 'UPDATE', type: 'floating_ip' });
      await stage.publish(1);
      await carried(relay, 1);
      expect(changes(await stage.read())).to.have.length(1);
      expect(log.of('a message cannot be understood and is not carried').map(({ reason }) => reason)).to.deep.equal([
        'not-json',
        'bad-shape',
      ]);
      expect(metrics.count('messages_rejected_total')).to.equal(2);
      await queueHas(0);
    });

    it('should not let one that Kafka refuses stop the others', async () => {
      await createTopic(1, { 'max.message.bytes': '20000' });
      const relay = await stage.running({ logger: log });
      await stage.publish(1);
      stage.amqp.publisher.publish(anyNotification({ uuid: uuidOf(99), obj_dict: { pad: 'x'.repeat(30_000) } }));
      await stage.publish(1);
      await carried(relay, 2);
      const records = await stage.read();
      expect(changes(records).map(({ key }) => key)).to.include.members([uuidOf(0), uuidOf(1)]);
      expect(reasons(records)).to.deep.equal(['start', 'refused']);
      expect(log.of('Kafka refuses a change, which is not carried')[0]).to.include({ uuid: uuidOf(99) });
    });
  });

  describe('when RabbitMQ is cut off', () => {
    it('should go on where it was: nothing lost, nothing marked', async () => {
      const relay = await stage.running();
      await stage.publish(100);
      await stage.amqp.cut();
      await stage.publish(100);
      await stage.amqp.proxy.refuse(false);
      await carried(relay, 200);
      const records = await stage.read();
      expect(reasons(records)).to.deep.equal(['start']);
      expect(faultsOf(records, stage.expected)).to.deep.equal([]);
    });

    it('should mark a gap if more has piled up than it takes', async () => {
      const relay = await stage.running({ amqp: { maxBacklog: 50 } });
      await stage.publish(10);
      await carried(relay, 10);
      await stage.amqp.cut();
      await stage.publish(60);
      await stage.amqp.proxy.refuse(false);
      await eventually('the gap is marked', () => relay.status().marks === 2);
      await stage.publish(20);
      await carried(relay, 30);
      const records = await stage.read();
      expect(reasons(records)).to.deep.equal(['start', 'overflow']);
      expect(faultsOf(records, stage.expected)).to.deep.equal([]);
    });

    it('should mark a gap if the queue is gone', async () => {
      const relay = await stage.running();
      await stage.publish(10);
      await carried(relay, 10);
      await stage.amqp.cut();
      await stage.amqp.control.queueDelete({ queue: stage.amqp.queue });
      await stage.publish(10);
      await stage.amqp.proxy.refuse(false);
      await eventually('the gap is marked', () => relay.status().marks === 2);
      await stage.publish(10);
      await carried(relay, 20);
      const records = await stage.read();
      expect(reasons(records)).to.deep.equal(['start', 'queue-lost']);
      expect(faultsOf(records, stage.expected)).to.deep.equal([]);
    });

    it('should mark a gap if somebody deletes the queue under it', async () => {
      const relay = await stage.running();
      await stage.amqp.control.queueDelete({ queue: stage.amqp.queue });
      await eventually('the gap is marked', () => relay.status().marks === 2);
      expect(reasons(await stage.read())).to.deep.equal(['start', 'queue-lost']);
    });
  });

  describe('when Kafka is cut off', () => {
    it('should hold what comes unacknowledged, and go on when it is back', async () => {
      const relay = await stage.running({ amqp: { prefetch: 20 }, metrics });
      await stage.publish(50);
      await carried(relay, 50);
      await stage.kafkaProxy.refuse(true);
      await stage.publish(50);
      await eventually('Kafka is missed', () => !relay.status().kafka.connected);
      // No more than the prefetch is held: the rest waits in the queue.
      await queueHas(30);
      expect(relay.status()).to.include({ unconfirmed: 20, carried: 50 });
      await stage.kafkaProxy.refuse(false);
      await carried(relay, 100);
      expect(faultsOf(await stage.read(), stage.expected)).to.deep.equal([]);
    });

    it('should notice a producer that hangs, and go on with another', async () => {
      const relay = await stage.running({ logger: log, sendTimeoutMs: 1_000 });
      // While it starts, a slow Kafka may have been given up, too.
      const given = (): readonly unknown[] =>
        log.of('Kafka did not confirm, going on with a new producer').map(({ error }) => error);
      const before = given().length;
      stage.kafkaProxy.blackHole(true);
      await stage.publish(10);
      await eventually('the producer is given up', () => !relay.status().kafka.connected);
      expect(given()[before]).to.equal('Kafka did not answer in time');
      stage.kafkaProxy.blackHole(false);
      await carried(relay, 10);
      expect(faultsOf(await stage.read(), stage.expected)).to.deep.equal([]);
    });
  });

  describe('when it is stopped', () => {
    it('should have Kafka confirm what it took, and leave the queue to the next one', async () => {
      const first = await stage.running();
      await stage.publish(500);
      await first.stop();
      expect(first.status()).to.include({ unconfirmed: 0, state: 'stopped' });
      await queueHas(500 - first.status().carried);
      await stage.publish(100);
      const second = await stage.running();
      await carried(second, 600 - first.status().carried);
      const records = await stage.read();
      // Acknowledgements had reached RabbitMQ: not one came twice.
      expect(changes(records)).to.have.length(600);
      expect(faultsOf(records, stage.expected)).to.deep.equal([]);
    });

    it('should stop in its time though Kafka is away, and acknowledge nothing that Kafka does not have', async () => {
      const first = await stage.running({ stopTimeoutMs: 200 });
      await stage.kafkaProxy.refuse(true);
      await stage.publish(10);
      await eventually('it has taken them', () => first.status().unconfirmed === 10);
      await first.stop();
      await stage.kafkaProxy.refuse(false);
      const second = await stage.running();
      await carried(second, 10);
      expect(faultsOf(await stage.read(), stage.expected)).to.deep.equal([]);
    });
  });

  describe('when there are two', () => {
    it('should let the older one work and the newer one wait and say so, and split nothing between them', async () => {
      const older = await stage.running();
      await stage.publish(50);
      await carried(older, 50);
      const newer = stage.relay();
      newer.start();
      await eventually('the newer one knows why', () =>
        newer.status().problems.some(({ type }) => type === 'queue-taken'),
      );
      await stage.publish(50);
      await carried(older, 100);
      expect(newer.status().carried).to.equal(0);

      await older.stop();
      await connectedAgain(newer);
      await stage.publish(50);
      await carried(newer, 50);
      const records = await stage.read();
      expect(reasons(records)).to.deep.equal(['start', 'start']);
      expect(faultsOf(records, stage.expected)).to.deep.equal([]);
    });
  });
});
