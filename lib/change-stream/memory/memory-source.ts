import { SystemClock, withTimeout, type Clock } from '../../base/clock/index.js';
import { hasCode, SvcMonitorError, throwIfAborted } from '../../base/errors/index.js';
import { silentLogger, type Logger } from '../../base/log/index.js';
import { silentMetrics, type Metrics } from '../../base/metrics/index.js';
import type { Change, DecodedMessage } from '../change.js';
import { DeliveryWindow, defaultConcurrency } from '../delivery-window.js';
import { deliverChange, skipMessage, type DeliveryOptions } from '../delivery.js';
import { SourceLifecycle } from '../lifecycle.js';
import { decodeNotification, decodeNotificationValue } from '../notification.js';
import type { ChangeSink, ChangeSource, SourceStatus } from '../source.js';

/** What a {@link MemorySource} is made of; all of it can be left out. */
export interface MemorySourceOptions {
  /** Stands in the status and in metrics. Defaults to `memory`. */
  readonly name?: string;
  /** Deliveries at once. Defaults to 1024. */
  readonly concurrency?: number;
  /** Messages that are held unacknowledged; one more, and all are lost as if the queue had been deleted. Defaults to 10000. */
  readonly capacity?: number;
  /** Time that stopping waits for deliveries under way. Milliseconds; defaults to 5000. */
  readonly stopTimeoutMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
}

/** How a {@link MemorySource} is disconnected. */
export interface DisconnectOptions {
  /** Told to the sink. */
  readonly reason?: string;
  /** What is unacknowledged, and what is published until the reconnect, is lost: as when a broker restarts. Defaults to false. */
  readonly queueLost?: boolean;
}

interface Entry {
  readonly message: DecodedMessage;
  /** Resolves the promise that `publish` returned. */
  readonly settle: () => void;
}

/**
 * A change stream inside the process, for whoever embeds the monitor together with the server that it watches.
 *
 * Behaves as a broker with one queue: the queue exists from `start` to `stop`, holds what is published while the source is
 * disconnected, and delivers what was not acknowledged once more after a reconnect. What is published before `start` is lost; the
 * full read that follows each connection makes up for it.
 *
 * ```ts
 * const source = new MemorySource();
 * await source.start(sink, signal);
 * await source.publish({ oper: 'UPDATE', type: 'floating_ip', uuid });
 * ```
 */
export class MemorySource implements ChangeSource {
  public readonly name: string;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly metrics: Metrics;
  private readonly capacity: number;
  private readonly stopTimeoutMs: number;
  private readonly lifecycle: SourceLifecycle;
  private readonly window: DeliveryWindow;
  private readonly queue = new Set<Entry>();
  private up = true;
  private queueLost = false;
  /** Identity of the connection that stands. An acknowledgement counts only on the connection of its delivery. */
  private connection: object | undefined;
  private stopping: Promise<void> | undefined;

  public constructor(options: MemorySourceOptions = {}) {
    this.name = options.name ?? 'memory';
    this.clock = options.clock ?? new SystemClock();
    this.logger = options.logger ?? silentLogger;
    this.metrics = options.metrics ?? silentMetrics;
    this.capacity = options.capacity ?? 10_000;
    this.stopTimeoutMs = options.stopTimeoutMs ?? 5_000;
    this.lifecycle = new SourceLifecycle({ name: this.name, metrics: this.metrics });
    this.window = new DeliveryWindow(options.concurrency ?? defaultConcurrency);
  }

  public async start(sink: ChangeSink, signal: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    this.lifecycle.begin(sink);
    if (this.up) this.connect();
    else this.lifecycle.reportDisconnected(new SvcMonitorError('source-failed', 'disconnected by its owner'));
    try {
      await this.lifecycle.whenConnected(signal);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /**
   * Publishes a message: a {@link Change}, or a notification as it stands on the message bus, as parsed JSON or as its text.
   *
   * Resolves when the message is acknowledged (the sink has taken it, or has taken note that it was skipped), or when it is lost.
   * Never rejects. Whoever awaits each call is slowed down to the pace of the sink.
   */
  public publish(message: Change | object | string): Promise<void> {
    if (!this.lifecycle.active || this.queueLost) return Promise.resolve();
    if (this.queue.size >= this.capacity) this.overflow();
    return new Promise((resolve) => {
      const entry: Entry = { message: decode(message), settle: resolve };
      this.queue.add(entry);
      this.dispatch(entry);
    });
  }

  /** Cuts the connection, until {@link reconnect}. Before `start`: as a broker that is not up yet. */
  public disconnect(options: DisconnectOptions = {}): void {
    this.up = false;
    this.connection = undefined;
    this.window.dropWaiting();
    if (options.queueLost === true) {
      this.queueLost = true;
      this.loseAll();
    }
    this.lifecycle.reportDisconnected(
      new SvcMonitorError('source-failed', options.reason ?? 'disconnected by its owner'),
    );
  }

  /** Connects again, and delivers what was not acknowledged. */
  public reconnect(): void {
    this.up = true;
    if (this.lifecycle.active && this.connection === undefined) this.connect();
  }

  public stop(): Promise<void> {
    this.stopping ??= this.close();
    return this.stopping;
  }

  public status(): SourceStatus {
    return this.lifecycle.status();
  }

  private connect(): void {
    this.queueLost = false;
    this.connection = {};
    this.lifecycle.reportConnected();
    for (const entry of this.queue) this.dispatch(entry);
  }

  private dispatch(entry: Entry): void {
    const { connection } = this;
    if (connection === undefined) return;
    const { message } = entry;
    if (message.outcome !== 'change') {
      skipMessage(message, this.deliveryOptions());
      this.acknowledge(entry);
      return;
    }
    this.window.run(async () => {
      const outcome = await deliverChange(message.change, this.deliveryOptions());
      if (outcome !== 'refused' && connection === this.connection) this.acknowledge(entry);
    });
  }

  private deliveryOptions(): DeliveryOptions {
    return { sink: this.lifecycle.sink, logger: this.logger, metrics: this.metrics };
  }

  private acknowledge(entry: Entry): void {
    this.queue.delete(entry);
    entry.settle();
  }

  private overflow(): void {
    const wasUp = this.up;
    this.logger.warn('the queue of the change source is full, all of it is dropped and read anew', {
      source: this.name,
      capacity: this.capacity,
    });
    this.disconnect({ reason: `more than ${this.capacity} messages wait`, queueLost: true });
    this.queueLost = false;
    if (wasUp) this.reconnect();
  }

  private loseAll(): void {
    const lost = [...this.queue];
    this.queue.clear();
    for (const entry of lost) entry.settle();
  }

  private async close(): Promise<void> {
    this.lifecycle.end();
    this.window.dropWaiting();
    try {
      await withTimeout(this.clock, this.stopTimeoutMs, new AbortController().signal, () => this.window.idle());
    } catch (error) {
      if (!hasCode(error, 'timeout')) throw error;
      this.logger.warn('deliveries were still under way when the change source stopped', {
        source: this.name,
        deliveries: this.window.running,
      });
    }
    this.connection = undefined;
    this.loseAll();
  }
}

function decode(message: Change | object | string): DecodedMessage {
  if (typeof message === 'string') return decodeNotification(message);
  if (message instanceof Uint8Array) return decodeNotification(message);
  if (isChange(message)) return { outcome: 'change', change: message };
  return decodeNotificationValue(message);
}

// On the bus the same things are called `oper` and `type`.
function isChange(message: object): message is Change {
  return 'operation' in message && 'kind' in message;
}
