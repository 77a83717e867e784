import { hostname } from 'node:os';
import { brokersOf, queueSettingsOf, type AmqpSourceOptions } from '../change-stream/amqp/amqp-options.js';
import { sleep, SystemClock, withTimeout, type Clock } from '../base/clock/index.js';
import { SvcMonitorError, toSvcMonitorError } from '../base/errors/index.js';
import type { KafkaConnectionOptions } from '../kafka/index.js';
import { errorFields, silentLogger, type Logger } from '../base/log/index.js';
import { silentMetrics, type Metrics } from '../base/metrics/index.js';
import { Outages, problemOf, problemTypes, type Problem, type ProblemType } from '../base/problems/index.js';
import { Carrier } from './carrier.js';
import { Intake } from './intake.js';
import { KafkaWriter } from './kafka-writer.js';
import { Outbox } from './outbox.js';
import { RelayTopic } from './topic.js';
import type { OpenWriter } from './writer.js';

/** What a {@link Relay} is made of. */
export interface RelayOptions {
  /** Where it reads: as for an `AmqpSource`, with other defaults: queue `opensdn-svc-monitor-relay`, kept for 10 min, prefetch 2048. */
  readonly amqp: Omit<AmqpSourceOptions, 'clock' | 'logger' | 'metrics' | 'name' | 'stopTimeoutMs'>;
  /** Where it writes. */
  readonly kafka: KafkaConnectionOptions;
  /** Defaults to `vnc_config.object-update`. */
  readonly topic?: string;
  /** How the topic is created where there is none. */
  readonly createTopic?: {
    /** Defaults to 16. */
    readonly partitions?: number;
    /** Defaults to that of the cluster. */
    readonly replicationFactor?: number;
    /** Defaults to a day. */
    readonly retentionMs?: number;
  };
  /** Time for Kafka to confirm a batch, after which a new producer sends it again. Milliseconds; defaults to 10000. */
  readonly sendTimeoutMs?: number;
  /** Time that stopping waits for what is under way. Milliseconds; defaults to 5000. */
  readonly stopTimeoutMs?: number;
  /** Told of what does not work. Defaults to some of its own. */
  readonly outages?: Outages;
  /** Called when a side is connected, or is not any more. */
  readonly onChanged?: () => void;
  /** Replaces Kafka. For tests. */
  readonly openWriter?: OpenWriter;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
}

/** How a relay fares. */
export interface RelayStatus {
  readonly state: 'new' | 'running' | 'stopped';
  readonly rabbitmq: {
    readonly connected: boolean;
    readonly queue: string;
    /** Messages that wait in the queue. */
    readonly backlog?: number;
    readonly lastError?: string;
  };
  readonly kafka: {
    readonly connected: boolean;
    readonly topic: string;
    readonly partitions?: number;
    readonly lastError?: string;
  };
  /** Messages that were taken and that Kafka has not confirmed. */
  readonly unconfirmed: number;
  /** Age of the oldest of those. Milliseconds. */
  readonly oldestMs: number;
  /** Since the start. */
  readonly carried: number;
  readonly marks: number;
  readonly rejected: number;
  /** What is not in order, until it is. */
  readonly problems: readonly Problem<ProblemType>[];
}

const day = 24 * 60 * 60 * 1000;
// A batch stays below what a broker takes in one piece by default, 1 MB.
const batchLimits = { records: 2_000, bytes: 512 * 1024 };
const inspectIntervalMs = 1_000;
const longestOpenMs = 15_000;

/**
 * Carries the notifications of OpenSDN's config API from RabbitMQ to a Kafka topic: key is the uuid, headers `operation`, `type` and
 * `request-id`, the body is what OpenSDN published.
 *
 * Promises: the changes of one object keep their order; each change that reaches the relay's queue is carried at least once, however
 * often the relay, RabbitMQ's connection or Kafka break down (see `Carrier`, `Intake`); where changes may have been missed (the relay was
 * started, its queue was lost or too long, the topic is another), a mark stands in every partition before the first change after that.
 * Does not promise: that a change comes once only.
 */
export class Relay {
  /** Resolves with the error if it cannot go on whatever happens, such as without a Kafka broker; else never. */
  public readonly failure: Promise<SvcMonitorError>;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly metrics: Metrics;
  private readonly outages: Outages;
  private readonly sendTimeoutMs: number;
  private readonly outbox = new Outbox(batchLimits);
  private readonly intake: Intake;
  private readonly carrier: Carrier;
  private readonly queueName: string;
  private readonly topic: string;
  private readonly stopTimeoutMs: number;
  private readonly stopController = new AbortController();
  private state: RelayStatus['state'] = 'new';
  private running: readonly Promise<void>[] = [];
  private stopping: Promise<void> | undefined;
  private fail: (error: SvcMonitorError) => void = () => undefined;

  /** @throws SvcMonitorError `invalid-configuration` if a broker of RabbitMQ cannot be understood; nothing is connected yet */
  public constructor(options: RelayOptions) {
    const { amqp } = options;
    this.clock = options.clock ?? new SystemClock();
    this.logger = options.logger ?? silentLogger;
    this.metrics = options.metrics ?? silentMetrics;
    this.outages = options.outages ?? new Outages(this.clock);
    this.sendTimeoutMs = options.sendTimeoutMs ?? 10_000;
    this.topic = options.topic ?? 'vnc_config.object-update';
    this.queueName = amqp.queueName ?? 'opensdn-svc-monitor-relay';
    this.stopTimeoutMs = options.stopTimeoutMs ?? 5_000;
    this.failure = new Promise((resolve) => {
      this.fail = resolve;
    });
    const shared = {
      outbox: this.outbox,
      retryLowMs: amqp.retryLowMs ?? 100,
      retryHighMs: amqp.retryHighMs ?? 1_000,
      clock: this.clock,
      logger: this.logger,
      metrics: this.metrics,
      outages: this.outages,
      onChanged: options.onChanged ?? ((): void => undefined),
    };
    const maxBacklog = amqp.maxBacklog ?? 100_000;
    this.intake = new Intake({
      ...shared,
      brokers: brokersOf(amqp),
      queue: queueSettingsOf({
        ...amqp,
        queueName: this.queueName,
        queueExpiresMs: amqp.queueExpiresMs ?? 10 * 60_000,
        maxBacklog,
        maxQueueLength: amqp.maxQueueLength ?? maxBacklog,
        prefetch: amqp.prefetch ?? 2_048,
      }),
      heartbeatSeconds: amqp.heartbeatSeconds ?? 5,
      timeoutMs: amqp.connectTimeoutMs ?? 5_000,
      inspectIntervalMs,
    });
    this.carrier = new Carrier({ ...shared, openWriter: options.openWriter ?? this.writerOpener(options) });
  }

  /** Begins to carry, and goes on trying for as long as a side cannot be reached. @throws SvcMonitorError `already-started`, `closed` */
  public start(): void {
    if (this.state === 'stopped') throw new SvcMonitorError('closed', 'the relay was stopped');
    if (this.state === 'running') throw new SvcMonitorError('already-started', 'the relay was started before');
    this.state = 'running';
    const { signal } = this.stopController;
    this.running = [
      this.intake.run(signal),
      this.carrier.run(signal).catch((error: unknown) => {
        this.giveUp(error);
      }),
      this.keepFigures(signal),
    ];
  }

  /**
   * Takes no more messages, waits until Kafka has what was taken, and closes the connections; takes at most `stopTimeoutMs`. The queue
   * stays, so that a relay that is started before it expires finds what came meanwhile. May be called twice.
   */
  public stop(): Promise<void> {
    this.stopping ??= this.close();
    return this.stopping;
  }

  public status(): RelayStatus {
    const { rejected, connected, lastError, backlog } = this.intake.status();
    const { inFlight, carried, marks, ...kafka } = this.carrier.status();
    return {
      state: this.state,
      rabbitmq: {
        connected,
        queue: this.queueName,
        ...(backlog === undefined ? {} : { backlog }),
        ...(lastError === undefined ? {} : { lastError }),
      },
      kafka: { ...kafka, topic: this.topic },
      unconfirmed: this.outbox.length + inFlight,
      oldestMs: this.oldestMs(),
      carried,
      marks,
      rejected,
      problems: this.problems(),
    };
  }

  private problems(): readonly Problem<ProblemType>[] {
    const oldestMs = this.oldestMs();
    // A batch that took its time and another attempt is no news; what does not get through by then is stuck.
    if (oldestMs <= 2 * this.sendTimeoutMs) return this.outages.problems();
    const message = `a change waits for Kafka since ${Math.round(oldestMs / 1000)} s`;
    const since = this.clock.now() - Math.round(oldestMs);
    return [...this.outages.problems(), problemOf(problemTypes, 'relay-stuck', { message, since })];
  }

  private writerOpener(options: RelayOptions): OpenWriter {
    const { createTopic = {} } = options;
    const { sendTimeoutMs } = this;
    const { partitions = 16, retentionMs = day, replicationFactor } = createTopic;
    const writerOptions = {
      connection: { clientId: `opensdn-svc-monitor-relay.${hostname()}`, ...options.kafka },
      topic: new RelayTopic(
        {
          name: this.topic,
          partitions,
          retentionMs,
          ...(replicationFactor === undefined ? {} : { replicationFactor }),
        },
        this.logger,
      ),
      sendTimeoutMs,
      openTimeoutMs: Math.max(longestOpenMs, sendTimeoutMs),
      clock: this.clock,
      logger: this.logger,
    };
    return (signal) => KafkaWriter.open(writerOptions, signal);
  }

  /** Keeps those figures that change while nothing happens. */
  private async keepFigures(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.metrics.set('relay_unconfirmed', {}, this.status().unconfirmed);
      this.metrics.set('relay_oldest_seconds', {}, this.oldestMs() / 1000);
      try {
        await sleep(this.clock, inspectIntervalMs, signal);
      } catch {
        // Stopped meanwhile: nothing else ends a sleep.
        return;
      }
    }
  }

  private oldestMs(): number {
    const { oldest } = this.carrier;
    return oldest === undefined ? 0 : this.clock.monotonic() - oldest;
  }

  private giveUp(caught: unknown): void {
    const error = toSvcMonitorError(caught);
    this.logger.error('the relay cannot go on', errorFields(error));
    this.fail(error);
  }

  private async close(): Promise<void> {
    const wasRunning = this.state === 'running';
    this.state = 'stopped';
    try {
      if (wasRunning) await this.drain();
    } catch (error) {
      this.logger.warn('the relay did not stop in good order; what Kafka did not confirm is delivered again', {
        unconfirmed: this.status().unconfirmed,
        ...errorFields(error),
      });
    }
    this.stopController.abort(new SvcMonitorError('closed', 'the relay was stopped'));
    await Promise.all(this.running);
  }

  private async drain(): Promise<void> {
    await withTimeout(this.clock, this.stopTimeoutMs, new AbortController().signal, async (signal) => {
      await this.intake.cancel(signal);
      await this.carrier.idle();
      await this.intake.flush(signal);
      await this.carrier.close(signal);
    });
  }
}
