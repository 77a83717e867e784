import { atKafka } from '../../../fixtures/kafka/kafka-admin.js';
import type { ChangeSource } from '../../../lib/index.js';
import { kafkaBroker } from '../../support/kafka.js';
import { KafkaStage } from '../../support/kafka-stage.js';
import type { StageKind, StageSourceOptions, StreamStage } from './stream-stage.js';

const stallTimeoutMs = 2_000;

/** A stream on a real Kafka, behind the fault proxy. The topic keeps what is published while the sources are away. */
class KafkaStreamStage implements StreamStage {
  public readonly detectionMs = 2 * stallTimeoutMs;

  private constructor(private readonly kafka: KafkaStage) {}

  /** @param brokers each `host:port` */
  public static async open(brokers: readonly string[]): Promise<KafkaStreamStage> {
    return new KafkaStreamStage(await new KafkaStage(brokers).start(4));
  }

  public source(options: StageSourceOptions = {}): ChangeSource {
    const { concurrency = 64, ...shared } = options;
    return this.kafka.source({ ...shared, concurrency, stallTimeoutMs, retryLowMs: 100, retryHighMs: 1_000 });
  }

  public publish(message: object | string | Buffer): void {
    if (Buffer.isBuffer(message)) throw new TypeError('bytes that are no text cannot be published here');
    this.kafka.publisher.publish(message);
  }

  public flush(): Promise<void> {
    return this.kafka.publisher.flush();
  }

  public down(): Promise<void> {
    return this.kafka.proxy.refuse(true);
  }

  public up(): Promise<void> {
    return this.kafka.proxy.refuse(false);
  }

  public blackHole(on: boolean): void {
    this.kafka.proxy.blackHole(on);
  }

  /** What is not committed: a little more than what was not handed out. */
  public async backlog(): Promise<number> {
    const ends = await atKafka(this.kafka.direct(), (admin) => admin.fetchTopicOffsets(this.kafka.topic));
    const committed = await this.kafka.committed();
    return ends.reduce((sum, { partition, high }) => sum + Number(high) - Math.max(0, committed[partition] ?? 0), 0);
  }

  public close(): Promise<void> {
    return this.kafka.close();
  }
}

let brokers: readonly string[] = [];

/** Kafka, from `KAFKA_BROKERS`. */
export const kafka: StageKind = {
  keepsMessages: true,
  carriesBytes: false,
  prepare: (context) => {
    ({ brokers } = kafkaBroker(context));
  },
  open: () => KafkaStreamStage.open(brokers),
};
