import type { Admin, ITopicConfig } from 'kafkajs';
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
  /** Whether it was not there, at this attempt or at one before it that failed in the end. */
  readonly wasMissing: boolean;
}

// Header, key and framing of a record.
const recordOverheadBytes = 64 * 1024;

/**
 * The topic that a relay writes to.
 *
 * `cleanup.policy` is `delete`, by age, not `compact`: a record says that an object has changed, it does not hold the object. The last
 * UPDATE of an object stands for none of the changes before it, and a DELETE is needed only until those who were away for long read
 * everything anew, which they have to do past the retention in any case.
 */
export class RelayTopic {
  public readonly name: string;
  private missing = false;

  public constructor(
    private readonly settings: TopicSettings,
    private readonly logger: Logger,
  ) {
    this.name = settings.name;
  }

  /**
   * Creates it unless it is there; one that is there is left as it is. Kafka may answer with a failure and have created it: then the next
   * attempt finds it there, and still tells that it was missing, for all that was in the topic before is gone.
   */
  public async ensure(admin: Pick<Admin, 'listTopics' | 'createTopics' | 'fetchTopicMetadata'>): Promise<TopicFound> {
    const { name, settings, logger } = this;
    const isThere = (await admin.listTopics()).includes(name);
    if (!isThere) {
      this.missing = true;
      // False if somebody else was faster.
      const created = await admin.createTopics({ waitForLeaders: true, topics: [creationOf(settings)] });
      const { partitions, retentionMs } = settings;
      if (created) logger.info('the topic was created', { topic: name, partitions, retentionMs });
    }
    const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
    const found = topics[0]?.partitions.length ?? 0;
    if (isThere && found !== settings.partitions) {
      logger.warn('the topic has another number of partitions than configured, and is left as it is', {
        topic: name,
        partitions: found,
        configured: settings.partitions,
      });
    }
    return { partitions: found, wasMissing: this.missing };
  }

  /** To be called when what {@link ensure} found has reached whoever acts on it. */
  public told(): void {
    this.missing = false;
  }
}

function creationOf({ name, partitions, replicationFactor = -1, retentionMs }: TopicSettings): ITopicConfig {
  const configEntries = {
    'cleanup.policy': 'delete',
    'retention.ms': retentionMs,
    // One that is longer no source would parse.
    'max.message.bytes': maxNotificationBytes + recordOverheadBytes,
  };
  return {
    topic: name,
    numPartitions: partitions,
    replicationFactor,
    configEntries: Object.entries(configEntries).map(([key, value]) => ({ name: key, value: String(value) })),
  };
}
