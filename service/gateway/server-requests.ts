import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import {
  errorFields,
  hasCode,
  onAbort,
  SvcMonitorError,
  throwIfAborted,
  toSvcMonitorError,
  type ApiServers,
  type Clock,
  type ConnectionUse,
  type Logger,
} from '../../lib/index.js';
import type { ServerConnections, ServerHead } from './server-connections.js';

/** See {@link ServerRequests}. */
export interface ServerRequestsOptions {
  readonly servers: ApiServers;
  readonly connections: ServerConnections;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Time for a connection to come about, TLS included. Milliseconds. */
  readonly connectTimeoutMs: number;
  /** A server that keeps a request waiting for longer is probed, where there is another one. Milliseconds. */
  readonly patienceMs: number;
}

/** A request whose connection stands, and of which nothing was sent yet. */
export interface OpenRequest {
  /** Base URL. */
  readonly server: string;
  /** To be written to and ended. Its errors are heard. */
  readonly request: ClientRequest;
  /** Whether the connection has carried another request before. */
  readonly isReused: boolean;
  /** The head of the answer. Rejects with `unavailable` or `aborted` if none comes; whoever does not wait for it need not hear that. */
  readonly answer: Promise<IncomingMessage>;
}

/** What a request is made for. */
export interface RequestWishes {
  readonly head: (use: ConnectionUse) => ServerHead;
  readonly use: (server: string) => ConnectionUse;
  /** Whether it may be broken off and made again elsewhere once it was sent. */
  readonly isRepeatable: boolean;
}

/** Requests to the API servers, by their health: connects, tells the servers' health what comes of it, and sends nothing by itself. */
export class ServerRequests {
  private readonly lifetime = new AbortController();

  public constructor(private readonly options: ServerRequestsOptions) {}

  /**
   * Connects for a request to the first server that can be reached.
   *
   * @param tried servers that are not to be tried; those that could not be reached are added
   * @param signal breaks the request at any time
   * @throws SvcMonitorError `unavailable` if none of them can be reached, `aborted`
   */
  public async open(wishes: RequestWishes, tried: Set<string>, signal: AbortSignal): Promise<OpenRequest> {
    let failure: SvcMonitorError | undefined;
    for (let server = this.options.servers.choose(tried); server !== undefined;) {
      try {
        return await this.openAt(server, wishes, signal);
      } catch (error) {
        if (!hasCode(error, 'unavailable')) throw error;
        failure = error;
        tried.add(server);
        server = this.options.servers.choose(tried);
      }
    }
    throw failure ?? new SvcMonitorError('unavailable', 'no API server is left to ask', { details: {} });
  }

  /** As {@link open}, at one server. */
  public async openAt(server: string, wishes: RequestWishes, signal: AbortSignal): Promise<OpenRequest> {
    throwIfAborted(signal);
    const { connections, servers } = this.options;
    const use = wishes.use(server);
    const request = connections.request(server, wishes.head(use), use);
    const release = onAbort(signal, () => request.destroy());
    request.once('close', release);
    const answer = this.answerOf(request, server, signal);
    // It fails, too, where the connection does not come about: that is told by `connected`.
    answer.catch(() => undefined);
    try {
      await this.connected(request);
    } catch (error) {
      throwIfAborted(signal);
      const { code, message } = failureOf(error);
      throw servers.unreachable(server, code, message);
    }
    if (servers.hasOther(server)) void this.watch(request, answer, { server, ...wishes });
    return { server, request, isReused: request.reusedSocket, answer };
  }

  /** Probes nobody any more. */
  public close(): void {
    this.lifetime.abort();
  }

  private connected(request: ClientRequest): Promise<void> {
    const { clock, connectTimeoutMs } = this.options;
    return new Promise((resolve, reject) => {
      const timer = clock.schedule(connectTimeoutMs, () => request.destroy(new Error('took too long to connect')));
      const settle = (act: () => void): void => {
        timer.cancel();
        act();
      };
      request.once('error', (error) => {
        settle(() => {
          reject(error);
        });
      });
      request.once('close', () => {
        settle(() => {
          reject(new Error('the connection was closed'));
        });
      });
      request.once('socket', (socket: Socket) => {
        const usable = (): void => {
          settle(resolve);
        };
        if (request.reusedSocket) usable();
        else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', usable);
      });
    });
  }

  private answerOf(request: ClientRequest, server: string, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      let isAnswered = false;
      request.once('response', (answer) => {
        isAnswered = true;
        this.options.servers.answered(server, answer.statusCode ?? 0);
        resolve(answer);
      });
      // Also what comes after the answer, such as a body that nobody reads any more: the answer tells.
      request.on('error', (error) => {
        const { message } = failureOf(error);
        const said = `the API server broke the connection: ${message}`;
        reject(
          signal.aborted
            ? new SvcMonitorError('aborted', 'called off', { cause: signal.reason })
            : new SvcMonitorError('unavailable', said, { details: {} }),
        );
      });
      request.once('close', () => {
        if (isAnswered) return;
        reject(new SvcMonitorError('unavailable', 'the API server closed the connection', { details: {} }));
      });
    });
  }

  /** A server that hangs is found out by a probe: a request itself may take as long as it likes. Never rejects. */
  private async watch(
    request: ClientRequest,
    answer: Promise<unknown>,
    { server, isRepeatable }: { readonly server: string; readonly isRepeatable: boolean },
  ): Promise<void> {
    const { clock, servers, patienceMs, logger } = this.options;
    try {
      while (!(await settledWithin(clock, patienceMs, answer))) {
        if (!servers.hasOther(server) || (await servers.isAlive(server, this.lifetime.signal))) continue;
        // One that changes something may be carried out yet: its client decides how long to wait.
        if (isRepeatable) request.destroy(new Error('neither this nor a small request was answered'));
        return;
      }
    } catch (error) {
      const known = toSvcMonitorError(error);
      if (known.code === 'bug') logger.error('API servers cannot be probed', errorFields(known));
    }
  }
}

/** Whether the promise has settled when that time is over, or before. */
function settledWithin(clock: Clock, ms: number, promise: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.schedule(ms, () => {
      resolve(false);
    });
    const settled = (): void => {
      timer.cancel();
      resolve(true);
    };
    promise.then(settled, settled);
  });
}

function failureOf(error: unknown): { readonly code: string; readonly message: string } {
  const message = error instanceof Error ? error.message : String(error);
  // Of a name with several addresses the message is empty, and the code tells.
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return { code, message: message === '' ? code : message };
}
