import { Rounds, sleep, SystemClock, withTimeout, type Clock } from '../../base/clock/index.js';
import { SvcMonitorError, throwIfAborted, toSvcMonitorError } from '../../base/errors/index.js';
import { errorFields, silentLogger, type Logger } from '../../base/log/index.js';
import { silentMetrics, type Metrics } from '../../base/metrics/index.js';
import { DeliveryWindow } from '../delivery-window.js';
import { deliverChange, skipMessage, type DeliveryOptions } from '../delivery.js';
import { SourceLifecycle } from '../lifecycle.js';
import { decodeNotification } from '../notification.js';
import type { ChangeSink, ChangeSource, SourceStatus } from '../source.js';
import { brokersOf, queueSettingsOf, type AmqpSourceOptions, type Broker, type QueueSettings } from './amqp-options.js';
import { AmqpSession, type QueueMessage } from './amqp-session.js';

interface Times {
  readonly heartbeatSeconds: number;
  readonly connectTimeoutMs: number;
  readonly retryLowMs: number;
  readonly retryHighMs: number;
  readonly stopTimeoutMs: number;
}

/** How an attempt to follow the stream went. */
interface Attempt {
  readonly error: SvcMonitorError;
  /** Whether it ended because the broker took the consumer away. */
  readonly cancelled: boolean;
  /** How long it was connected. Milliseconds; undefined if it never was. */
  readonly connectedMs?: number;
}

/**
 * The notifications that OpenSDN's config API publishes to RabbitMQ (docs/opensdn.md, 3).
 *
 * Consumes from a queue of its own, `opensdn-svc-monitor.<host name>`, that is bound to the fanout exchange, so that the original
 * svc-monitor's queue is left alone. The queue is neither durable nor exclusive. It outlives the connection for `queueExpiresMs`:
 * a restart or a short cut of the network loses nothing then. Nothing depends on that, since everything is read anew after each
 * connect: a left-over queue that is of no use is deleted, as the stock daemons do (see `AmqpSession`). A clean stop deletes it.
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
    this.lifecycle = new SourceLifecycle({ name: this.name, metrics: this.metrics });
    this.window = new DeliveryWindow(this.queue.prefetch);
  }

  public async start(sink: ChangeSink, signal: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    this.lifecycle.begin(sink);
    this.following = this.follow(this.stopController.signal);
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

  /** Keeps one session after the other, until it is stopped. Never rejects. */
  private async follow(signal: AbortSignal): Promise<void> {
    const { retryLowMs, retryHighMs } = this.times;
    const rounds = new Rounds({ servers: this.brokers.length, retryLowMs, retryHighMs });
    let cancelled = false;
    for (let turn = 0; ; turn++) {
      const broker = this.brokers[turn % this.brokers.length];
      if (broker === undefined) return;
      const attempt = await this.attempt(broker, !cancelled, signal);
      if (signal.aborted) return;
      cancelled = attempt.cancelled || (cancelled && attempt.connectedMs === undefined);
      if (this.lifecycle.reportDisconnected(attempt.error)) {
        this.logger.warn('the change stream is not connected, going on trying', {
          source: this.name,
          queue: this.queue.name,
          ...errorFields(attempt.error),
        });
      }
      // Whoever cancelled the consumer is about to declare the queue: not to be hurried.
      const delay = Math.max(rounds.delayAfter(attempt.connectedMs), attempt.cancelled ? retryLowMs : 0);
      if (delay === 0) continue;
      try {
        await sleep(this.clock, delay, signal);
      } catch {
        // Stopped meanwhile: nothing else ends a sleep.
        return;
      }
    }
  }

  private async attempt(broker: Broker, mayTakeOver: boolean, signal: AbortSignal): Promise<Attempt> {
    let session: AmqpSession | undefined;
    let connectedAt: number | undefined;
    try {
      session = this.openSession(broker, mayTakeOver);
      this.session = session;
      await session.consume(signal);
      connectedAt = this.clock.monotonic();
      this.announce(broker);
      const loss = await session.lost;
      return { ...loss, connectedMs: this.clock.monotonic() - connectedAt };
    } catch (error) {
      return { error: toSvcMonitorError(error), cancelled: false };
    } finally {
      // What has begun goes on; the broker delivers it once more, and the sink joins the two.
      this.held = [];
      this.window.dropWaiting();
      session?.destroy();
      this.session = undefined;
    }
  }

  private openSession(broker: Broker, mayTakeOver: boolean): AmqpSession {
    return new AmqpSession({
      broker,
      queue: this.queue,
      heartbeatSeconds: this.times.heartbeatSeconds,
      timeoutMs: this.times.connectTimeoutMs,
      mayTakeOver,
      clock: this.clock,
      onMessage: (message) => {
        this.receive(message);
      },
    });
  }

  private announce(broker: Broker): void {
    this.logger.info('the change stream is connected', {
      source: this.name,
      broker: `${broker.hostname}:${broker.port}`,
      queue: this.queue.name,
    });
    this.lifecycle.reportConnected();
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
