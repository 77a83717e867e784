import type { Admin, Batch, Consumer, ConsumerGroupJoinEvent, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { sleep, withTimeout, type Clock } from '../../base/clock/index.js';
import { hasCode, throwIfAborted, type SvcMonitorError } from '../../base/errors/index.js';
import { disposeKafka, kafkaFailure, openKafka, type KafkaClient } from '../../kafka/index.js';
import { errorFields, type Logger } from '../../base/log/index.js';
import type { DeliveryWindow } from '../delivery-window.js';
import type { Subscription } from './kafka-source-options.js';
import { instanceTaken, type OwnMembers } from './members.js';
import type { PartitionOffset, Positions } from './positions.js';
import { ProgressWatch } from './progress-watch.js';
import { committedOffsets, firstPlace, resumedPlace, type LogRange, type StartingPlace } from './starting-place.js';

/** What a {@link KafkaSession} is made of. */
export interface KafkaSessionOptions {
  readonly subscription: Subscription;
  /** Where an earlier session of this process was; undefined if everything is to be read anew. */
  readonly positions: Positions | undefined;
  readonly members: OwnMembers;
  /** Messages are handed over here; it may outlive the session. */
  readonly window: DeliveryWindow;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Begins the delivery of a message; resolves when it has ended. Must not reject. */
  readonly onMessage: (message: KafkaMessage) => Promise<'taken' | 'refused'>;
  /** Messages were removed from the topic before they were read. */
  readonly onMissed: () => void;
  /** How many messages have not been taken, now and then. */
  readonly onLag: (messages: number) => void;
}

// Fetches return at least this often, and between fetches the client library sends its heartbeats.
const longestFetchMs = 500;
const leaveTimeoutMs = 1_000;
const silent = 'the brokers do not answer in time';

/**
 * One client that reads all partitions of the topic, as the only member of its consumer group, until it is lost or closed.
 *
 * The group's use is the commit: who reads what it does not decide. The client library is told where to read at each join, from the
 * positions, so that what it forgets in a rebalance, or fetches twice, does no harm. Whether it still works is not asked of it, but found
 * by {@link ProgressWatch}.
 */
export class KafkaSession {
  /** Resolves with the reason when the session is lost or destroyed. */
  public readonly lost: Promise<SvcMonitorError>;
  private resolveLost: (error: SvcMonitorError) => void = () => undefined;
  /** Fires when no more messages are to be taken. */
  private readonly taking = new AbortController();
  private readonly lifetime = new AbortController();
  private client: KafkaClient | undefined;
  private admin: Admin | undefined;
  private consumer: Consumer | undefined;
  private place: StartingPlace | undefined;
  private watch: ProgressWatch | undefined;
  /** What is to be done when the group is joined; undefined once it is. */
  private joined: (() => void) | undefined = () => undefined;
  private commitFails = false;

  public constructor(private readonly options: KafkaSessionOptions) {
    this.lost = new Promise((resolve) => {
      this.resolveLost = resolve;
    });
  }

  /**
   * Connects, finds out where to begin, and joins the group. Messages can come as soon as `onJoined` was called, not before.
   *
   * Rejects with `source-failed` if that is not possible now.
   */
  public async begin(signal: AbortSignal, onJoined: (place: StartingPlace) => void): Promise<void> {
    const { subscription, logger } = this.options;
    const { sessionTimeoutMs, stallTimeoutMs } = subscription;
    const client = await openKafka(subscription.connection, logger);
    throwIfAborted(signal);
    this.client = client;
    const place = await this.ask(stallTimeoutMs, signal, () => this.findPlace(client));
    this.place = place;
    place.positions.commitAnew();
    const { clock, onMissed, onLag } = this.options;
    const watch = new ProgressWatch({
      positions: place.positions,
      clock,
      stallMs: stallTimeoutMs / 2,
      onMissed,
      onLag,
    });
    this.watch = watch;
    this.joined = (): void => {
      onJoined(place);
    };
    // A member that is gone without leaving holds up the others until its session ends.
    await this.ask(2 * sessionTimeoutMs + stallTimeoutMs, signal, () => this.join(client));
    void this.commitRegularly();
    void this.watchRegularly(watch);
  }

  /** Takes no more messages. What was taken can still be committed. */
  public pause(): void {
    this.taking.abort();
  }

  /** Commits what was taken, and leaves the group in good order. */
  public async close(signal: AbortSignal): Promise<void> {
    this.pause();
    if (this.joined !== undefined || this.lifetime.signal.aborted) return;
    await this.commit();
    throwIfAborted(signal);
    await Promise.all([this.consumer?.disconnect(), this.admin?.disconnect()]);
  }

  /** Ends the session, whatever state it is in: leaves the group if that is possible at once. May be called twice. */
  public async destroy(): Promise<void> {
    this.lose(this.failure('the session was ended'));
    const { consumer, admin, client } = this;
    this.client = undefined;
    if (client === undefined) return;
    const { clock, logger } = this.options;
    await disposeKafka({ client, parts: [consumer, admin], timeoutMs: leaveTimeoutMs, clock, logger });
  }

  private async findPlace({ kafka }: KafkaClient): Promise<StartingPlace> {
    const { subscription, positions } = this.options;
    const { topic, groupId, maxBacklog } = subscription;
    const admin = kafka.admin();
    this.admin = admin;
    await admin.connect();
    await this.options.members.refuseOthers(admin, groupId);
    const log = await this.readLog();
    if (positions !== undefined) return resumedPlace(positions, log);
    const found = await admin.fetchOffsets({ groupId, topics: [topic] });
    return firstPlace(committedOffsets(found), log, maxBacklog);
  }

  private async join({ kafka }: KafkaClient): Promise<void> {
    const { topic, groupId, maxFetchBytes, sessionTimeoutMs } = this.options.subscription;
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.ceil(sessionTimeoutMs / 4),
      maxBytes: maxFetchBytes,
      maxBytesPerPartition: maxFetchBytes,
      maxWaitTimeInMs: Math.min(longestFetchMs, Math.ceil(sessionTimeoutMs / 4)),
      allowAutoTopicCreation: false,
      // Failures it does not get over in a moment end the session.
      retry: { restartOnFailure: () => Promise.resolve(false) },
    });
    this.consumer = consumer;
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.lose(kafkaFailure(payload.error, this.options.subscription.connection));
    });
    consumer.on(consumer.events.DISCONNECT, () => {
      this.lose(this.failure('the client stopped'));
    });
    consumer.on(consumer.events.GROUP_JOIN, (event) => {
      this.assign(consumer, event);
    });
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      // At the end of a batch can stand what is no message: the end of a transaction.
      if (this.live) this.place?.positions.advance(payload.partition, BigInt(payload.lastOffset) + 1n);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch: (batch) => this.takeBatch(batch) });
    // It resolves also when it has given up, and says so by its event only.
    if (this.joined !== undefined) throw await this.lost;
  }

  /** The group has given us partitions: tells the client library where to read. */
  private assign(consumer: Consumer, { payload }: ConsumerGroupJoinEvent): void {
    const { place } = this;
    if (place === undefined || !this.live) return;
    const { members, subscription } = this.options;
    const { topic } = subscription;
    members.add(payload.memberId);
    const assigned = new Set(payload.memberAssignment[topic]);
    for (const partition of assigned) {
      const next = place.positions.next(partition);
      if (next !== undefined) consumer.seek({ topic, partition, offset: String(next) });
    }
    const { joined } = this;
    if (joined === undefined) return;
    if (!place.positions.partitions.every((partition) => assigned.has(partition))) {
      this.lose(
        this.failure('another instance reads in the same consumer group: give each its own name', instanceTaken),
      );
      return;
    }
    this.joined = undefined;
    joined();
  }

  /** Hands a batch over; returns when the delivery of its last message has begun, so that no more is fetched meanwhile. */
  private async takeBatch(payload: EachBatchPayload): Promise<void> {
    if (!this.live) return;
    const { batch } = payload;
    const { sessionTimeoutMs } = this.options.subscription;
    this.noteHole(batch);
    let left = batch.messages.length;
    let allBegun = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      allBegun = resolve;
    });
    for (const message of batch.messages) {
      this.options.window.run(() => {
        left -= 1;
        if (left === 0) allBegun();
        return this.take({ partition: batch.partition, offset: BigInt(message.offset) }, message);
      });
    }
    this.watch?.holdUp(left > 0);
    try {
      while (left > 0) {
        const isOver = await this.waitFor(begun, sessionTimeoutMs / 4);
        if (isOver) return;
        // Rejects in a rebalance: the client library has to hear of it, and asks for the batch again.
        if (left > 0) await payload.heartbeat();
      }
    } finally {
      this.watch?.holdUp(false);
    }
  }

  /** Waits for so long at most. @returns whether nothing is to be taken any more */
  private async waitFor(work: Promise<void>, ms: number): Promise<boolean> {
    try {
      await withTimeout(this.options.clock, ms, this.taking.signal, () => work);
    } catch (error) {
      return !hasCode(error, 'timeout');
    }
    return false;
  }

  private async take(at: PartitionOffset, message: KafkaMessage): Promise<void> {
    const positions = this.place?.positions;
    if (positions?.begin(at) !== true) return;
    const outcome = await this.options.onMessage(message);
    if (outcome === 'taken') positions.end(at);
  }

  private noteHole(batch: Batch): void {
    const next = this.place?.positions.next(batch.partition);
    const [first] = batch.messages;
    if (next === undefined || first === undefined || BigInt(first.offset) <= next) return;
    this.watch?.noteHole(batch.partition, next);
  }

  private async commitRegularly(): Promise<void> {
    const { clock, subscription } = this.options;
    const { signal } = this.lifetime;
    try {
      for (;;) {
        await sleep(clock, subscription.commitIntervalMs, signal);
        await this.commit();
      }
    } catch (error) {
      if (!hasCode(error, 'aborted')) this.lose(kafkaFailure(error, subscription.connection));
    }
  }

  /** Never rejects: what could not be committed is tried again, and at worst comes twice after a restart. */
  private async commit(): Promise<void> {
    const { subscription, logger } = this.options;
    const { topic, groupId } = subscription;
    const positions = this.place?.positions;
    const offsets = positions?.uncommitted() ?? [];
    if (positions === undefined || this.consumer === undefined || offsets.length === 0) return;
    try {
      await this.consumer.commitOffsets(
        offsets.map(({ partition, offset }) => ({ topic, partition, offset: String(offset) })),
      );
      // A client that is being stopped resolves without having sent anything.
      if (this.lifetime.signal.aborted) return;
      positions.committed(offsets);
      this.commitFails = false;
    } catch (error) {
      if (!this.commitFails) {
        logger.warn('offsets could not be committed, trying again', {
          groupId,
          ...errorFields(kafkaFailure(error, subscription.connection)),
        });
      }
      this.commitFails = true;
    }
  }

  private async watchRegularly(watch: ProgressWatch): Promise<void> {
    const { clock, subscription } = this.options;
    const { stallTimeoutMs, connection } = subscription;
    const { signal } = this.lifetime;
    let lookedAt = clock.monotonic();
    for (;;) {
      try {
        await sleep(clock, stallTimeoutMs / 4, signal);
        const places = watch.places();
        watch.look(await withTimeout(clock, stallTimeoutMs / 2, signal, () => this.readLog()), places);
        lookedAt = clock.monotonic();
      } catch (error) {
        if (signal.aborted) return;
        const isStalled = clock.monotonic() - lookedAt > stallTimeoutMs / 2;
        if (hasCode(error, 'source-failed')) this.lose(error);
        else if (isStalled)
          this.lose(hasCode(error, 'timeout') ? this.failure(silent) : kafkaFailure(error, connection));
      }
    }
  }

  private async readLog(): Promise<readonly LogRange[]> {
    const { admin } = this;
    if (admin === undefined) return [];
    const offsets = await admin.fetchTopicOffsets(this.options.subscription.topic);
    return offsets.map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }));
  }

  private get live(): boolean {
    return !this.taking.signal.aborted;
  }

  /** Ends the session as lost, for that reason. */
  public giveUp(error: SvcMonitorError): void {
    this.lose(error);
  }

  private lose(error: SvcMonitorError): void {
    this.taking.abort();
    this.lifetime.abort();
    this.resolveLost(error);
  }

  /** One exchange with the brokers: in time, and given up as soon as the session is lost. */
  private async ask<T>(timeoutMs: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const { clock, subscription } = this.options;
    const lost = async (): Promise<never> => {
      throw await this.lost;
    };
    try {
      return await withTimeout(clock, timeoutMs, signal, () => Promise.race([work(), lost()]));
    } catch (error) {
      if (hasCode(error, 'timeout')) throw this.failure(silent);
      throw kafkaFailure(error, subscription.connection);
    }
  }

  private failure(message: string, code?: string): SvcMonitorError {
    const error = Object.assign(new Error(message), code === undefined ? {} : { code });
    return kafkaFailure(error, this.options.subscription.connection);
  }
}
