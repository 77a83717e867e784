import { SystemClock, type Clock, type Timer } from '../../base/clock/index.js';
import { SvcMonitorError, toSvcMonitorError } from '../../base/errors/index.js';
import { keepConnected, type Attempt, type Loss } from '../../base/reconnect/index.js';
import type { KafkaConnectionOptions } from '../../kafka/index.js';
import { errorFields, silentLogger, type Logger } from '../../base/log/index.js';
import { silentMetrics, type Metrics } from '../../base/metrics/index.js';
import { failureOf, type Outages } from '../../base/problems/index.js';
import { Membership } from './membership.js';
import { shareOf } from './share-of.js';
import type { KafkaOwnershipStatus, Ownership } from '../ownership.js';

/** What {@link KafkaGroup} are made of. Only `brokers` has to be there. */
export interface KafkaGroupOptions extends KafkaConnectionOptions {
  /** The topic of the config changes: as many shares as it has partitions. Defaults to `vnc_config.object-update`. */
  readonly topic?: string;
  /** The consumer group: the same for all that share. Defaults to `opensdn-svc-monitor`. */
  readonly group?: string;
  /**
   * A member that the group has not heard of for this long loses its shares to the others. Milliseconds; defaults to 6000, the least that
   * brokers allow by default.
   */
  readonly sessionTimeoutMs?: number;
  /** Wait before the second attempt to join; doubles with each. Milliseconds; defaults to 100. */
  readonly retryLowMs?: number;
  /** The longest wait between attempts. Milliseconds; defaults to 1000. */
  readonly retryHighMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** Told while it is no member of the group. Defaults to nobody. */
  readonly outages?: Outages;
}

/** A client that neither joins nor sends heartbeats for so many sessions is given up. */
const sessionsUntilStalled = 3;

/** What the ownership is among the outages. */
const part = 'ownership';

/**
 * Ownership that the members of a Kafka consumer group divide among them: a VIP belongs to a share by its key, a share is a partition of the
 * topic, and the group assigns the partitions. When a member dies, the group divides anew after `sessionTimeoutMs`; when one leaves or
 * comes, at once.
 *
 * What is owned is held as a lease: it ends, by the clock of this process, one session after the last request was sent by whose answer it
 * knows that the group counts on it.
 * A process that was frozen, or is cut off, so stops acting at about the time at which others begin; for a moment two can act for a VIP,
 * which does no harm. While Kafka is away nobody acts.
 */
export class KafkaGroup implements Ownership {
  private readonly connection: KafkaConnectionOptions;
  private readonly topic: string;
  private readonly groupId: string;
  private readonly sessionTimeoutMs: number;
  private readonly retry: { readonly retryLowMs: number; readonly retryHighMs: number };
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly metrics: Metrics;
  private readonly listeners = new Set<() => void>();
  private readonly stopController = new AbortController();
  private assigned: ReadonlySet<number> = new Set();
  private count = 0;
  /** The lease, by the monotonic clock. */
  private leaseEndsAt = -Infinity;
  private leaseTimer: Timer | undefined;
  private readonly outages: Outages | undefined;
  private lastError: string | undefined;
  private membership: Membership | undefined;
  private joining: Promise<void> | undefined;
  private stopping: Promise<void> | undefined;

  public constructor(options: KafkaGroupOptions) {
    this.sessionTimeoutMs = options.sessionTimeoutMs ?? 6_000;
    // A heartbeat that hangs must not use up the session.
    this.connection = {
      ...options,
      requestTimeoutMs: options.requestTimeoutMs ?? Math.ceil(this.sessionTimeoutMs / 2),
    };
    this.topic = options.topic ?? 'vnc_config.object-update';
    this.groupId = options.group ?? 'opensdn-svc-monitor';
    this.retry = { retryLowMs: options.retryLowMs ?? 100, retryHighMs: options.retryHighMs ?? 1_000 };
    this.clock = options.clock ?? new SystemClock();
    this.logger = options.logger ?? silentLogger;
    this.metrics = options.metrics ?? silentMetrics;
    this.outages = options.outages;
  }

  public mayAct(): boolean {
    return this.clock.monotonic() < this.leaseEndsAt;
  }

  public owns(key: string): boolean {
    return this.mayAct() && this.assigned.has(shareOf(key, this.count));
  }

  public onChanged(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  public start(): void {
    if (this.joining !== undefined) throw new SvcMonitorError('already-started', 'the shares were started before');
    if (this.stopping !== undefined) throw new SvcMonitorError('closed', 'the shares were stopped');
    this.metrics.set('shares_owned', {}, 0);
    this.joining = keepConnected(
      {
        ...this.retry,
        clock: this.clock,
        // The client asks the brokers of the cluster in turn by itself.
        servers: [this.connection],
        attempt: (attempt) => this.attempt(attempt),
        onLost: (error, isNews) => {
          this.report(error, isNews);
        },
      },
      this.stopController.signal,
    );
  }

  public stop(): Promise<void> {
    this.stopping ??= this.close();
    return this.stopping;
  }

  public status(): KafkaOwnershipStatus {
    return {
      mode: 'kafka',
      group: this.groupId,
      joined: this.mayAct(),
      owned: this.mayAct() ? [...this.assigned].sort((a, b) => a - b) : [],
      of: this.count,
      ...(this.lastError === undefined ? {} : { lastError: this.lastError }),
    };
  }

  private async attempt({ server, signal, connected }: Attempt<KafkaConnectionOptions>): Promise<Loss> {
    const membership = new Membership({
      connection: server,
      topic: this.topic,
      groupId: this.groupId,
      sessionTimeoutMs: this.sessionTimeoutMs,
      clock: this.clock,
      logger: this.logger,
      onAssigned: (partitions, of, since) => {
        connected();
        this.assign(partitions, of, since);
      },
      onAlive: (since) => {
        this.renew(since);
      },
    });
    this.membership = membership;
    let error: SvcMonitorError;
    try {
      await membership.begin(signal);
      error = await membership.lost;
    } catch (caught) {
      error = toSvcMonitorError(caught);
    }
    await membership.end('the membership was ended');
    // What the group has given it gives to others now.
    this.assigned = new Set();
    this.endLease();
    return { error };
  }

  private assign(partitions: readonly number[], of: number, since: number): void {
    this.assigned = new Set(partitions);
    this.count = of;
    this.lastError = undefined;
    this.extendLease(since);
    this.outages?.over(part);
    this.logger.info('shares taken', { group: this.groupId, shares: partitions.length, of });
    this.changed();
  }

  private renew(since: number): void {
    const couldAct = this.mayAct();
    this.extendLease(since);
    if (!couldAct && this.mayAct()) this.outages?.over(part);
    // What was passed over in between has to be looked at again.
    if (!couldAct && this.mayAct() && this.assigned.size > 0) this.changed();
  }

  private extendLease(since: number): void {
    this.leaseEndsAt = since + this.sessionTimeoutMs;
    this.leaseTimer?.cancel();
    this.leaseTimer = this.clock.schedule(Math.max(0, this.leaseEndsAt - this.clock.monotonic()), () => {
      this.expire();
    });
  }

  private expire(): void {
    const error = new SvcMonitorError('source-failed', 'the group that shares the VIPs has not been heard of');
    this.outages?.failed(part, failureOf(error, 'ownership-lost'));
    this.logger.warn('the group has not been heard of: acting for no VIP until it is', { group: this.groupId });
    this.changed();
    this.leaseTimer = this.clock.schedule((sessionsUntilStalled - 1) * this.sessionTimeoutMs, () => {
      this.membership?.giveUp('neither a heartbeat nor a join');
    });
  }

  private endLease(): void {
    const couldAct = this.mayAct();
    this.leaseTimer?.cancel();
    this.leaseTimer = undefined;
    this.leaseEndsAt = -Infinity;
    if (couldAct) this.changed();
  }

  private changed(): void {
    this.metrics.set('shares_owned', {}, this.mayAct() ? this.assigned.size : 0);
    for (const listener of this.listeners) listener();
  }

  private report(error: SvcMonitorError, isNews: boolean): void {
    this.lastError = error.message;
    this.outages?.failed(part, { ...failureOf(error, 'ownership-lost'), type: 'ownership-lost' });
    this.metrics.increment('errors_total', { code: error.code });
    if (!isNews) return;
    this.logger.warn('not a member of the group that shares the VIPs, going on trying', {
      group: this.groupId,
      ...errorFields(error),
    });
  }

  private async close(): Promise<void> {
    this.stopController.abort(new SvcMonitorError('closed', 'the shares were given up'));
    await this.membership?.end('the shares were given up');
    await this.joining;
    this.endLease();
  }
}
