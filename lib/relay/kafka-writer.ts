import type { Message, PartitionMetadata, Producer, RecordMetadata } from 'kafkajs';
import { withTimeout, type Clock } from '../base/clock/index.js';
import { hasCode, SvcMonitorError } from '../base/errors/index.js';
import {
  kafkaFailure,
  openKafka,
  type GapMark,
  type KafkaClient,
  type KafkaConnectionOptions,
} from '../kafka/index.js';
import type { Logger } from '../base/log/index.js';
import type { RelayRecord } from './record.js';
import type { RelayTopic, TopicFound } from './topic.js';
import type { RecordWriter } from './writer.js';

/** What a {@link KafkaWriter} is made of. */
export interface KafkaWriterOptions {
  readonly connection: KafkaConnectionOptions;
  readonly topic: RelayTopic;
  /** Time for Kafka to confirm what is written. Milliseconds. */
  readonly sendTimeoutMs: number;
  /** Time for connecting, and for the topic to be found or created. Milliseconds. */
  readonly openTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

const allReplicas = -1;

/** An idempotent producer of kafkajs that waits for all replicas. See the interface. */
export class KafkaWriter implements RecordWriter {
  public readonly partitions: number;
  public readonly topicWasMissing: boolean;
  private readonly partitionOf: (key: string) => number;

  private constructor(
    private readonly options: KafkaWriterOptions,
    private readonly client: KafkaClient,
    private readonly producer: Producer,
    found: TopicFound,
  ) {
    this.partitions = found.partitions;
    this.topicWasMissing = found.wasMissing;
    this.partitionOf = partitioner(client, options.topic.name, found.partitions);
  }

  /** Connects, and creates the topic if it is not there. @throws SvcMonitorError `source-failed`, `invalid-configuration`, `aborted` */
  public static async open(options: KafkaWriterOptions, signal: AbortSignal): Promise<KafkaWriter> {
    const { connection, logger } = options;
    const client = await openKafka({ ...connection, requestTimeoutMs: options.sendTimeoutMs }, logger);
    try {
      return await inTime(options, options.openTimeoutMs, signal, async () => {
        const admin = client.kafka.admin();
        await admin.connect();
        const found = await options.topic.ensure(admin);
        await admin.disconnect();
        const producer = client.kafka.producer({
          idempotent: true,
          maxInFlightRequests: 1,
          allowAutoTopicCreation: false,
          createPartitioner: client.library.Partitioners.DefaultPartitioner,
        });
        await producer.connect();
        options.topic.told();
        return new KafkaWriter(options, client, producer, found);
      });
    } catch (error) {
      client.destroy();
      throw error;
    }
  }

  public async writeMark(mark: GapMark, signal: AbortSignal): Promise<void> {
    const message = { key: mark.key, value: mark.value, headers: { ...mark.headers } };
    await this.send(
      Array.from({ length: this.partitions }, (_, partition) => ({ ...message, partition })),
      signal,
    );
  }

  public async write(records: readonly RelayRecord[], signal: AbortSignal): Promise<void> {
    await this.send(
      records.map(({ key, value, headers }) => ({
        key,
        value: typeof value === 'string' ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength),
        headers: { ...headers },
        partition: this.partitionOf(key),
      })),
      signal,
    );
  }

  public async close(signal: AbortSignal): Promise<void> {
    await inTime(this.options, this.options.sendTimeoutMs, signal, () => this.producer.disconnect());
    this.destroy();
  }

  public destroy(): void {
    this.client.destroy();
  }

  private async send(messages: (Message & { readonly partition: number })[], signal: AbortSignal): Promise<void> {
    const { sendTimeoutMs, topic, connection } = this.options;
    const confirmed = await inTime(this.options, sendTimeoutMs, signal, () =>
      this.producer.send({ topic: topic.name, acks: allReplicas, timeout: sendTimeoutMs, messages }),
    );
    // When a partition moves to another broker while it retries, the client library forgets it, and calls that a success.
    const missing = missingPartitions(messages, confirmed);
    if (missing.length > 0) {
      throw kafkaFailure(new Error(`Kafka did not confirm partition ${missing.join(', ')}`), connection);
    }
  }
}

function missingPartitions(
  messages: readonly { readonly partition: number }[],
  confirmed: readonly RecordMetadata[],
): readonly number[] {
  const done = new Set(confirmed.filter(({ errorCode }) => errorCode === 0).map(({ partition }) => partition));
  return [...new Set(messages.map(({ partition }) => partition))].filter((partition) => !done.has(partition));
}

/** Kafka's own rule (murmur2), so that whoever else writes to the topic agrees. The count stands still while the producer lives. */
function partitioner(client: KafkaClient, topic: string, partitions: number): (key: string) => number {
  const choose = client.library.Partitioners.DefaultPartitioner();
  const partitionMetadata: PartitionMetadata[] = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  return (key) => choose({ topic, partitionMetadata, message: { key, value: null } });
}

async function inTime<T>(
  options: KafkaWriterOptions,
  ms: number,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const { clock, connection } = options;
  try {
    return await withTimeout(clock, ms, signal, work);
  } catch (error) {
    if (hasCode(error, 'timeout')) {
      const { brokers } = connection;
      throw new SvcMonitorError('source-failed', 'Kafka did not answer in time', {
        cause: error,
        details: { brokers: brokers.join(','), timeoutMs: ms },
      });
    }
    throw kafkaFailure(error, connection);
  }
}
