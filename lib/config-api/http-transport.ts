import type { Readable } from 'node:stream';
import axios, { type AxiosInstance, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { errors } from 'undici';
import { SvcMonitorError, throwIfAborted } from '../base/errors/index.js';
import type { MaybeLive } from '../base/live/index.js';
import type { TlsMaterial } from '../base/tls/index.js';
import { ConnectionPools, type ConnectionUse } from './connection-pools.js';
import { undiciAdapter, type AdapterConfig } from './undici-adapter.js';

/** An HTTP request, ready to be sent. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Where it is left out, it is the transport's own choice. */
  readonly connection?: ConnectionUse;
  /**
   * Asked when a connection stands and nothing is left but to send it: what may not be sent any more rejects with `aborted`. A process that
   * thaws while it connects sends nothing by it that is no more its own to send. Defaults to always.
   */
  readonly mayBeSent?: () => boolean;
}

/** An answer of whatever status, complete. Header names are in lower case. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends one HTTP request, once, without any policy. */
export interface HttpTransport {
  /**
   * Resolves with the answer whatever its status. Rejects with `unavailable` (no connection, or it broke), `bad-answer` (not
   * HTTP, badly compressed, or too long), `closed`, or `aborted`: the connection is destroyed then. It has no timeout of its own for
   * the answer; one for connecting it may have.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>;
  /** Closes all connections. Requests under way, and any later one, reject with `closed`. */
  close(): void;
}

/** An answer of whatever status, whose body goes on for as long as the server sends. Header names are in lower case. */
export interface HttpStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes as they come. To be read or destroyed by whoever got it; its errors are the HTTP client's own and may hold secrets. */
  readonly body: Readable;
}

/** Sends one HTTP request, once, and hands out the answer when its headers have come. */
export interface StreamingTransport {
  /** As {@link HttpTransport.send}; once it has resolved, the signal means nothing any more. */
  stream(request: HttpRequest, signal: AbortSignal): Promise<HttpStream>;
}

/** See {@link AxiosTransport}. */
export interface AxiosTransportOptions {
  /** Whether connections are reused where a request does not say. Defaults to false, see {@link ConfigApiOptions.keepAlive}. */
  readonly keepAlive?: boolean | undefined;
  readonly tls?: MaybeLive<TlsMaterial> | undefined;
  /** Longest answer, uncompressed, that is read. Bytes; defaults to 256 MiB. */
  readonly maxAnswerBytes?: number | undefined;
}

const defaultMaxAnswerBytes = 256 * 1024 * 1024;

/** {@link HttpTransport} on axios, with undici beneath it. Proxies of the environment and redirects are not followed. */
export class AxiosTransport implements HttpTransport, StreamingTransport {
  private readonly pools: ConnectionPools;
  private readonly clients: Readonly<Record<ConnectionUse, AxiosInstance>>;
  private readonly connection: ConnectionUse;
  private closed = false;

  public constructor(options: AxiosTransportOptions = {}) {
    this.connection = options.keepAlive === true ? 'reused' : 'fresh';
    this.pools = new ConnectionPools(options.tls);
    const { maxAnswerBytes = defaultMaxAnswerBytes } = options;
    this.clients = { fresh: this.client('fresh', maxAnswerBytes), reused: this.client('reused', maxAnswerBytes) };
  }

  public async send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const response = await this.exchange<unknown>(request, {}, signal);
    return {
      status: response.status,
      headers: textHeaders(response.headers),
      body: typeof response.data === 'string' ? response.data : '',
    };
  }

  public async stream(request: HttpRequest, signal: AbortSignal): Promise<HttpStream> {
    const endless = { responseType: 'stream' } as const;
    // A stream has its connection for itself in either case. Of one that is not kept undici would not tell why it broke.
    const kept = { ...request, connection: 'reused' } as const;
    const response = await this.exchange<Readable>(kept, endless, signal);
    // Whoever reads it sees its error; one that comes before would end the process.
    response.data.on('error', () => undefined);
    return { status: response.status, headers: textHeaders(response.headers), body: response.data };
  }

  public close(): void {
    this.closed = true;
    this.pools.destroy();
  }

  private client(use: ConnectionUse, maxAnswerBytes: number): AxiosInstance {
    return axios.create({
      adapter: undiciAdapter((origin) => this.pools.to(origin, use)),
      maxContentLength: maxAnswerBytes,
      responseType: 'text',
      validateStatus: () => true,
      // The bodies are texts both ways: who asks knows whether it is JSON.
      transformRequest: [(data: unknown) => data],
      transformResponse: [(data: unknown) => data],
    });
  }

  private async exchange<T>(
    request: HttpRequest,
    more: AxiosRequestConfig,
    signal: AbortSignal,
  ): Promise<AxiosResponse<T>> {
    throwIfAborted(signal);
    const ended = this.ended();
    if (ended !== undefined) throw ended;
    try {
      const config: AdapterConfig = {
        method: request.method,
        url: request.url,
        headers: { ...request.headers },
        data: request.body,
        signal,
        ...(request.mayBeSent === undefined ? {} : { mayBeSent: request.mayBeSent }),
        ...more,
      };
      return await this.clients[request.connection ?? this.connection].request<T>(config);
    } catch (error) {
      throwIfAborted(signal);
      throw this.ended() ?? failureOf(error, this.pools);
    }
  }

  private ended(): SvcMonitorError | undefined {
    return this.closed ? new SvcMonitorError('closed', 'the client of the config API is closed') : undefined;
  }
}

function textHeaders(headers: object): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') texts[name.toLowerCase()] = value;
  }
  return texts;
}

/** undici's parser of HTTP gives its errors no code. */
const parserCode = 'UND_ERR_HTTP_PARSER';

/** Codes of answers that no API server sends. */
const badAnswers: ReadonlySet<string> = new Set([parserCode, 'UND_ERR_HEADERS_OVERFLOW']);

/** How the record of an alert begins. */
const tlsAlert = '\u0015\u0003';

/** Codes of requests that cannot be sent: nobody but their maker can help. */
const unsendable: ReadonlySet<string> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']);

/**
 * The failure by itself: only its message and code are taken over, never the error as `cause`, since what hangs on it may hold the token,
 * the request's body and the TLS key.
 */
function failureOf(error: unknown, pools: ConnectionPools): SvcMonitorError {
  if (SvcMonitorError.is(error)) return error;
  const { code, message } = brokenBy(error, pools);
  if (code === undefined || unsendable.has(code)) {
    return new SvcMonitorError('bug', `the HTTP client failed: ${message}`);
  }
  const text = message === '' ? code : message;
  const details = { reason: code };
  // What the parser says of an answer that ends before its end: the connection broke.
  const isBad = badAnswers.has(code) && !message.includes('Invalid EOF state');
  return isBad
    ? new SvcMonitorError('bad-answer', `no usable answer: ${text}`, { details })
    : new SvcMonitorError('unavailable', `no connection, or it broke: ${text}`, { details });
}

function brokenBy(
  error: unknown,
  pools: ConnectionPools,
): { readonly code: string | undefined; readonly message: string } {
  const port = error instanceof errors.SocketError ? error.socket?.localPort : undefined;
  const reason = port === undefined ? undefined : pools.reasonFor(port);
  if (reason !== undefined) return reason;
  return { code: codeOf(error), message: (error instanceof Error ? error.message : String(error)).trim() };
}

/** What the parser was given, which undici's types keep silent about. */
function dataOf(error: Error): string {
  return 'data' in error && typeof error.data === 'string' ? error.data : '';
}

function codeOf(error: unknown): string | undefined {
  // A port that speaks TLS may answer plain text with an alert.
  if (error instanceof errors.HTTPParserError && dataOf(error).startsWith(tlsAlert)) return 'TLS_ALERT';
  if (error instanceof errors.HTTPParserError) return parserCode;
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
