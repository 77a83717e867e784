import { randomUUID } from 'node:crypto';
import { isGapMark, type KafkaClient, type KafkaConnectionOptions } from '../../lib/index.js';
import { atKafka } from '../../fixtures/kafka/kafka-admin.js';

/** A record as it stands in a topic. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly isMark: boolean;
}

/** All that stands in a topic now, partition by partition, in the order of the offsets. Fails if there is no such topic. */
export function readTopic(connection: KafkaConnectionOptions, topic: string): Promise<readonly ReadRecord[]> {
  return atKafka(connection, async (admin, client) => {
    const ends = (await admin.fetchTopicOffsets(topic)).filter(({ high, low }) => high !== low);
    const left = new Map(ends.map(({ partition, high }) => [partition, Number(high)]));
    const records = left.size === 0 ? [] : await readUpTo(client, topic, left);
    return records.sort((one, other) => one.partition - other.partition || one.offset - other.offset);
  });
}

async function readUpTo({ kafka }: KafkaClient, topic: string, left: Map<number, number>): Promise<ReadRecord[]> {
  const groupId = `svc-monitor-test-reader.${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, sessionTimeout: 10_000, maxWaitTimeInMs: 50 });
  const records: ReadRecord[] = [];
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on('consumer.crash', ({ payload }) => {
        // A broker that was just started has no coordinator of groups for a moment: the client library tries again.
        if (!payload.restart) reject(payload.error);
      });
      consumer
        .run({
          eachMessage: ({ partition, message }) => {
            const { offset, key, value, headers = {} } = message;
            records.push({
              partition,
              offset: Number(offset),
              key: key?.toString() ?? '',
              body: value?.toString() ?? '',
              headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)])),
              isMark: isGapMark(headers),
            });
            if (Number(offset) + 1 >= (left.get(partition) ?? Infinity)) left.delete(partition);
            if (left.size === 0) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return records;
}
