import { sleep, withTimeout, type Clock } from '../base/clock/index.js';
import { hasCode, SvcMonitorError } from '../base/errors/index.js';
import { peers } from '../base/peer/index.js';
import { problemsOf } from '../model/index.js';
import { badAnswer, errorOfAnswer, withContext, type RequestContext } from './answer-errors.js';
import { explained } from './connection-errors.js';
import type { ConnectionUse } from './connection-pools.js';
import type { HttpRequest, HttpResponse, HttpTransport } from './http-transport.js';
import type { ConnectionChooser } from './connection-chooser.js';
import { requestHeaders, tokenHeader, type ClientIdentity } from './request-headers.js';
import { operations, requestIdHeader, type ApiRequest, type Operation, type RequestSender } from './request.js';
import type { ServerHealth } from './server-health.js';

/** See {@link HttpSender}. */
export interface HttpSenderOptions {
  readonly transport: HttpTransport;
  readonly servers: ServerHealth;
  readonly connections: ConnectionChooser;
  readonly clock: Clock;
  /** Time for a request from connecting to the last byte, and for one page of a list. Milliseconds. */
  readonly requestTimeoutMs: number;
  readonly listTimeoutMs: number;
  readonly identity: ClientIdentity;
  /** A fresh id, for each request that has none; the API server puts it into the notifications that the request causes. */
  readonly requestId: () => string;
}

/**
 * The innermost sender: one request, one HTTP exchange with the current server, no repeat.
 *
 * After a failed connection, a timeout or 502 to 504 the next request goes to another server. A server that keeps a list waiting for longer than
 * a request may take is probed where there is another: lists have much time, and one that hangs is not to use it up.
 */
export class HttpSender implements RequestSender {
  public constructor(private readonly options: HttpSenderOptions) {}

  public async send<T>(request: ApiRequest<T>, signal: AbortSignal): Promise<T> {
    const { operation, method, path } = request;
    const context: RequestContext = { operation, method, path, server: this.options.servers.current() };
    const response = await this.exchange(request, context, signal);
    request.onAnswer?.(response);
    if (response.status === 200 || response.status === 202) {
      const answer = answerOf(request, context, response);
      this.options.connections.succeeded(context.server, tokenOf(request));
      this.options.servers.succeeded(context.server);
      return answer;
    }
    const error = errorOfAnswer(context, response);
    if (isDown(response.status)) this.moveOn(context, error);
    else this.options.servers.succeeded(context.server);
    throw error;
  }

  private async exchange(
    request: ApiRequest<unknown>,
    context: RequestContext,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    const { clock, requestTimeoutMs, listTimeoutMs, identity, requestId } = this.options;
    const timeoutMs = operations[request.operation].timeout === 'list' ? listTimeoutMs : requestTimeoutMs;
    const httpRequest: HttpRequest = {
      method: request.method,
      url: `${context.server}${request.path}`,
      headers: { ...requestHeaders(identity, request.headers?.[requestIdHeader] ?? requestId()), ...request.headers },
      connection: this.connectionFor(request.operation, context.server),
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(request.mayBeSent === undefined ? {} : { mayBeSent: request.mayBeSent }),
    };
    try {
      const response = await withTimeout(clock, timeoutMs, signal, (until) =>
        timeoutMs > requestTimeoutMs
          ? this.sendWatched(httpRequest, context.server, until)
          : this.options.transport.send(httpRequest, until),
      );
      return withoutToken(request, response);
    } catch (error) {
      if (!SvcMonitorError.is(error) || hasCode(error, 'aborted', 'bug')) throw error;
      const failure = withContext(context, explained(error, peers.configApi));
      if (hasCode(failure, 'unavailable', 'timeout')) this.moveOn(context, failure);
      throw failure;
    }
  }

  private async sendWatched(request: HttpRequest, server: string, until: AbortSignal): Promise<HttpResponse> {
    const over = new AbortController();
    const signal = AbortSignal.any([until, over.signal]);
    try {
      return await Promise.race([this.options.transport.send(request, signal), this.watch(server, signal)]);
    } finally {
      over.abort();
    }
  }

  /** Rejects with `timeout` when the server turns out to hang. */
  private async watch(server: string, signal: AbortSignal): Promise<never> {
    const { clock, requestTimeoutMs, servers } = this.options;
    for (;;) {
      await sleep(clock, requestTimeoutMs, signal);
      if (!servers.hasOther(server) || (await servers.isAlive(server, signal))) continue;
      throw new SvcMonitorError('timeout', 'neither this nor a small request was answered');
    }
  }

  /** The server may close a connection just when it is used again. What is not repeated then does not run that risk. */
  private connectionFor(operation: Operation, server: string): ConnectionUse {
    return operations[operation].repeatable ? this.options.connections.choiceFor(server).use : 'fresh';
  }

  private moveOn(context: RequestContext, failure: SvcMonitorError): void {
    this.options.connections.failed(context.server);
    this.options.servers.failed(context.server, failure);
  }
}

/** Statuses of a server, or of a proxy before it, that cannot serve now. */
export function isDown(status: number): boolean {
  return status === 502 || status === 503 || status === 504;
}

function tokenOf({ headers }: ApiRequest<unknown>): Readonly<Record<string, string>> {
  const token = headers?.[tokenHeader];
  return token === undefined ? {} : { [tokenHeader]: token };
}

/** An answer that repeats the token, as a proxy's debug page may, must not carry it into an error. */
export function withoutToken(request: Pick<ApiRequest<unknown>, 'headers'>, response: HttpResponse): HttpResponse {
  const token = request.headers?.[tokenHeader];
  if (token === undefined || token === '') return response;
  return { ...response, body: response.body.replaceAll(token, '***') };
}

function answerOf<T>(request: ApiRequest<T>, context: RequestContext, response: HttpResponse): T {
  const result = request.answer.safeParse(jsonOf(context, response));
  if (result.success) return result.data;
  throw badAnswer(context, response, problemsOf(result.error));
}

function jsonOf(context: RequestContext, response: HttpResponse): unknown {
  if (response.body === '') return undefined;
  try {
    return JSON.parse(response.body) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw badAnswer(context, response, ['(top): no JSON']);
    throw error;
  }
}
