import type { KafkaMessage } from 'kafkajs';
import { SystemClock, withTimeout, type Clock } from '../../base/clock/index.js';
import { throwIfAborted, SvcMonitorError, toSvcMonitorError } from '../../base/errors/index.js';
import { isGapMark } from '../../kafka/index.js';
import { errorFields, silentLogger, type Logger } from '../../base/log/index.js';
import { silentMetrics, type Metrics } from '../../base/metrics/index.js';
import { keepConnected, type Attempt, type Loss } from '../../base/reconnect/index.js';
import { DeliveryWindow, defaultConcurrency } from '../delivery-window.js';
import { deliverChange, skipMessage, type DeliveryOptions } from '../delivery.js';
import { SourceLifecycle } from '../lifecycle.js';
import { decodeNotification } from '../notification.js';
import type { ChangeSink, ChangeSource, SourceStatus } from '../source.js';
import { OwnMembers } from './members.js';
import { KafkaSession } from './kafka-session.js';
import { subscriptionOf, type KafkaSourceOptions, type Subscription } from './kafka-source-options.js';
import type { Positions } from './positions.js';
import type { StartingPlace } from './starting-place.js';

/**
 * The config changes of a Kafka topic: the notifications of OpenSDN's message bus, as the relay carries them over.
 *
 * Reads all partitions, in a consumer group of its own: every cache is whole, however many monitors there are. Where to begin is found
 * out before `connected`, so that no change falls between the full read and the stream. A later session of the same process goes on
 * where the one before was, and says `resumed`, if the topic still holds everything since; else it begins at the end and says `connected`.
 * Committed is, now and then, up to the lowest offset whose message the sink has not taken: a process that was killed leaves the rest to
 * its successor.
 *
 * Each attempt is one client. Whatever happens to it, a crash, a broker that is away, a client that idles, a session that ends: it is
 * given up and the next one begins, with a wait that doubles from `retryLowMs` to `retryHighMs`.
 *
 * In memory are at most `concurrency` deliveries, and one fetch of each broker.
 */
export class KafkaSource implements ChangeSource {
  public readonly name: string;
  private readonly subscription: Subscription;
  private readonly retryLowMs: number;
  private readonly retryHighMs: number;
  private readonly stopTimeoutMs: number;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly metrics: Metrics;
  private readonly lifecycle: SourceLifecycle;
  private readonly window: DeliveryWindow;
  private readonly stopController = new AbortController();
  private readonly members = new OwnMembers();
  /** Where the last session was. */
  private positions: Positions | undefined;
  private session: KafkaSession | undefined;
  private following: Promise<void> | undefined;
  private stopping: Promise<void> | undefined;

  /** @throws SvcMonitorError `invalid-configuration` if there are no brokers; nothing is connected yet */
  public constructor(options: KafkaSourceOptions) {
    this.name = options.name ?? 'kafka';
    this.subscription = subscriptionOf(options);
    this.retryLowMs = options.retryLowMs ?? 100;
    this.retryHighMs = options.retryHighMs ?? 1_000;
    this.stopTimeoutMs = options.stopTimeoutMs ?? 5_000;
    this.clock = options.clock ?? new SystemClock();
    this.logger = options.logger ?? silentLogger;
    this.metrics = options.metrics ?? silentMetrics;
    this.lifecycle = new SourceLifecycle({ name: this.name, metrics: this.metrics, outages: options.outages });
    this.window = new DeliveryWindow(options.concurrency ?? defaultConcurrency);
  }

  /** See the interface. */
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

  /** See the interface. Takes at most `stopTimeoutMs`, however the brokers and the sink behave. */
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
    const { clock, retryLowMs, retryHighMs, subscription } = this;
    return keepConnected(
      {
        clock,
        // The client asks the brokers of the cluster in turn by itself.
        servers: [subscription],
        retryLowMs,
        retryHighMs,
        attempt: (attempt) => this.attempt(attempt),
        onLost: (error, isNews) => {
          this.report(error, isNews);
        },
      },
      this.stopController.signal,
    );
  }

  private async attempt({ signal, connected }: Attempt<Subscription>): Promise<Loss> {
    const session = this.openSession();
    this.session = session;
    let error: SvcMonitorError;
    try {
      await session.begin(signal, (place) => {
        connected();
        this.announce(place);
      });
      error = await session.lost;
    } catch (caught) {
      error = toSvcMonitorError(caught);
    } finally {
      session.pause();
      this.window.dropWaiting();
    }
    // What a topic of the same name will hold has nothing to do with the one that was read.
    if (error.details['reason'] === 'UNKNOWN_TOPIC_OR_PARTITION') this.positions = undefined;
    if (!signal.aborted) await session.destroy();
    return { error };
  }

  private openSession(): KafkaSession {
    return new KafkaSession({
      subscription: this.subscription,
      positions: this.positions,
      members: this.members,
      window: this.window,
      clock: this.clock,
      logger: this.logger,
      onMessage: (message) => this.receive(message),
      onMissed: () => {
        this.miss('messages were removed from the topic before they were read');
      },
      onLag: (messages) => {
        this.metrics.set('source_lag', { source: this.name }, messages);
      },
    });
  }

  private announce({ positions, missed }: StartingPlace): void {
    const { topic, groupId } = this.subscription;
    this.positions = positions;
    const outageMs = this.lifecycle.reportConnected(missed ? 'anew' : 'resumed');
    this.logger.info('the change stream is connected', {
      source: this.name,
      topic,
      group: groupId,
      resumed: !missed,
      ...(outageMs === undefined ? {} : { outageMs }),
    });
  }

  private report(error: SvcMonitorError, isNews: boolean): void {
    const { topic, groupId } = this.subscription;
    if (!this.lifecycle.reportDisconnected(error) || !isNews) return;
    this.logger.warn('the change stream is not connected, going on trying', {
      source: this.name,
      topic,
      group: groupId,
      ...errorFields(error),
    });
  }

  private async receive(message: KafkaMessage): Promise<'taken' | 'refused'> {
    if (!this.lifecycle.active) return 'refused';
    if (isGapMark(message.headers)) {
      this.miss('the stream says that changes may have been lost on their way into it');
      return 'taken';
    }
    const decoded = decodeNotification(message.value ?? '');
    if (decoded.outcome !== 'change') {
      skipMessage(decoded, this.deliveryOptions());
      return 'taken';
    }
    const outcome = await deliverChange(decoded.change, this.deliveryOptions());
    // A change at which the sink fails is dropped: it would fail again, and hold up the commit.
    return outcome === 'refused' ? 'refused' : 'taken';
  }

  private miss(reason: string): void {
    if (!this.lifecycle.active) return;
    this.logger.warn('changes may have been missed, everything is read anew', { source: this.name, reason });
    this.lifecycle.sink.missed();
  }

  private deliveryOptions(): DeliveryOptions {
    return { sink: this.lifecycle.sink, logger: this.logger, metrics: this.metrics };
  }

  private async close(): Promise<void> {
    const { session } = this;
    this.lifecycle.end();
    session?.pause();
    this.window.dropWaiting();
    try {
      await withTimeout(this.clock, this.stopTimeoutMs, new AbortController().signal, async (signal) => {
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
    await session?.destroy();
    await this.following;
  }
}
