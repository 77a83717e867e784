import type { Admin } from 'kafkajs';
import { maxNotificationBytes } from '../change-stream/index.js';
import type { Logger } from '../base/log/index.js';

/** The topic, and how it is created where there is none. */
export interface TopicSettings {
  readonly name: string;
  readonly partitions: number;
  /** Undefined: the cluster's default. */
  readonly replicationFactor?: number;
  readonly retentionMs: number;
}

/** What there is. */
export interface TopicFound {
  readonly partitions: number;
  readonly created: boolean;
}

// Header, key and framing of a record.
const recordOverheadBytes = 64 * 1024;

/**
 * Creates the topic unless it is there; one that is there is left as it is.
 *
 * `cleanup.policy` is `delete`, by age, not `compact`: a record says that an object has changed, it does not hold the object. The last
 * UPDATE of an object stands for none of the changes before it, and a DELETE is needed only until those who were away for long read
 * everything anew, which they have to do past the retention in any case.
 */
export async function ensureTopic(admin: Admin, settings: TopicSettings, logger: Logger): Promise<TopicFound> {
  const { name, partitions, replicationFactor = -1, retentionMs } = settings;
  let created = false;
  if (!(await admin.listTopics()).includes(name)) {
    const configEntries = {
      'cleanup.policy': 'delete',
      'retention.ms': retentionMs,
      // One that is longer no source would parse.
      'max.message.bytes': maxNotificationBytes + recordOverheadBytes,
    };
    // False if somebody else was faster.
    created = await admin.createTopics({
      waitForLeaders: true,
      topics: [
        {
          topic: name,
          numPartitions: partitions,
          replicationFactor,
          configEntries: Object.entries(configEntries).map(([key, value]) => ({ name: key, value: String(value) })),
        },
      ],
    });
    if (created) logger.info('the topic was created', { topic: name, partitions, retentionMs });
  }
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
  const found = topics[0]?.partitions.length ?? 0;
  if (!created && found !== partitions) {
    logger.warn('the topic has another number of partitions than configured, and is left as it is', {
      topic: name,
      partitions: found,
      configured: partitions,
    });
  }
  return { partitions: found, created };
}
