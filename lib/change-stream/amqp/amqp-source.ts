import { SystemClock, withTimeout, type Clock } from '../../base/clock/index.js';
import { SvcMonitorError, throwIfAborted } from '../../base/errors/index.js';
import { errorFields, silentLogger, type Logger } from '../../base/log/index.js';
import { silentMetrics, type Metrics } from '../../base/metrics/index.js';
import { keepConnected, type Attempt, type Loss } from '../../base/reconnect/index.js';
import { DeliveryWindow } from '../delivery-window.js';
import { deliverChange, skipMessage, type DeliveryOptions } from '../delivery.js';
import { SourceLifecycle } from '../lifecycle.js';
import { decodeNotification } from '../notification.js';
import type { ChangeSink, ChangeSource, SourceStatus } from '../source.js';
import { brokersOf, queueSettingsOf, type AmqpSourceOptions, type Broker, type QueueSettings } from './amqp-options.js';
import { AmqpSession, type QueueMessage } from './amqp-session.js';
import { LastConsumer } from './last-consumer.js';
import { UnprovenExchange } from './unproven-exchange.js';

interface Times {
  readonly heartbeatSeconds: number;
  readonly connectTimeoutMs: number;
  readonly retryLowMs: number;
  readonly retryHighMs: number;
  readonly stopTimeoutMs: number;
}

/**
 * The notifications that OpenSDN's config API publishes to RabbitMQ (docs/opensdn.md, 3).
 *
 * Consumes from a queue of its own, `opensdn-svc-monitor.<host name>`, that is bound to the fanout exchange, so that the original
 * svc-monitor's queue is left alone. The queue is neither durable nor exclusive. It outlives the connection for `queueExpiresMs`:
 * a restart or a short cut of the network loses nothing then. Nothing depends on that, since everything is read anew after each
 * connect: a left-over queue that is of no use is deleted, as the stock daemons do (see `AmqpSession`). A clean stop deletes it. A queue
 * that another instance consumes from is left to it: who came first keeps it, and this one goes on trying.
 *
 * Each attempt is one connection to one broker, the next one in turn after each loss; after each round of them a wait that doubles
 * from `retryLowMs` to `retryHighMs`. Reset, missed heartbeats, closed channel, deleted queue, cancelled consumer, refused login: all
 * take this one way, for ever. Each reason is logged once in an outage; the latest stands in the status.
 *
 * Messages are acknowledged one by one, once the sink has taken them. At most `prefetch` are in memory beside those whose delivery
 * has begun, of which there are at most `prefetch` as well.
 */
export class AmqpSource implements ChangeSource {
  public readonly name: string;
  private readonly brokers: readonly Broker[];
  private readonly queue: QueueSettings;
  private readonly times: Times;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly metrics: Metrics;
  private readonly lifecycle: SourceLifecycle;
  private readonly window: DeliveryWindow;
  private readonly stopController = new AbortController();
  /** Messages that came before the sink was told of the connection. */
  private held: QueueMessage[] = [];
  private readonly lastConsumer: LastConsumer;
  private readonly unproven: UnprovenExchange;
  private session: AmqpSession | undefined;
  private following: Promise<void> | undefined;
  private stopping: Promise<void> | undefined;

  /** @throws SvcMonitorError `invalid-configuration` if a broker cannot be understood; nothing is connected yet */
  public constructor(options: AmqpSourceOptions) {
    this.name = options.name ?? 'amqp';
    this.brokers = brokersOf(options);
    this.queue = queueSettingsOf(options);
    this.times = {
      heartbeatSeconds: options.heartbeatSeconds ?? 5,
      connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
      retryLowMs: options.retryLowMs ?? 100,
      retryHighMs: options.retryHighMs ?? 1_000,
      stopTimeoutMs: options.stopTimeoutMs ?? 5_000,
    };
    this.clock = options.clock ?? new SystemClock();
    this.logger = options.logger ?? silentLogger;
    this.metrics = options.metrics ?? silentMetrics;
    this.lifecycle = new SourceLifecycle({ name: this.name, metrics: this.metrics, outages: options.outages });
    this.window = new DeliveryWindow(this.queue.prefetch);
    this.lastConsumer = new LastConsumer(this.clock, this.times.heartbeatSeconds);
    this.unproven = new UnprovenExchange({
      exchange: this.queue.exchange,
      logger: this.logger,
      outages: options.outages,
    });
  }

  public async start(sink: ChangeSink, signal: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    this.lifecycle.begin(sink);
    this.following = this.follow();
    try {
      await this.lifecycle.whenConnected(signal);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** See the interface. Takes at most `stopTimeoutMs`, however the broker and the sink behave. */
  public stop(): Promise<void> {
    this.stopping ??= this.close();
    return this.stopping;
  }

  public status(): SourceStatus {
    return this.lifecycle.status();
  }

  public reconnect(reason: SvcMonitorError): void {
    this.session?.giveUp(reason);
  }

  private follow(): Promise<void> {
    const { clock, brokers } = this;
    return keepConnected(
      {
        ...this.times,
        clock,
        servers: brokers,
        attempt: (attempt) => this.attempt(attempt),
        onLost: (error, isNews) => {
          this.report(error, isNews);
        },
      },
      this.stopController.signal,
    );
  }

  private async attempt({ server: broker, signal, connected }: Attempt<Broker>): Promise<Loss> {
    const session = this.openSession(broker);
    this.session = session;
    let isCancelled = false;
    try {
      await session.consume(signal);
      connected();
      if (session.madeExchange) this.unproven.made(broker);
      this.announce(broker);
      const { error, cancelled } = await session.lost;
      isCancelled = cancelled;
      // Whoever cancelled the consumer is about to declare the queue.
      return { error, unhurried: cancelled };
    } finally {
      if (session.consumed) this.lastConsumer.lost(isCancelled);
      // What has begun goes on; the broker delivers it once more, and the sink joins the two.
      this.held = [];
      this.window.dropWaiting();
      session.destroy();
      this.session = undefined;
    }
  }

  private report(error: SvcMonitorError, isNews: boolean): void {
    if (!this.lifecycle.reportDisconnected(error) || !isNews) return;
    this.logger.warn('the change stream is not connected, going on trying', {
      source: this.name,
      queue: this.queue.name,
      ...errorFields(error),
    });
  }

  private openSession(broker: Broker): AmqpSession {
    return new AmqpSession({
      broker,
      queue: this.queue,
      heartbeatSeconds: this.times.heartbeatSeconds,
      timeoutMs: this.times.connectTimeoutMs,
      mayTakeOver: this.lastConsumer.mayBeThere,
      clock: this.clock,
      onMessage: (message) => {
        this.receive(message);
      },
    });
  }

  private announce(broker: Broker): void {
    const outageMs = this.lifecycle.reportConnected();
    this.logger.info('the change stream is connected', {
      source: this.name,
      broker: `${broker.hostname}:${broker.port}`,
      queue: this.queue.name,
      ...(outageMs === undefined ? {} : { outageMs }),
    });
    const { held } = this;
    this.held = [];
    for (const message of held) this.receive(message);
  }

  private receive(message: QueueMessage): void {
    if (!this.lifecycle.active) return;
    if (!this.lifecycle.connected) {
      this.held.push(message);
      return;
    }
    const decoded = decodeNotification(message.body);
    if (decoded.outcome !== 'rejected') this.unproven.heard();
    if (decoded.outcome !== 'change') {
      skipMessage(decoded, this.deliveryOptions());
      message.acknowledge();
      return;
    }
    this.window.run(async () => {
      const outcome = await deliverChange(decoded.change, this.deliveryOptions());
      if (outcome === 'taken') message.acknowledge();
      if (outcome === 'failed') message.drop();
    });
  }

  private deliveryOptions(): DeliveryOptions {
    return { sink: this.lifecycle.sink, logger: this.logger, metrics: this.metrics };
  }

  private async close(): Promise<void> {
    this.lifecycle.end();
    this.window.dropWaiting();
    const { session } = this;
    try {
      await withTimeout(this.clock, this.times.stopTimeoutMs, new AbortController().signal, async (signal) => {
        await session?.cancel(signal);
        await this.window.idle();
        await session?.close(signal);
      });
    } catch (error) {
      this.logger.warn('the change source did not stop in good order', {
        source: this.name,
        deliveries: this.window.running,
        ...errorFields(error),
      });
    }
    this.stopController.abort(new SvcMonitorError('closed', 'the change source was stopped'));
    session?.destroy();
    await this.following;
  }
}
