import type { Readable } from 'node:stream';
import { withTimeout, type Clock } from '../base/clock/index.js';
import { hasCode, SvcMonitorError } from '../base/errors/index.js';
import type { Logger } from '../base/log/index.js';
import { peers } from '../base/peer/index.js';
import { badAnswer, errorOfAnswer, withContext, type RequestContext } from './answer-errors.js';
import { withAuthentication, type TokenSource } from './authentication.js';
import { identityOf, keystoneTransport, tokenSource } from './client.js';
import { explained } from './connection-errors.js';
import { withoutToken } from './http-sender.js';
import { AxiosTransport, type HttpStream } from './http-transport.js';
import type { ConfigApiOptions } from './options.js';
import { agentHeaders, tokenHeader } from './request-headers.js';
import { serverUrls } from './server-list.js';

/** See {@link EventStreams}. */
export interface EventStreamsOptions extends ConfigApiOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Time for an attempt, from connecting to the headers of the answer, a login at Keystone included. Milliseconds. */
  readonly connectTimeoutMs: number;
  /** How the client calls itself in the API server's logs. Defaults to `<host name>:opensdn-svc-monitor`. */
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
  /** Base URLs of the servers. */
  public readonly servers: readonly string[];
  private readonly transport: AxiosTransport;
  private readonly keystone: AxiosTransport | undefined;
  private readonly tokens: TokenSource;

  /** @throws SvcMonitorError `invalid-configuration` for URLs or a token that cannot be used */
  public constructor(private readonly options: EventStreamsOptions) {
    this.servers = serverUrls(options.urls);
    this.transport = new AxiosTransport({ tls: options.tls });
    this.keystone = keystoneTransport(options);
    this.tokens = tokenSource(options, this.keystone ?? this.transport);
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
      throw withContext(context, explained(error, peers.configApi));
    }
  }

  /** Breaks all streams. */
  public close(): void {
    this.transport.close();
    this.keystone?.close();
  }

  private async request(context: RequestContext, token: string | undefined, signal: AbortSignal): Promise<Readable> {
    const headers = {
      Accept: 'text/event-stream',
      // Packed, events would wait for the packer's buffer to fill.
      'Accept-Encoding': 'identity',
      ...agentHeaders(identityOf(this.options)),
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
