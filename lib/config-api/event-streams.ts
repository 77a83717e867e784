import type { Readable } from 'node:stream';
import { withTimeout, type Clock } from '../base/clock/index.js';
import { hasCode, SvcMonitorError } from '../base/errors/index.js';
import type { Logger } from '../base/log/index.js';
import { badAnswer, errorOfAnswer, withContext, type RequestContext } from './answer-errors.js';
import { withAuthentication, type TokenSource } from './authentication.js';
import { defaults, tokenSource } from './client.js';
import { agentHeaders, tokenHeader, withoutToken } from './http-sender.js';
import { AxiosTransport, type HttpStream } from './http-transport.js';
import type { ConfigApiOptions } from './options.js';
import { ServerList } from './server-list.js';

/** See {@link EventStreams}. */
export interface EventStreamsOptions extends ConfigApiOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Time for an attempt, from connecting to the headers of the answer, a login at Keystone included. Milliseconds. */
  readonly connectTimeoutMs: number;
  /** How the client calls itself in the API server's logs. Defaults to `opensdn-svc-monitor`. */
  readonly userAgent?: string;
}

/** A stream of server-sent events that has begun. */
export interface EventStream {
  /** Base URL of the server that sends it. */
  readonly server: string;
  /** See {@link HttpStream.body}. */
  readonly body: Readable;
}

/** As much of an answer that is no stream is read. Characters; errors hold less. */
const longestRefusal = 4096;

/**
 * Opens streams of server-sent events at the config API, with the servers, credentials and TLS of its client's options. No repeats, but
 * for a token that was refused; who holds it decides when the next server is asked.
 */
export class EventStreams {
  private readonly list: ServerList;
  private readonly transport: AxiosTransport;
  private readonly tokens: TokenSource;

  /** @throws SvcMonitorError `invalid-configuration` for URLs or a token that cannot be used */
  public constructor(private readonly options: EventStreamsOptions) {
    this.list = new ServerList(options.urls);
    this.transport = new AxiosTransport({ tls: options.tls });
    this.tokens = tokenSource(options, this.transport);
  }

  /** Base URLs of the servers. */
  public get servers(): readonly string[] {
    return this.list.all;
  }

  /**
   * Asks a server for a stream.
   *
   * @param server its base URL, one of {@link servers}
   * @param path path and query
   * @throws SvcMonitorError `timeout`, `unavailable`, `unauthorized`, `forbidden`, `bad-request`, `bad-answer` (also for an answer that is no
   * stream of events), `closed`, `aborted`
   */
  public async open(server: string, path: string, signal: AbortSignal): Promise<EventStream> {
    const context = { operation: 'watch', method: 'GET', path, server } as const;
    const { clock, connectTimeoutMs } = this.options;
    try {
      const body = await withTimeout(clock, connectTimeoutMs, signal, (until) =>
        withAuthentication(this.tokens, until, (token) => this.request(context, token, until)),
      );
      return { server, body };
    } catch (error) {
      const isComplete = !SvcMonitorError.is(error) || 'server' in error.details;
      if (isComplete || hasCode(error, 'aborted', 'closed', 'bug')) throw error;
      throw withContext(context, error);
    }
  }

  /** Breaks all streams. */
  public close(): void {
    this.transport.close();
  }

  private async request(context: RequestContext, token: string | undefined, signal: AbortSignal): Promise<Readable> {
    const headers = {
      Accept: 'text/event-stream',
      // Packed, events would wait for the packer's buffer to fill.
      'Accept-Encoding': 'identity',
      ...agentHeaders(this.options.userAgent ?? defaults.userAgent),
      ...(token === undefined ? {} : { [tokenHeader]: token }),
    };
    const url = `${context.server}${context.path}`;
    const stream = await this.transport.stream({ method: 'GET', url, headers }, signal);
    if (stream.status === 200 && isEventStream(stream)) return stream.body;
    const { status } = stream;
    const answer = withoutToken({ headers }, { status, headers: stream.headers, body: await beginningOf(stream.body) });
    if (status === 200) throw badAnswer(context, answer, ['content-type: not text/event-stream']);
    throw errorOfAnswer(context, answer);
  }
}

function isEventStream({ headers }: HttpStream): boolean {
  return /^text\/event-stream\b/i.test(headers['content-type'] ?? '');
}

/** The beginning of a body; what is left of it is not read. */
async function beginningOf(body: Readable): Promise<string> {
  let text = '';
  body.setEncoding('utf8');
  try {
    for await (const chunk of body) {
      text += String(chunk);
      if (text.length >= longestRefusal) break;
    }
  } catch {
    // The status tells more than that its text was cut short.
  }
  body.destroy();
  return text.slice(0, longestRefusal);
}
