import { createParser, type EventSourceParser } from 'eventsource-parser';
import { withTimeout, type Clock } from '../../base/clock/index.js';
import type { EventStream } from '../../config-api/index.js';
import { hasCode, SvcMonitorError } from '../../base/errors/index.js';
import type { ServerSentEvent } from './watch-event.js';

/** What a {@link WatchSession} is made of. */
export interface WatchSessionOptions {
  readonly stream: EventStream;
  readonly clock: Clock;
  /** A stream without a byte for so long is given up. Milliseconds. */
  readonly silenceMs: number;
  /** Characters. */
  readonly maxEventLength: number;
}

/**
 * One stream of events, from its beginning to its loss. Events are read when they are asked for: as long as nobody does, the stream
 * stands still, and the server has to keep what comes.
 */
export class WatchSession {
  private readonly chunks: AsyncIterator<unknown>;
  private readonly life = new AbortController();
  private readonly parser: EventSourceParser;
  private events: ServerSentEvent[] = [];
  private overflow = false;
  private givenUp: SvcMonitorError | undefined;

  public constructor(private readonly options: WatchSessionOptions) {
    const { body } = options.stream;
    body.setEncoding('utf8');
    this.parser = createParser({
      maxBufferSize: options.maxEventLength,
      onEvent: (event) => this.events.push(event),
      // Other lines that it does not understand are to be passed over, by the standard of server-sent events.
      onError: ({ type }) => {
        this.overflow ||= type === 'max-buffer-size-exceeded';
      },
    });
    body.once('close', () => {
      this.life.abort(this.failure('the stream broke'));
    });
    this.chunks = body[Symbol.asyncIterator]();
  }

  /** Fires when the stream is lost, or ended. */
  public get lost(): AbortSignal {
    return this.life.signal;
  }

  /**
   * The events of the next piece of the stream; none, if it holds none.
   *
   * @throws SvcMonitorError `source-failed` when the stream has ended, broke, is silent for too long or has an event that is too long;
   * `aborted`
   */
  public async next(signal: AbortSignal): Promise<readonly ServerSentEvent[]> {
    const chunk = await this.read(signal);
    if (this.givenUp !== undefined) throw this.givenUp;
    if (chunk.done === true) throw this.failure('the server has ended the stream');
    this.parser.feed(String(chunk.value));
    if (this.overflow) throw this.failure(`an event is longer than ${this.options.maxEventLength} characters`);
    const { events } = this;
    this.events = [];
    return events;
  }

  /** Ends it as lost, for that reason. */
  public giveUp(error: SvcMonitorError): void {
    this.givenUp = error;
    this.destroy();
  }

  /** Ends it at once. May be called twice. */
  public destroy(): void {
    this.options.stream.body.destroy();
  }

  /** A failure of this stream. */
  public failure(message: string, reason?: string): SvcMonitorError {
    return new SvcMonitorError('source-failed', reason === undefined ? message : `${message}: ${reason}`, {
      details: { server: this.options.stream.server },
    });
  }

  private async read(signal: AbortSignal): Promise<IteratorResult<unknown>> {
    const { clock, silenceMs } = this.options;
    try {
      return await withTimeout(clock, silenceMs, signal, () => this.chunks.next());
    } catch (error) {
      if (this.givenUp !== undefined) throw this.givenUp;
      if (hasCode(error, 'timeout'))
        throw this.failure(`nothing has come for ${silenceMs} ms, not even a sign of life`);
      if (SvcMonitorError.is(error)) throw error;
      // Only its code: the HTTP client's errors hold the request, and the request the token.
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
      throw this.failure('the stream broke', code);
    }
  }
}
