import { openKafka, silentLogger, type ChangeSource, type KafkaClient } from '../../../lib/index.js';
import { kafkaBroker } from '../../support/kafka.js';
import { KafkaStage } from '../../support/kafka-stage.js';
import type { StageKind, StageSourceOptions, StreamStage } from './stream-stage.js';

const stallTimeoutMs = 2_000;

/** A stream on a real Kafka, behind the fault proxy. The topic keeps what is published while the sources are away. */
class KafkaStreamStage implements StreamStage {
  public readonly detectionMs = 2 * stallTimeoutMs;

  private constructor(
    private readonly kafka: KafkaStage,
    private readonly client: KafkaClient,
  ) {}

  /** @param brokers each `host:port` */
  public static async open(brokers: readonly string[]): Promise<KafkaStreamStage> {
    const kafka = await new KafkaStage(brokers).start(4);
    return new KafkaStreamStage(kafka, await openKafka(kafka.direct(), silentLogger));
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
    const admin = this.client.kafka.admin();
    await admin.connect();
    try {
      const ends = await admin.fetchTopicOffsets(this.kafka.topic);
      const committed = await this.kafka.committed();
      return ends.reduce((sum, { partition, high }) => sum + Number(high) - Math.max(0, committed[partition] ?? 0), 0);
    } finally {
      await admin.disconnect();
    }
  }

  public async close(): Promise<void> {
    await this.kafka.close();
    this.client.destroy();
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
