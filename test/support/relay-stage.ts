import { randomUUID } from 'node:crypto';
import { TcpFaultProxy } from '../../fixtures/index.js';
import { Relay, type KafkaConnectionOptions, type RelayOptions } from '../../lib/index.js';
import { AmqpStage } from './amqp-stage.js';
import { eventually } from './eventually.js';
import { numberedChange } from './numbered-changes.js';
import { readTopic, type ReadRecord } from './topic-reader.js';

/** The options of a relay, those of RabbitMQ one by one. */
export interface RelayDelta extends Partial<Omit<RelayOptions, 'amqp'>> {
  readonly amqp?: Partial<RelayOptions['amqp']>;
}

/** An exchange, a queue and a topic of their own on real brokers, and a fault proxy on either side of the relays between them. */
export class RelayStage {
  public readonly amqp: AmqpStage;
  public readonly topic = `svc-monitor-test.${randomUUID()}`;
  public readonly kafkaProxy: TcpFaultProxy;
  private readonly relays: Relay[] = [];
  private kafkaPort = 0;
  private published = 0;

  public constructor(
    rabbitmqUrl: string,
    private readonly kafkaBrokers: readonly string[],
  ) {
    this.amqp = new AmqpStage(rabbitmqUrl);
    const [host = '', port] = (kafkaBrokers[0] ?? '').split(':');
    this.kafkaProxy = new TcpFaultProxy({ target: { host, port: Number(port) } });
  }

  public async start(): Promise<this> {
    await this.amqp.start();
    this.kafkaPort = await this.kafkaProxy.start();
    return this;
  }

  /** Kafka past the proxy. */
  public get direct(): KafkaConnectionOptions {
    return { brokers: this.kafkaBrokers };
  }

  /** A relay between them that was not started, with times that suit tests. It is stopped with the stage. */
  public relay({ amqp, ...delta }: RelayDelta = {}): Relay {
    const relay = new Relay({
      amqp: {
        brokers: [this.amqp.proxyUrl()],
        exchange: this.amqp.exchange,
        queueName: this.amqp.queue,
        heartbeatSeconds: 1,
        connectTimeoutMs: 2_000,
        retryLowMs: 20,
        retryHighMs: 100,
        ...amqp,
      },
      kafka: {
        brokers: this.kafkaBrokers,
        route: () => ({ host: '127.0.0.1', port: this.kafkaPort }),
        connectTimeoutMs: 500,
      },
      topic: this.topic,
      createTopic: { partitions: 4 },
      // So long that a busy machine is no failure: what was sent twice would stand there twice.
      sendTimeoutMs: 60_000,
      stopTimeoutMs: 3_000,
      ...delta,
    });
    this.relays.push(relay);
    return relay;
  }

  /** A relay that carries. */
  public async running(delta: RelayDelta = {}): Promise<Relay> {
    const relay = this.relay(delta);
    relay.start();
    await eventually('the relay carries', () => {
      const { rabbitmq, kafka, marks } = relay.status();
      return rabbitmq.connected && kafka.connected && marks > 0;
    });
    return relay;
  }

  /** Publishes the next so many changes, about 10 objects in turn; resolves when RabbitMQ has them. */
  public async publish(count: number): Promise<void> {
    for (let made = 0; made < count; made += 1) {
      this.amqp.publisher.publish(numberedChange(this.published, 10));
      this.published += 1;
    }
    await this.amqp.publisher.flush();
  }

  /** What {@link faultsOf} has to know. */
  public get expected(): { readonly published: number; readonly objects: number } {
    return { published: this.published, objects: 10 };
  }

  public read(): Promise<readonly ReadRecord[]> {
    return readTopic(this.direct, this.topic);
  }

  public async close(): Promise<void> {
    await Promise.all(this.relays.map((relay) => relay.stop()));
    await this.amqp.close();
    await this.kafkaProxy.stop();
  }
}

/** Resolves when a relay has carried so many changes. */
export async function carried(relay: Relay, count: number): Promise<void> {
  await eventually(`${count} changes are carried`, () => relay.status().carried >= count);
}
