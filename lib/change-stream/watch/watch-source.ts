import { SystemClock, withTimeout, type Clock } from '../../base/clock/index.js';
import { EventStreams } from '../../config-api/index.js';
import { hasCode, SvcMonitorError, throwIfAborted, toSvcMonitorError } from '../../base/errors/index.js';
import { errorFields, silentLogger, type Logger } from '../../base/log/index.js';
import { silentMetrics, type Metrics } from '../../base/metrics/index.js';
import { keepConnected, type Attempt } from '../../base/reconnect/index.js';
import { DeliveryWindow, defaultConcurrency } from '../delivery-window.js';
import { deliverChange, skipMessage, type DeliveryOptions } from '../delivery.js';
import { SourceLifecycle } from '../lifecycle.js';
import type { ChangeSink, ChangeSource, SourceStatus } from '../source.js';
import { decodeWatchedChange, type ServerSentEvent } from './watch-event.js';
import { watchedKinds, watchPath, type WatchSourceOptions } from './watch-options.js';
import { WatchSession } from './watch-session.js';

interface Times {
  readonly silenceMs: number;
  readonly pauseTimeoutMs: number;
  readonly retryLowMs: number;
  readonly retryHighMs: number;
  readonly stopTimeoutMs: number;
}

/** What is known of the connection that is being made or stands. */
interface Connection {
  readonly attempt: Attempt<string>;
  readonly session: WatchSession;
  /** Fires when it is lost, or the source is stopped. */
  readonly over: AbortSignal;
  /** Kinds of which the first read has not come yet; none, and it is connected. */
  awaited: number;
  /** Changes that came before it was complete. */
  early: ServerSentEvent[];
}

const defaultMaxEventLength = 256 * 1024 * 1024;
// By then the third sign of life is due.
const silentIntervals = 2.5;
const mostEarly = 10_000;

/**
 * The config API's own stream of changes, `GET /watch` (docs/opensdn.md, 3; recording 15): needs nothing but HTTP.
 *
 * Each connection begins with all objects of each kind (`init`); when the last kind has come, it is connected. What was missed before is
 * read anew then, as the stream can't be resumed. Events hold the whole object, but no request-id: which request did what is not to be
 * learned from this source.
 *
 * Each attempt is one connection to one API server, the next one in turn after each loss; after each round of them a wait that doubles
 * from `retryLowMs` to `retryHighMs`. Reset, refusal, silence, the `stop` event of a server that gives up: all take this one way, for
 * ever. Each reason is logged once in an outage; the latest stands in the status.
 *
 * In memory are at most `concurrency` changes that are delivered, one piece of the stream (some 64 kB), and one event that has not come
 * whole. While that many are delivered nothing is read; the server keeps what comes, at most for `pauseTimeoutMs`.
 */
export class WatchSource implements ChangeSource {
  public readonly name: string;
  private readonly path: string;
  private readonly kindCount: number;
  private readonly streams: EventStreams;
  private readonly maxEventLength: number;
  private readonly times: Times;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly metrics: Metrics;
  private readonly lifecycle: SourceLifecycle;
  private readonly window: DeliveryWindow;
  private readonly stopController = new AbortController();
  private session: WatchSession | undefined;
  private following: Promise<void> | undefined;
  private stopping: Promise<void> | undefined;

  /** @throws SvcMonitorError `invalid-configuration` for servers, a token or kinds that cannot be used; nothing is connected yet */
  public constructor(options: WatchSourceOptions) {
    this.name = options.name ?? 'watch';
    this.path = watchPath(options.kinds);
    this.kindCount = watchedKinds(options.kinds).length;
    this.maxEventLength = options.maxEventLength ?? defaultMaxEventLength;
    this.times = {
      silenceMs: silentIntervals * (options.keepaliveIntervalMs ?? 60_000),
      pauseTimeoutMs: options.pauseTimeoutMs ?? 60_000,
      retryLowMs: options.retryLowMs ?? 100,
      retryHighMs: options.retryHighMs ?? 1_000,
      stopTimeoutMs: options.stopTimeoutMs ?? 5_000,
    };
    this.clock = options.clock ?? new SystemClock();
    this.logger = options.logger ?? silentLogger;
    this.metrics = options.metrics ?? silentMetrics;
    this.streams = new EventStreams({
      ...options.configApi,
      connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
      clock: this.clock,
      logger: this.logger,
      ...(options.userAgent === undefined ? {} : { userAgent: options.userAgent }),
    });
    this.lifecycle = new SourceLifecycle({ name: this.name, metrics: this.metrics, outages: options.outages });
    this.window = new DeliveryWindow(options.concurrency ?? defaultConcurrency);
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

  /** See the interface. Takes at most `stopTimeoutMs`, however the server and the sink behave. */
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
    const { clock, streams } = this;
    return keepConnected(
      {
        ...this.times,
        clock,
        servers: streams.servers,
        attempt: (attempt) => this.attempt(attempt),
        onLost: (error, isNews) => {
          this.report(error, isNews);
        },
      },
      this.stopController.signal,
    );
  }

  /** Follows the stream of one server. Rejects with what ended it. */
  private async attempt(attempt: Attempt<string>): Promise<never> {
    const { clock, maxEventLength } = this;
    const { silenceMs } = this.times;
    const { server, signal } = attempt;
    let session: WatchSession | undefined;
    try {
      const stream = await this.streams.open(server, this.path, signal);
      session = new WatchSession({ stream, clock, silenceMs, maxEventLength });
      this.session = session;
      const over = AbortSignal.any([signal, session.lost]);
      const connection: Connection = { attempt, session, over, awaited: this.kindCount, early: [] };
      for (;;) {
        for (const event of await session.next(signal)) await this.take(event, connection);
      }
    } catch (error) {
      throw sourceFailure(error);
    } finally {
      this.session = undefined;
      session?.destroy();
    }
  }

  private report(error: SvcMonitorError, isNews: boolean): void {
    if (!this.lifecycle.reportDisconnected(error) || !isNews) return;
    this.logger.warn('the change stream is not connected, going on trying', {
      source: this.name,
      ...errorFields(error),
    });
  }

  /** Takes the events in their order; waits as long as enough of them are being delivered. */
  private async take(event: ServerSentEvent, connection: Connection): Promise<void> {
    const { session } = connection;
    switch (event.event) {
      case 'stop':
        throw session.failure('the server has stopped the stream');
      case 'init':
        // What it holds is read by lists after `connected`, as with every source.
        connection.awaited -= 1;
        if (connection.awaited === 0) await this.connect(connection);
        return;
      default:
        if (connection.awaited <= 0) await this.deliver(event, connection);
        else if (connection.early.push(event) > mostEarly) {
          throw session.failure(`more than ${mostEarly} changes came before the first read was complete`);
        }
    }
  }

  private async connect(connection: Connection): Promise<void> {
    const { server, connected } = connection.attempt;
    connected();
    const outageMs = this.lifecycle.reportConnected();
    const lasted = outageMs === undefined ? {} : { outageMs };
    this.logger.info('the change stream is connected', { source: this.name, server, ...lasted });
    const { early } = connection;
    connection.early = [];
    for (const event of early) await this.deliver(event, connection);
  }

  private async deliver(event: ServerSentEvent, connection: Connection): Promise<void> {
    const decoded = decodeWatchedChange(event);
    if (decoded.outcome !== 'change') {
      skipMessage(decoded, this.deliveryOptions());
      return;
    }
    await this.untilRoom(connection);
    this.window.run(async () => {
      await deliverChange(decoded.change, this.deliveryOptions());
    });
  }

  /** Also ends when the stream is lost meanwhile: what it held is read anew. */
  private async untilRoom({ session, over }: Connection): Promise<void> {
    const { pauseTimeoutMs } = this.times;
    try {
      throwIfAborted(over);
      if (!this.window.hasRoom) await withTimeout(this.clock, pauseTimeoutMs, over, () => this.window.room());
    } catch (error) {
      if (session.lost.aborted) throw session.lost.reason;
      if (!hasCode(error, 'timeout')) throw error;
      throw session.failure(`the stream could not be read for ${pauseTimeoutMs} ms: deliveries do not end`);
    }
  }

  private deliveryOptions(): DeliveryOptions {
    return { sink: this.lifecycle.sink, logger: this.logger, metrics: this.metrics };
  }

  private async close(): Promise<void> {
    this.lifecycle.end();
    // Nothing is acknowledged on this stream, so it can go at once. What has not begun is read anew after the next start.
    this.stopController.abort(new SvcMonitorError('closed', 'the change source was stopped'));
    await this.following;
    try {
      await withTimeout(this.clock, this.times.stopTimeoutMs, new AbortController().signal, () => this.window.idle());
    } catch (error) {
      this.logger.warn('the change source did not stop in good order', {
        source: this.name,
        deliveries: this.window.running,
        ...errorFields(error),
      });
    }
    this.streams.close();
  }
}

/** Whatever ended the stream as `source-failed`. Bugs stay what they are. */
function sourceFailure(caught: unknown): SvcMonitorError {
  const error = toSvcMonitorError(caught);
  if (error.code === 'source-failed' || error.code === 'bug') return error;
  return new SvcMonitorError('source-failed', error.message, {
    cause: error,
    details: {
      ...(isRefusal(error) ? { problem: 'stream-refused', setting: 'auth.mode' } : {}),
      ...error.details,
      reason: error.code,
    },
  });
}

function isRefusal(error: SvcMonitorError): boolean {
  return hasCode(error, 'unauthorized', 'forbidden');
}
