import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '../../base/clock/index.js';
import { SvcMonitorError } from '../../base/errors/index.js';
import type { KafkaConnectionOptions } from '../../kafka/index.js';
import type { Logger } from '../../base/log/index.js';
import type { Metrics } from '../../base/metrics/index.js';
import type { Outages } from '../../base/problems/index.js';

/** What a `KafkaSource` is made of. Only `brokers` has to be there. */
export interface KafkaSourceOptions extends KafkaConnectionOptions {
  /** The topic of the config changes. Defaults to `vnc_config.object-update`. The source does not create it: it waits for it. */
  readonly topic?: string;
  /** Names the consumer group, together with `instance`: `<group>.<instance>`. Defaults to `opensdn-svc-monitor`. */
  readonly group?: string;
  /** Tells this monitor from others: each reads all partitions, in a group of its own. Defaults to the host name. */
  readonly instance?: string;
  /**
   * Whether it reads in a group that no other has, and that nobody goes on with: for whoever only looks on beside an instance of the same
   * name. Defaults to false.
   */
  readonly isTemporary?: boolean;
  /** Stands in the status and in metrics. Defaults to `kafka`. */
  readonly name?: string;
  /** Changes that are delivered at once. Defaults to 1024. */
  readonly concurrency?: number;
  /** The most that is fetched from a broker at once, beside a single message that is longer. Bytes; defaults to 1 MiB. */
  readonly maxFetchBytes?: number;
  /**
   * A process that starts goes on at the offsets that its predecessor committed, unless more messages than this have come since: reading
   * everything anew, which it does in any case, is cheaper. Defaults to 10000.
   */
  readonly maxBacklog?: number;
  /**
   * How long the brokers take a member of the group that is silent for alive. Milliseconds; defaults to 6000, the least that brokers allow
   * by default. So long waits a process that takes the place of one that was killed.
   */
  readonly sessionTimeoutMs?: number;
  /**
   * The stream is given up, and begun afresh with a new client, if there are messages and none was taken for this long, or if the brokers
   * cannot say. Milliseconds; defaults to 10000.
   */
  readonly stallTimeoutMs?: number;
  /** Time between commits. Milliseconds; defaults to 1000. */
  readonly commitIntervalMs?: number;
  /** Wait before the second attempt to connect; doubles with each. Milliseconds; defaults to 100. */
  readonly retryLowMs?: number;
  /** The longest wait between attempts. Milliseconds; defaults to 1000. */
  readonly retryHighMs?: number;
  /** Time that stopping waits for deliveries under way, and for the brokers. Milliseconds; defaults to 5000. */
  readonly stopTimeoutMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** Told when the stream is lost, and when it is followed again. Defaults to nobody. */
  readonly outages?: Outages;
}

/** What is read, and as whom. */
export interface Subscription {
  readonly connection: KafkaConnectionOptions;
  readonly topic: string;
  readonly groupId: string;
  readonly maxFetchBytes: number;
  readonly maxBacklog: number;
  readonly sessionTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly commitIntervalMs: number;
}

/**
 * The subscription of the options, with the defaults.
 *
 * @throws SvcMonitorError `invalid-configuration`
 */
export function subscriptionOf(options: KafkaSourceOptions): Subscription {
  if (options.brokers.length === 0) {
    throw new SvcMonitorError('invalid-configuration', 'the change source has no brokers', {
      details: { problems: ['brokers: at least one is needed'] },
    });
  }
  const groupId = `${options.group ?? 'opensdn-svc-monitor'}.${options.instance ?? hostname()}`;
  const stallTimeoutMs = options.stallTimeoutMs ?? 10_000;
  return {
    // A request that hangs is noticed before the stream counts as stalled.
    connection: { ...options, requestTimeoutMs: options.requestTimeoutMs ?? Math.ceil(stallTimeoutMs / 2) },
    topic: options.topic ?? 'vnc_config.object-update',
    groupId: options.isTemporary === true ? `${groupId}.temporary.${randomUUID()}` : groupId,
    maxFetchBytes: options.maxFetchBytes ?? 1024 * 1024,
    maxBacklog: options.maxBacklog ?? 10_000,
    sessionTimeoutMs: options.sessionTimeoutMs ?? 6_000,
    stallTimeoutMs,
    commitIntervalMs: options.commitIntervalMs ?? 1_000,
  };
}
