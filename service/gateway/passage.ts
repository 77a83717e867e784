import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { hasCode, onAbort, SvcMonitorError, throwIfAborted, type ConnectionUse } from '../../lib/index.js';
import { answerHeaders, hasHeader, requestHeaders, type RawHeaders } from './headers.js';
import type { ServerHead } from './server-connections.js';
import type { ServerRequests } from './server-requests.js';

/** A request of a client, and what is to become its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Fires when the client has gone. */
  readonly gone: AbortSignal;
  /** Fires when the gateway stops: an answer that goes on for ever is broken off. */
  readonly stopping: AbortSignal;
}

/** What was read of a request's body before it is passed on. */
export interface TakenBody {
  readonly isWhole: boolean;
  readonly bytes: Buffer;
}

/** See {@link pass}. */
export interface PassageParts {
  readonly requests: ServerRequests;
  /** How connections to a server are used for what may be repeated. */
  readonly use: (server: string) => ConnectionUse;
  /** Told when the request is about to be written to a server, each time. */
  readonly onSent?: () => void;
}

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Passes a request on to an API server, and the answer back, both as they are and as they come: nobody holds more of a body than the sockets do.
 *
 * What could not be sent is tried at each other server. What was sent is made again elsewhere only if it is safe and has no body.
 *
 * @throws SvcMonitorError `unavailable` if no answer has begun, with `details.sent` whether the request was sent; `aborted` if the client has gone.
 * An answer that breaks off is broken off for the client, too.
 */
export async function pass(exchange: Exchange, parts: PassageParts, taken?: TakenBody): Promise<void> {
  const { request, response, gone } = exchange;
  const isRepeatable = safeMethods.has(request.method ?? '') && !hasBody(request);
  const tried = new Set<string>();
  // A connection that is kept may be closed just when it is used again: the next try has one of its own.
  let isFresh = !isRepeatable;
  for (;;) {
    const use = (server: string): ConnectionUse => (isFresh ? 'fresh' : parts.use(server));
    const wishes = { head: (chosen: ConnectionUse) => headOf(request, chosen), use, isRepeatable };
    const open = await parts.requests.open(wishes, tried, gone);
    parts.onSent?.();
    if (request.headers.expect !== undefined) {
      open.request.once('continue', () => {
        if (!response.headersSent) response.writeContinue();
      });
    }
    sendBody(request, open.request, taken);
    try {
      const answer = await open.answer;
      await sendAnswer(exchange, answer);
      return;
    } catch (error) {
      throwIfAborted(gone);
      if (!hasCode(error, 'unavailable') || response.headersSent) throw error;
      if (!isRepeatable) throw new SvcMonitorError('unavailable', error.message, { details: { sent: true } });
      isFresh = true;
      if (!open.isReused) tried.add(open.server);
    } finally {
      letGo(request, open.request);
    }
  }
}

/** The head with which a request of a client goes on. */
export function headOf(request: IncomingMessage, use: ConnectionUse): ServerHead {
  const { method = 'GET', url = '/', rawHeaders } = request;
  return { method, path: url, rawHeaders: requestHeaders(rawHeaders, use === 'reused', lengthOf(request)) };
}

/**
 * Sends the head of an answer to the client.
 *
 * @param raw the headers of the answer as they came; those of the connection are left out
 */
export function sendHead(
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  status: number,
  message: string | undefined,
  raw: RawHeaders,
): void {
  const chunks = request.httpVersion !== '1.0';
  // Node.js' own would stand beside those of the server.
  response.sendDate = false;
  response.removeHeader('connection');
  const closes = !response.shouldKeepAlive || !chunks;
  const headers = answerHeaders(raw, { chunks, closes });
  if (message === undefined) response.writeHead(status, headers);
  else response.writeHead(status, message, headers);
}

async function sendAnswer(exchange: Exchange, answer: IncomingMessage): Promise<void> {
  const { response } = exchange;
  sendHead(exchange, answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
  // With the beginning of the body, if it is there; without it if it is yet to come, as that of a stream of events.
  setImmediate(() => {
    if (!response.destroyed) response.flushHeaders();
  });
  const isEndless = /^text\/event-stream\b/i.test(answer.headers['content-type'] ?? '');
  const release = isEndless ? onAbort(exchange.stopping, () => response.destroy()) : undefined;
  try {
    await pipeline(answer, response);
  } finally {
    release?.();
  }
}

function sendBody(request: IncomingMessage, open: ClientRequest, taken: TakenBody | undefined): void {
  if (taken?.isWhole === true) {
    open.end(taken.bytes);
    return;
  }
  if (taken !== undefined && taken.bytes.length > 0) open.write(taken.bytes);
  request.pipe(open);
}

/** Ends what is left of a request: the answer is there, or there will be none. */
function letGo(request: IncomingMessage, open: ClientRequest): void {
  request.unpipe(open);
  if (!open.writableFinished) open.destroy();
}

function hasBody({ headers, rawHeaders }: IncomingMessage): boolean {
  return hasHeader(rawHeaders, 'transfer-encoding') || Number(headers['content-length'] ?? 0) > 0;
}

// Node.js would send such a one in chunks: of these methods it expects a body.
function lengthOf({ method = '', rawHeaders }: IncomingMessage): RawHeaders {
  const isBodiless = ['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'].includes(method);
  const isSaid = hasHeader(rawHeaders, 'content-length') || hasHeader(rawHeaders, 'transfer-encoding');
  return isBodiless || isSaid ? [] : ['Content-Length', '0'];
}
