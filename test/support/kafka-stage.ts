import { randomUUID } from 'node:crypto';
import {
  KafkaGroup,
  KafkaSource,
  openKafka,
  silentLogger,
  type KafkaConnectionOptions,
  type KafkaGroupOptions,
  type KafkaSourceOptions,
} from '../../lib/index.js';
import { TcpFaultProxy } from '../../fixtures/fault-proxy/tcp-fault-proxy.js';
import { atKafka } from '../../fixtures/kafka/kafka-admin.js';
import { KafkaPublisher } from '../../fixtures/kafka/kafka-publisher.js';
import { eventually } from './eventually.js';

/** A topic of its own on a real broker, a publisher beside, and a fault proxy in front of the sources. */
export class KafkaStage {
  public readonly topic = `svc-monitor-test.${randomUUID()}`;
  public readonly group = `svc-monitor-test-group.${randomUUID()}`;
  public readonly publisher: KafkaPublisher;
  public readonly proxy: TcpFaultProxy;
  private proxyPort = 0;

  public constructor(private readonly brokers: readonly string[]) {
    const [host = '', port] = (brokers[0] ?? '').split(':');
    this.proxy = new TcpFaultProxy({ target: { host, port: Number(port) } });
    this.publisher = new KafkaPublisher({ brokers, topic: this.topic });
  }

  /** @param partitions 0: no topic is made */
  public async start(partitions: number): Promise<this> {
    this.proxyPort = await this.proxy.start();
    await this.publisher.start();
    // So that a message can be longer than what the sources take.
    if (partitions === 0) return this;
    await this.publisher.createTopic({ partitions, configs: { 'max.message.bytes': '8000000' } });
    // A broker that was just started has no coordinator of groups for a moment.
    await eventually('the broker coordinates groups', () =>
      this.committed().then(
        () => true,
        () => false,
      ),
    );
    return this;
  }

  /** How to reach the broker through the proxy: also where it names itself. */
  public connection(): KafkaConnectionOptions {
    const route = (): { host: string; port: number } => ({ host: '127.0.0.1', port: this.proxyPort });
    return { brokers: this.brokers, route, connectTimeoutMs: 500 };
  }

  /** The same past the proxy. */
  public direct(): KafkaConnectionOptions {
    return { brokers: this.brokers, route: (address) => address };
  }

  /** A source on this stage, with times that suit tests. */
  public source(delta: Partial<KafkaSourceOptions> = {}): KafkaSource {
    return new KafkaSource({
      ...this.connection(),
      topic: this.topic,
      group: this.group,
      instance: 'one',
      sessionTimeoutMs: 1_000,
      stallTimeoutMs: 4_000,
      commitIntervalMs: 50,
      retryLowMs: 20,
      retryHighMs: 100,
      stopTimeoutMs: 3_000,
      ...delta,
    });
  }

  /** A member of the group that shares the VIPs, with times that suit tests. Past the proxy. */
  public shares(delta: Partial<KafkaGroupOptions> = {}): KafkaGroup {
    return new KafkaGroup({
      ...this.direct(),
      topic: this.topic,
      group: this.group,
      sessionTimeoutMs: 1_500,
      retryLowMs: 20,
      retryHighMs: 100,
      ...delta,
    });
  }

  /** What the group of an instance has committed, by partition. */
  public committed(instance = 'one'): Promise<readonly number[]> {
    return this.publisher.committed(`${this.group}.${instance}`);
  }

  /** How many members the broker counts in the group of an instance; without one, in the group that shares the VIPs. */
  public async members(instance?: string): Promise<number> {
    const group = instance === undefined ? this.group : `${this.group}.${instance}`;
    const { groups } = await atKafka(this.direct(), (admin) => admin.describeGroups([group]));
    return groups.reduce((sum, { members }) => sum + members.length, 0);
  }

  /** Joins the group of an instance as a member that reads nothing. */
  public async joinGroup(instance: string): Promise<{ leave(): Promise<void> }> {
    const client = await openKafka(this.direct(), silentLogger);
    const consumer = client.kafka.consumer({ groupId: `${this.group}.${instance}`, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topics: [this.topic] });
    const joined = new Promise((resolve) => {
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        consumer.pause([{ topic: this.topic }]);
        if (payload.memberAssignment[this.topic] !== undefined) resolve(undefined);
      });
    });
    await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
    await joined;
    return {
      leave: async () => {
        await consumer.disconnect();
        client.destroy();
      },
    };
  }

  public async close(): Promise<void> {
    await this.proxy.stop();
    await this.publisher.deleteTopic().catch(() => undefined);
    await this.publisher.stop();
  }
}
