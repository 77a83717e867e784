import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import axios, { AxiosError, type AxiosInstance, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { withOwnSignal } from '../base/clock/index.js';
import { SvcMonitorError, throwIfAborted } from '../base/errors/index.js';
import type { ConfigApiOptions } from './options.js';

/** An HTTP request, ready to be sent. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
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
   * HTTP, badly compressed, or too long), `closed`, or `aborted`: the connection is destroyed then. It has no timeout of its own.
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
  /** Whether connections are reused. Defaults to false, see {@link ConfigApiOptions.keepAlive}. */
  readonly keepAlive?: boolean | undefined;
  readonly tls?: ConfigApiOptions['tls'] | undefined;
  /** Longest answer, uncompressed, that is read. Bytes; defaults to 256 MiB. */
  readonly maxAnswerBytes?: number | undefined;
}

const defaultMaxAnswerBytes = 256 * 1024 * 1024;

/** {@link HttpTransport} on axios and node's own http agents. Proxies of the environment and redirects are not followed. */
export class AxiosTransport implements HttpTransport, StreamingTransport {
  private readonly client: AxiosInstance;
  private readonly agents: readonly [HttpAgent, HttpsAgent];
  private closed = false;

  public constructor(options: AxiosTransportOptions = {}) {
    const keepAlive = options.keepAlive ?? false;
    this.agents = [new HttpAgent({ keepAlive }), new HttpsAgent({ keepAlive, ...options.tls })];
    this.client = axios.create({
      adapter: 'http',
      httpAgent: this.agents[0],
      httpsAgent: this.agents[1],
      proxy: false,
      maxRedirects: 0,
      decompress: true,
      maxContentLength: options.maxAnswerBytes ?? defaultMaxAnswerBytes,
      maxBodyLength: Infinity,
      responseType: 'text',
      validateStatus: () => true,
      // The bodies are texts both ways: who asks knows whether it is JSON.
      transformRequest: [(data: unknown) => data],
      transformResponse: [(data: unknown) => data],
    });
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
    const endless = { responseType: 'stream', maxContentLength: -1 } as const;
    const response = await this.exchange<Readable>(request, endless, signal);
    // Whoever reads it sees its error; one that comes before would end the process.
    response.data.on('error', () => undefined);
    return { status: response.status, headers: textHeaders(response.headers), body: response.data };
  }

  public close(): void {
    this.closed = true;
    for (const agent of this.agents) agent.destroy();
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
      return await withOwnSignal(signal, (own) =>
        this.client.request<T>({
          method: request.method,
          url: request.url,
          headers: { ...request.headers },
          data: request.body,
          signal: own,
          ...more,
        }),
      );
    } catch (error) {
      throwIfAborted(signal);
      throw this.ended() ?? failureOf(error);
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

/**
 * The failure without what axios hangs on it: its `config` and `request` hold the token, the request's body and the TLS key.
 * Only its message and code are taken over, never the error as `cause`.
 */
function failureOf(error: unknown): SvcMonitorError {
  if (!(error instanceof AxiosError)) {
    return new SvcMonitorError(
      'bug',
      `the HTTP client failed: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const reason = error.code ?? 'unknown';
  const text = error.message === '' ? reason : error.message;
  const details = { reason };
  if (isBadAnswer(error)) return new SvcMonitorError('bad-answer', `no usable answer: ${text}`, { details });
  return new SvcMonitorError('unavailable', `no connection, or it broke: ${text}`, { details });
}

function isBadAnswer(error: AxiosError): boolean {
  // HPE_: node's HTTP parser; Z_: zlib. axios gives a broken connection and a too long answer one code: only the text differs.
  if (error.code?.startsWith('HPE_') === true || error.code?.startsWith('Z_') === true) return true;
  return error.message.startsWith('maxContentLength');
}
