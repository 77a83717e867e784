import type { Broker, QueueSettings } from '../change-stream/amqp/amqp-options.js';
import { AmqpSession, type QueueMessage, type SessionLoss } from '../change-stream/amqp/amqp-session.js';
import { LastConsumer } from '../change-stream/amqp/last-consumer.js';
import { UnprovenExchange } from '../change-stream/amqp/unproven-exchange.js';
import { sleep, type Clock } from '../base/clock/index.js';
import { SvcMonitorError, toSvcMonitorError } from '../base/errors/index.js';
import type { GapReason } from '../kafka/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import { failureOf, type Outages } from '../base/problems/index.js';
import { keepConnected, type Attempt, type Loss } from '../base/reconnect/index.js';
import type { Outbox } from './outbox.js';
import { QueueInspector, type QueueFound } from './queue-inspector.js';
import { toRecord } from './record.js';

/** What an {@link Intake} is made of. */
export interface IntakeOptions {
  readonly brokers: readonly Broker[];
  readonly queue: QueueSettings;
  readonly outbox: Outbox;
  readonly heartbeatSeconds: number;
  /** Time for connecting, and for each exchange with the broker. Milliseconds. */
  readonly timeoutMs: number;
  readonly retryLowMs: number;
  readonly retryHighMs: number;
  /** Time between looks at the queue. Milliseconds. */
  readonly inspectIntervalMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told when the queue is lost, and when it is followed again. */
  readonly outages: Outages;
  /** Called when it is connected, or is not any more. */
  readonly onChanged: () => void;
}

/** The part that RabbitMQ is among the outages of the relay. */
export const rabbitmqPart = 'rabbitmq';

/** How the way from RabbitMQ fares. */
export interface IntakeStatus {
  readonly connected: boolean;
  readonly lastError?: string;
  /** Messages that wait in the queue, when it was last looked at. */
  readonly backlog?: number;
  /** Messages that cannot be understood, and were not carried. */
  readonly rejected: number;
}

const name = 'relay';

/**
 * Takes the messages from the relay's queue into the outbox, in their order. One session after the other, as `AmqpSource` does; whether
 * something may have been missed between two of them it finds out by a look at the queue before it takes the queue over.
 */
export class Intake {
  private readonly options: IntakeOptions;
  private session: AmqpSession | undefined;
  private isConnected = false;
  private lastError: string | undefined;
  private backlog: number | undefined;
  private rejected = 0;
  private everConnected = false;
  /** The consumer was taken away, and we have not consumed since: the queue that there is now is another. */
  private cancelled = false;
  private readonly lastConsumer: LastConsumer;
  private readonly unproven: UnprovenExchange;
  private ended = false;

  public constructor(options: IntakeOptions) {
    this.options = options;
    const { clock, heartbeatSeconds, logger, outages, queue } = options;
    this.lastConsumer = new LastConsumer(clock, heartbeatSeconds);
    this.unproven = new UnprovenExchange({ exchange: queue.exchange, logger, outages });
    options.metrics.set('source_connected', { source: name }, 0);
  }

  public status(): IntakeStatus {
    return {
      connected: this.isConnected,
      ...(this.lastError === undefined ? {} : { lastError: this.lastError }),
      ...(this.backlog === undefined ? {} : { backlog: this.backlog }),
      rejected: this.rejected,
    };
  }

  /** Keeps one session after the other until the signal fires. Never rejects. */
  public run(signal: AbortSignal): Promise<void> {
    const { brokers, clock, retryLowMs, retryHighMs } = this.options;
    return keepConnected(
      {
        clock,
        servers: brokers,
        retryLowMs,
        retryHighMs,
        attempt: (attempt) => this.attempt(attempt),
        onLost: (error, isNews) => {
          this.lose(error, isNews);
        },
      },
      signal,
    );
  }

  /** Takes no more messages; those that were taken can still be acknowledged. */
  public async cancel(signal: AbortSignal): Promise<void> {
    this.ended = true;
    await this.session?.cancel(signal);
  }

  /** Resolves when the broker has every acknowledgement so far. Only after {@link cancel}. */
  public async flush(signal: AbortSignal): Promise<void> {
    // The broker answers what it is told in order, and a second cancel does nothing else.
    await this.session?.cancel(signal);
  }

  private async attempt(attempt: Attempt<Broker>): Promise<Loss> {
    const { server: broker, signal } = attempt;
    const { queue, clock, timeoutMs } = this.options;
    const inspector = new QueueInspector({ broker, queueName: queue.name, timeoutMs, clock });
    let session: AmqpSession | undefined;
    try {
      const found = await inspector.inspect(signal);
      const gap = this.gapBefore(found);
      const connected = this.onceConnected(attempt, gap);
      session = this.openSession(broker, found, (message) => {
        connected();
        this.receive(message);
      });
      await session.consume(signal);
      connected();
      if (session.madeExchange) this.unproven.made(broker);
      this.session = session;
      const { error, cancelled } = await Promise.race([session.lost, this.watchQueue(inspector, signal)]);
      this.cancelled = cancelled;
      // Whoever cancelled the consumer is about to declare the queue.
      return { error, unhurried: cancelled };
    } finally {
      this.session = undefined;
      if (session?.consumed === true) this.lastConsumer.lost(this.cancelled);
      session?.destroy();
      inspector.destroy();
    }
  }

  /** Whether something may have been missed, if this queue is taken over. */
  private gapBefore(found: QueueFound | undefined): GapReason | undefined {
    // Whoever ran before may have ended with a gap that it had not told of yet.
    if (!this.everConnected) return 'start';
    if (this.cancelled || found === undefined || found.consumers > 0) return 'queue-lost';
    return found.messages > this.options.queue.maxBacklog ? 'overflow' : undefined;
  }

  private openSession(
    broker: Broker,
    found: QueueFound | undefined,
    onMessage: (message: QueueMessage) => void,
  ): AmqpSession {
    const { queue, heartbeatSeconds, timeoutMs, clock } = this.options;
    const isTooLong = found !== undefined && found.messages > queue.maxBacklog;
    return new AmqpSession({
      broker,
      // What was found decides, not what has come since: else the session would throw away a queue of which we think that it was kept.
      queue: isTooLong ? queue : { ...queue, maxBacklog: Number.MAX_SAFE_INTEGER },
      mayTakeOver: this.lastConsumer.mayBeThere,
      heartbeatSeconds,
      timeoutMs,
      clock,
      onMessage,
    });
  }

  /** The function does its work when it is called first: the first message can come just before the session is told to stand. */
  private onceConnected({ server: broker, connected }: Attempt<Broker>, gap: GapReason | undefined): () => void {
    const { logger, metrics, outbox, outages, queue, onChanged } = this.options;
    return () => {
      if (this.isConnected) return;
      this.isConnected = true;
      connected();
      this.everConnected = true;
      this.cancelled = false;
      if (gap !== undefined) outbox.markGap(gap);
      metrics.set('source_connected', { source: name }, 1);
      metrics.increment('source_connects_total', { source: name });
      const outageMs = outages.over(rabbitmqPart);
      onChanged();
      logger.info('the queue is followed', {
        broker: `${broker.hostname}:${broker.port}`,
        queue: queue.name,
        missed: gap ?? 'nothing',
        ...(outageMs === undefined ? {} : { outageMs }),
      });
    };
  }

  private receive(message: QueueMessage): void {
    if (this.ended) return;
    const { outbox, clock, logger, metrics } = this.options;
    const made = toRecord(message.body);
    if (made.outcome === 'record') {
      this.unproven.heard();
      outbox.add({ record: made.record, receivedAt: clock.monotonic(), acknowledge: message.acknowledge });
      return;
    }
    const { reason, problems, type, uuid, bytes } = made.rejected;
    this.rejected += 1;
    metrics.increment('messages_rejected_total', { reason });
    logger.warn('a message cannot be understood and is not carried', { reason, problems, type, uuid, bytes });
    message.acknowledge();
  }

  /** Looks at the queue time and again. Resolves when that fails: then the session is of no use either. */
  private async watchQueue(inspector: QueueInspector, signal: AbortSignal): Promise<SessionLoss> {
    const { clock, inspectIntervalMs, metrics, queue } = this.options;
    try {
      for (;;) {
        const found = await inspector.inspect(signal);
        if (found === undefined) throw new SvcMonitorError('source-failed', `the queue ${queue.name} is gone`);
        this.backlog = found.messages;
        metrics.set('relay_backlog', {}, found.messages);
        await sleep(clock, inspectIntervalMs, signal);
      }
    } catch (error) {
      return { error: toSvcMonitorError(error), cancelled: false };
    }
  }

  private lose(error: SvcMonitorError, isNews: boolean): void {
    const { logger, metrics, outbox, outages, queue } = this.options;
    // RabbitMQ delivers them again, or a gap is marked.
    outbox.drop();
    if (isNews) logger.warn('the queue is not followed, going on trying', { queue: queue.name, ...errorFields(error) });
    this.isConnected = false;
    this.lastError = error.message;
    metrics.set('source_connected', { source: name }, 0);
    outages.failed(rabbitmqPart, failureOf(error, 'stream-unreachable'));
  }
}
