import { expect } from 'chai';
import type { Admin } from 'kafkajs';
import { RelayTopic } from '../../../lib/relay/topic.js';
import { KeptLog } from '../../support/kept.js';

/** A cluster without topics that fails, once each, after what it is told to fail at. */
class FailingCluster implements Pick<Admin, 'listTopics' | 'createTopics' | 'fetchTopicMetadata'> {
  private readonly topics = new Map<string, number>();
  private readonly failsAt: Set<string>;

  public constructor(...failsAt: readonly ('createTopics' | 'fetchTopicMetadata')[]) {
    this.failsAt = new Set(failsAt);
  }

  public listTopics(): Promise<string[]> {
    return Promise.resolve([...this.topics.keys()]);
  }

  public createTopics({ topics }: Parameters<Admin['createTopics']>[0]): Promise<boolean> {
    for (const { topic, numPartitions = 1 } of topics) this.topics.set(topic, numPartitions);
    return this.answer('createTopics', true);
  }

  public fetchTopicMetadata(): ReturnType<Admin['fetchTopicMetadata']> {
    const topics = [...this.topics].map(([name, partitions]) => ({
      name,
      partitions: Array.from({ length: partitions }, (_, partitionId) => ({
        ...{ partitionErrorCode: 0, partitionId, leader: 1, replicas: [1], isr: [1] },
      })),
    }));
    return this.answer('fetchTopicMetadata', { topics });
  }

  private answer<T>(what: string, value: T): Promise<T> {
    if (this.failsAt.delete(what)) return Promise.reject(new Error(`${what}: does not host this topic-partition`));
    return Promise.resolve(value);
  }
}

describe('RelayTopic', () => {
  let topic: RelayTopic;

  beforeEach(() => {
    topic = new RelayTopic({ name: 'changes', partitions: 3, retentionMs: 1_000 }, new KeptLog());
  });

  it('should tell that it was missing, and no more when that has been told', async () => {
    const cluster = new FailingCluster();

    expect(await topic.ensure(cluster)).to.deep.equal({ partitions: 3, wasMissing: true });
    topic.told();
    expect(await topic.ensure(cluster)).to.deep.equal({ partitions: 3, wasMissing: false });
  });

  for (const failsAt of [['createTopics'], ['fetchTopicMetadata'], ['createTopics', 'fetchTopicMetadata']] as const) {
    describe(`when Kafka creates it and then fails at ${failsAt.join(' and ')}`, () => {
      it('should tell at the attempt that succeeds that it was missing', async () => {
        const cluster = new FailingCluster(...failsAt);
        for (const what of failsAt) {
          const failure: unknown = await topic.ensure(cluster).catch((error: unknown) => error);
          expect(String(failure)).to.contain(what);
        }

        expect(await topic.ensure(cluster)).to.deep.equal({ partitions: 3, wasMissing: true });
      });
    });
  }
});
