import type { Admin, Consumer } from 'kafkajs';
import { withTimeout, type Clock } from '../../base/clock/index.js';
import { hasCode, throwIfAborted, type SvcMonitorError } from '../../base/errors/index.js';
import {
  disposeKafka,
  kafkaFailure,
  openKafka,
  type KafkaClient,
  type KafkaConnectionOptions,
} from '../../kafka/index.js';
import type { Logger } from '../../base/log/index.js';

/** What a {@link Membership} is made of. */
export interface MembershipOptions {
  readonly connection: KafkaConnectionOptions;
  readonly topic: string;
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The group has assigned partitions to this member, of so many in all, and counts on it as with `onAlive`. */
  readonly onAssigned: (partitions: readonly number[], of: number, since: number) => void;
  /** The group counts on this member for as long as a session lasts, from `since` on: milliseconds of the monotonic clock. */
  readonly onAlive: (since: number) => void;
}

/** The requests by whose answers a member knows that the group counts on it. */
const signsOfLife: ReadonlySet<string> = new Set(['SyncGroup', 'Heartbeat']);
const leaveTimeoutMs = 1_000;
const longestSleepMs = 200;

/**
 * One client as member of the consumer group, until it is lost or ended. It reads nothing: of the group only the assignment is wanted.
 *
 * The client library joins again by itself in a rebalance. Whether it still works is not its to say: whoever holds it hears `onAlive`.
 */
export class Membership {
  /** Resolves with the reason when the membership is lost or ended. */
  public readonly lost: Promise<SvcMonitorError>;
  private resolveLost: (error: SvcMonitorError) => void = () => undefined;
  private readonly lifetime = new AbortController();
  private client: KafkaClient | undefined;
  private admin: Admin | undefined;
  private consumer: Consumer | undefined;
  /** When the last sign of life was sent, that was answered. */
  private aliveSince = -Infinity;

  public constructor(private readonly options: MembershipOptions) {
    this.lost = new Promise((resolve) => {
      this.resolveLost = resolve;
    });
  }

  /** Connects and begins to join. Rejects with `source-failed` if that is not possible now. */
  public async begin(signal: AbortSignal): Promise<void> {
    const { connection, clock, sessionTimeoutMs, logger } = this.options;
    const client = await openKafka(connection, logger);
    throwIfAborted(signal);
    this.client = client;
    const lost = async (): Promise<never> => {
      throw await this.lost;
    };
    try {
      // A member that is gone without leaving holds up the others until its session ends.
      await withTimeout(clock, 3 * sessionTimeoutMs, signal, () => Promise.race([this.join(client), lost()]));
    } catch (error) {
      if (hasCode(error, 'timeout')) throw this.failure('the brokers do not answer in time');
      throw kafkaFailure(error, connection);
    }
  }

  /** Ends the membership for the reason given: leaves the group if that is possible at once. May be called twice. */
  public async end(reason: string): Promise<void> {
    this.lose(this.failure(reason));
    const { client, consumer, admin } = this;
    const { clock, logger } = this.options;
    this.client = undefined;
    if (client === undefined) return;
    await disposeKafka({ client, parts: [consumer, admin], timeoutMs: leaveTimeoutMs, clock, logger });
  }

  /** Has {@link lost} resolve with that reason. */
  public giveUp(reason: string): void {
    this.lose(this.failure(reason));
  }

  private async join({ kafka }: KafkaClient): Promise<void> {
    const { topic, groupId, sessionTimeoutMs, connection, clock, onAlive } = this.options;
    const admin = kafka.admin();
    this.admin = admin;
    await admin.connect();
    // Fails as long as there is no such topic.
    await this.countPartitions(admin);
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.ceil(sessionTimeoutMs / 6),
      // With nothing to fetch the client library sleeps this long, and meanwhile neither sends heartbeats nor leaves.
      maxWaitTimeInMs: Math.min(longestSleepMs, Math.ceil(sessionTimeoutMs / 12)),
      allowAutoTopicCreation: false,
      retry: { restartOnFailure: () => Promise.resolve(false) },
    });
    this.consumer = consumer;
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.lose(kafkaFailure(payload.error, connection));
    });
    consumer.on(consumer.events.DISCONNECT, () => {
      this.lose(this.failure('the client stopped'));
    });
    // The group counts from when it got the request. A process that was frozen reads the answer long after that.
    consumer.on(consumer.events.REQUEST, ({ payload: { apiName, pendingDuration, duration } }) => {
      if (signsOfLife.has(apiName)) this.aliveSince = clock.monotonic() - Math.max(0, pendingDuration + duration);
    });
    consumer.on(consumer.events.HEARTBEAT, () => {
      if (this.live) onAlive(this.aliveSince);
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (!this.live) return;
      consumer.pause([{ topic }]);
      void this.adopt(admin, payload.memberAssignment[topic] ?? []);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic] });
    await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
  }

  /** The partitions can have become more, so they are counted anew; every member does that now. */
  private async adopt(admin: Admin, partitions: readonly number[]): Promise<void> {
    try {
      const of = await this.countPartitions(admin);
      if (this.live) this.options.onAssigned(partitions, of, this.aliveSince);
    } catch (error) {
      this.lose(kafkaFailure(error, this.options.connection));
    }
  }

  private async countPartitions(admin: Admin): Promise<number> {
    const { topic } = this.options;
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
  }

  private get live(): boolean {
    return !this.lifetime.signal.aborted;
  }

  private lose(error: SvcMonitorError): void {
    this.lifetime.abort();
    this.resolveLost(error);
  }

  private failure(message: string): SvcMonitorError {
    return kafkaFailure(new Error(message), this.options.connection);
  }
}
