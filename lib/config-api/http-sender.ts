import { withTimeout, type Clock } from '../base/clock/index.js';
import { hasCode, SvcMonitorError } from '../base/errors/index.js';
import type { Logger } from '../base/log/index.js';
import { problemsOf } from '../model/index.js';
import { badAnswer, errorOfAnswer, withContext, type RequestContext } from './answer-errors.js';
import type { ConnectionUse } from './connection-pools.js';
import type { HttpRequest, HttpResponse, HttpTransport } from './http-transport.js';
import type { ConnectionChooser } from './connection-chooser.js';
import { operations, requestIdHeader, type ApiRequest, type Operation, type RequestSender } from './request.js';
import type { ServerList } from './server-list.js';

/** The header that carries the token. */
export const tokenHeader = 'X-Auth-Token';

/** See {@link HttpSender}. */
export interface HttpSenderOptions {
  readonly transport: HttpTransport;
  readonly servers: ServerList;
  readonly connections: ConnectionChooser;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Time for a request from connecting to the last byte, and for one page of a list. Milliseconds. */
  readonly requestTimeoutMs: number;
  readonly listTimeoutMs: number;
  readonly userAgent: string;
  /** A fresh id for each request; the API server puts it into the notifications that the request causes. */
  readonly requestId: () => string;
}

/**
 * The innermost sender: one request, one HTTP exchange with the current server, no repeat.
 *
 * After a failed connection, a timeout or 502 to 504 the next request goes to the next server.
 */
export class HttpSender implements RequestSender {
  public constructor(private readonly options: HttpSenderOptions) {}

  public async send<T>(request: ApiRequest<T>, signal: AbortSignal): Promise<T> {
    const { operation, method, path } = request;
    const context: RequestContext = { operation, method, path, server: this.options.servers.current() };
    const response = await this.exchange(request, context, signal);
    if (response.status === 200 || response.status === 202) {
      const answer = answerOf(request, context, response);
      this.options.connections.succeeded(context.server, tokenOf(request));
      return answer;
    }
    const error = errorOfAnswer(context, response);
    if (response.status === 502 || response.status === 503 || response.status === 504) this.moveOn(context, error);
    throw error;
  }

  private async exchange(
    request: ApiRequest<unknown>,
    context: RequestContext,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    const { transport, clock, requestTimeoutMs, listTimeoutMs } = this.options;
    const timeoutMs = operations[request.operation].timeout === 'list' ? listTimeoutMs : requestTimeoutMs;
    const httpRequest: HttpRequest = {
      method: request.method,
      url: `${context.server}${request.path}`,
      headers: { ...requestHeaders(this.options), ...request.headers },
      connection: this.connectionFor(request.operation, context.server),
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(request.mayBeSent === undefined ? {} : { mayBeSent: request.mayBeSent }),
    };
    try {
      const response = await withTimeout(clock, timeoutMs, signal, (until) => transport.send(httpRequest, until));
      return withoutToken(request, response);
    } catch (error) {
      if (!SvcMonitorError.is(error) || hasCode(error, 'aborted', 'bug')) throw error;
      const failure = withContext(context, error);
      if (hasCode(failure, 'unavailable', 'timeout')) this.moveOn(context, failure);
      throw failure;
    }
  }

  /** The server may close a connection just when it is used again. What is not repeated then does not run that risk. */
  private connectionFor(operation: Operation, server: string): ConnectionUse {
    return operations[operation].repeatable ? this.options.connections.choiceFor(server).use : 'fresh';
  }

  private moveOn(context: RequestContext, failure: SvcMonitorError): void {
    const { servers, connections, logger } = this.options;
    connections.failed(context.server);
    if (!servers.failed(context.server)) return;
    logger.warn('config API server failed, going on with the next', {
      server: context.server,
      next: servers.current(),
      code: failure.code,
      error: failure.message,
    });
  }
}

/** The headers of each request to the config API but for the token. */
export function requestHeaders({
  userAgent,
  requestId,
}: Pick<HttpSenderOptions, 'userAgent' | 'requestId'>): Readonly<Record<string, string>> {
  return {
    Accept: 'application/json',
    'Content-Type': 'application/json; charset="UTF-8"',
    ...agentHeaders(userAgent),
    [requestIdHeader]: requestId(),
  };
}

function tokenOf({ headers }: ApiRequest<unknown>): Readonly<Record<string, string>> {
  const token = headers?.[tokenHeader];
  return token === undefined ? {} : { [tokenHeader]: token };
}

/** How a client calls itself: the API server logs the second. */
export function agentHeaders(userAgent: string): Readonly<Record<string, string>> {
  return { 'User-Agent': userAgent, 'X-Contrail-Useragent': userAgent };
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
