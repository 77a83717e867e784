import type { IncomingMessage } from 'node:http';
import {
  onAbort,
  SvcMonitorError,
  type Clock,
  type ConnectionUse,
  type Upstream,
  type UpstreamAnswer,
} from '../../lib/index.js';
import { requestHeaders, without } from './headers.js';
import { isRead } from './neutron-requests.js';
import type { ServerHead } from './server-connections.js';
import type { OpenRequest, ServerRequests } from './server-requests.js';

type Sent = Parameters<Upstream['send']>[0];

/** See {@link HeldUpstream}. */
export interface HeldUpstreamOptions {
  readonly requests: ServerRequests;
  readonly clock: Clock;
  /** What the client has sent. */
  readonly original: {
    readonly method: string;
    readonly path: string;
    readonly rawHeaders: readonly string[];
    readonly body: Buffer;
  };
  /** Fires when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
  /** Told that a request begins to wait for the API server, and that it does no more. */
  readonly onWaiting: (isWaiting: boolean) => void;
}

/** Of an answer that the front end gets as a whole. Bytes. */
const longestAnswer = 268_435_456;

// Of one message, or of the client's connection: what is sent has a length of its own, and waits for no `100 Continue`.
const notKept: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'expect']);

/**
 * What the front end sends its requests with while it holds one of a client: to one API server, with the client's own headers. It remembers whether
 * the client's request is spent: no request that may have changed something is sent twice.
 */
export class HeldUpstream implements Upstream {
  /** The answer to what the client has sent, if it was sent on as it is, and answered. */
  public answer: UpstreamAnswer | undefined;
  /** Whether the client's request, or another one that may have changed something, was sent. */
  public isSpent = false;
  /** How long requests have waited for the API server. Milliseconds. */
  public waitedMs = 0;
  private server: string | undefined;

  public constructor(private readonly options: HeldUpstreamOptions) {}

  public async send(sent: Sent, signal: AbortSignal): Promise<UpstreamAnswer> {
    const { original, gone, clock, onWaiting } = this.options;
    const { method, path, body = hasBodyOfItsOwn(sent.method) ? original.body : undefined } = sent;
    const isOriginal = method === original.method && path === original.path && body?.equals(original.body) === true;
    const any = AbortSignal.any([signal, gone]);
    const startedAt = clock.monotonic();
    onWaiting(true);
    try {
      const open = await this.open(this.headOf(method, path, body), any);
      this.isSpent ||= isOriginal || !isRead(method, path, body);
      open.request.end(body);
      const answer = await wholeAnswer(await open.answer, any);
      if (isOriginal) this.answer = answer;
      return answer;
    } finally {
      this.waitedMs += clock.monotonic() - startedAt;
      onWaiting(false);
    }
  }

  private async open(head: ServerHead, signal: AbortSignal): Promise<OpenRequest> {
    const { requests } = this.options;
    const use = (): ConnectionUse => 'fresh';
    const wishes = { head: () => head, use, isRepeatable: false };
    const open = await (this.server === undefined
      ? requests.open(wishes, new Set(), signal)
      : requests.openAt(this.server, wishes, signal));
    this.server = open.server;
    return open;
  }

  private headOf(method: string, path: string, body: Buffer | undefined): ServerHead {
    const kept = without(this.options.original.rawHeaders, notKept);
    const length = body === undefined ? [] : ['Content-Length', String(body.length)];
    return { method, path, rawHeaders: requestHeaders(kept, false, length) };
  }
}

function hasBodyOfItsOwn(method: string): boolean {
  return method === 'POST' || method === 'PUT';
}

function wholeAnswer(answer: IncomingMessage, signal: AbortSignal): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const release = onAbort(signal, () => {
      reject(new SvcMonitorError('aborted', 'called off', { cause: signal.reason }));
    });
    answer.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= longestAnswer) chunks.push(chunk);
      else
        answer.destroy(new SvcMonitorError('bad-answer', `it is longer than ${longestAnswer} bytes`, { details: {} }));
    });
    answer.once('end', () => {
      release();
      resolve({ status: answer.statusCode ?? 0, rawHeaders: answer.rawHeaders, body: Buffer.concat(chunks) });
    });
    answer.once('error', (error) => {
      release();
      reject(SvcMonitorError.is(error) ? error : brokenOff());
    });
    answer.once('close', () => {
      release();
      reject(brokenOff());
    });
  });
}

function brokenOff(): SvcMonitorError {
  return new SvcMonitorError('unavailable', 'the API server broke off its answer', { details: {} });
}
