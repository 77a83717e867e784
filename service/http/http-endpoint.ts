import { once } from 'node:events';
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps, Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import {
  errorFields,
  isAborted,
  silentLogger,
  SystemClock,
  toSvcMonitorError,
  withTimeout,
  type Clock,
  type Logger,
} from '../../lib/index.js';
import { textAnswer, type Answer } from './answer.js';
import { refusalOf, type CallerFacts, type Refusal } from './caller-rules.js';
import { ConnectionWatch } from './connection-watch.js';
import { localNames, resolvedNames } from './own-names.js';
import { sendWhole, StreamSender } from './senders.js';
import { findRoute, type Route, type RouteRequest } from './route.js';
import { listenError, tlsOptions, type ListenTls } from './listen.js';

/** Where an HTTP endpoint listens, what it answers, and to whom. */
export interface HttpEndpointOptions {
  /** What it is called in errors, such as `the status endpoint`. */
  readonly name: string;
  /** The section of the configuration that its keys are in, such as `http`. */
  readonly section: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** PEM texts. Absent: plain HTTP. */
  readonly tls?: ListenTls;
  /** Host names that it may be asked by, besides addresses, `localhost`, this host's own name and {@link host}. */
  readonly allowedHosts?: readonly string[];
  readonly routes: readonly Route[];
  /** What is answered where no route has the path. Defaults to `not found`. */
  readonly notFound?: Answer;
  /** Defaults to the machine's. */
  readonly clock?: Clock;
  /** Is told of answers that could not be made. Defaults to none. */
  readonly logger?: Logger;
}

/** What can be changed while an endpoint runs. */
export type ReloadableOptions = Pick<HttpEndpointOptions, 'tls' | 'allowedHosts'>;

/** How much the clients of an endpoint can take of it. */
export const endpointLimits = {
  maxHeaderBytes: 8192,
  /** Until the head of a request has come, and how long a connection stays open without one. */
  headMs: 5_000,
  /** Until an answer is made. */
  makeMs: 20_000,
  /** Until it is read as well. */
  answerMs: 30_000,
  /** Until what is under way when the endpoint stops has to be answered. */
  stopMs: 1_000,
  connections: 256,
  /** Answers that go on, such as server-sent events. */
  streams: 64,
  /** Requests that one connection may have sent ahead of their answers. */
  ahead: 16,
} as const;

const longestLoggedPath = 200;
/** The setting that names the hosts by which all endpoints of the service may be asked. */
const allowedHostsKey = 'http.allowed_hosts';

/**
 * An HTTP endpoint that only reads: it has routes, takes no bodies, and answers nobody who should not read (see `refusalOf`). Each client is
 * bounded in time and in what it can make the endpoint hold.
 *
 * What cannot be understood Node.js answers itself, with 400 or 431, and closes the connection.
 */
export class HttpEndpoint {
  private readonly server: Server;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly watch: ConnectionWatch;
  private readonly streams: StreamSender;
  private readonly stopping = new AbortController();
  /** The answer that each connection is to get last: they are made one after the other. */
  private readonly last = new WeakMap<Socket, Promise<void>>();
  /** What has connected, also where TLS is not agreed upon yet. */
  private readonly connected = new Set<Socket>();
  private allowed: ReadonlySet<string>;
  /** What resolvers call this host: known a while after the start. */
  private resolved: readonly string[] = [];
  private given: readonly string[];
  private begun: Promise<unknown> = Promise.resolve();
  private stopped: Promise<void> | undefined;

  /** @throws SvcMonitorError `invalid-configuration` if certificate and key cannot be used */
  public constructor(private readonly options: HttpEndpointOptions) {
    this.clock = options.clock ?? new SystemClock();
    this.logger = options.logger ?? silentLogger;
    this.watch = new ConnectionWatch(this.clock, endpointLimits);
    this.streams = new StreamSender(endpointLimits.streams);
    this.given = options.allowedHosts ?? [];
    this.allowed = this.allowedNames();
    this.server = this.createServer();
  }

  /**
   * Begins to listen.
   *
   * @returns the port
   * @throws SvcMonitorError `invalid-configuration` if the address is taken, is none of this host's, or may not be used
   */
  public async start(): Promise<number> {
    const { host, port } = this.options;
    this.begun = once(this.server, 'listening');
    this.server.listen({ host, port });
    try {
      await this.begun;
    } catch (error) {
      const { name, section } = this.options;
      throw listenError(error, { name, setting: `${section}.host and ${section}.port`, host, port });
    }
    // Not awaited: a resolver may take its time, and nothing depends on it.
    void resolvedNames(host).then((names) => {
      this.resolved = names;
      this.allowed = this.allowedNames();
    });
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** The URL of its root, by the address that it listens on. */
  public url(port: number): string {
    const { host, tls } = this.options;
    return `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  /**
   * Looks at other certificates and host names, and returns how to take them, for what connects and asks from then on. Whether there is TLS at
   * all, and whether clients need certificates, stays as it was made.
   *
   * @throws SvcMonitorError `invalid-configuration` if certificate and key cannot be used
   */
  public prepareReload(changed: ReloadableOptions): () => void {
    const context = changed.tls === undefined ? undefined : tlsOptions(changed.tls, this.options);
    return () => {
      if (context !== undefined && this.server instanceof TlsServer) this.server.setSecureContext(context);
      this.given = changed.allowedHosts ?? this.given;
      this.allowed = this.allowedNames();
    };
  }

  /**
   * Stops listening. What is being answered has a second to be finished; then all connections that are open are cut. May be called twice.
   */
  public stop(): Promise<void> {
    this.stopped ??= this.stopAll();
    return this.stopped;
  }

  private async stopAll(): Promise<void> {
    // A server that does not listen yet would do so after its close. Why it cannot, whoever started it is told.
    await this.begun.catch(() => undefined);
    const closed = new Promise<void>((resolve) => {
      // The only error that there can be says that it does not listen, which is what is wanted.
      this.server.close(() => {
        resolve();
      });
    });
    this.streams.endAll();
    const cut = this.clock.schedule(endpointLimits.stopMs, () => {
      this.stopping.abort();
      for (const socket of this.connected) socket.destroy();
    });
    this.watch.cutIdle();
    await closed;
    cut.cancel();
    this.stopping.abort();
  }

  private createServer(): Server {
    const { tls } = this.options;
    // The connections have a watch of their own, which looks at more than those of Node.js.
    const settings = { maxHeaderSize: endpointLimits.maxHeaderBytes, headersTimeout: 0, requestTimeout: 0 };
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      this.asked(request, response);
    };
    const server: Server =
      tls === undefined
        ? createHttp(settings, listener)
        : createHttps(
            { ...settings, ...tlsOptions(tls, this.options), handshakeTimeout: endpointLimits.headMs },
            listener,
          );
    server.maxConnections = endpointLimits.connections;
    server.keepAliveTimeout = endpointLimits.headMs;
    server.on('connection', (socket: Socket) => {
      this.connected.add(socket);
      socket.once('close', () => {
        this.connected.delete(socket);
      });
    });
    server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
      this.watch.opened(socket);
    });
    return server;
  }

  private allowedNames(): ReadonlySet<string> {
    const names = [...localNames(), ...this.resolved, this.options.host, ...this.given];
    return new Set(names.map((name) => name.toLowerCase()));
  }

  private asked(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const ahead = this.watch.asked(socket);
    response.once('close', () => {
      this.watch.answered(socket);
    });
    if (ahead > endpointLimits.ahead) {
      socket.destroy();
      return;
    }
    const before = this.last.get(socket) ?? Promise.resolve();
    this.last.set(
      socket,
      before.then(() => this.answer(request, response)),
    );
  }

  /** Never rejects. */
  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.answerAndSend(request, response);
    } catch (error) {
      this.failed(request, error);
      response.destroy();
    }
  }

  private async answerAndSend(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, socket } = request;
    // One that waits behind another has no connection of its own that could tell it.
    if (isGone(socket)) return;
    // Nothing here takes a body: the connection of one that is under way is not worth keeping.
    if (!request.complete || this.stopped !== undefined) response.setHeader('connection', 'close');
    const answer = await this.answerTo(request, response);
    if (isGone(socket)) return;
    if (!('begin' in answer)) {
      await sendWhole(response, answer);
      return;
    }
    if (this.stopped !== undefined || !this.streams.hasRoom) {
      await sendWhole(response, textAnswer(503, 'too many live views are open', { 'retry-after': '10' }));
      return;
    }
    this.watch.goesOn(socket);
    await this.streams.send(response, answer, method === 'HEAD');
  }

  private async answerTo(request: IncomingMessage, response: ServerResponse): Promise<Answer> {
    const { method = '', url = '' } = request;
    const refusal = this.refusal(request);
    if (refusal !== undefined) return textAnswer(refusal.code, refusal.text);
    const [path, query = ''] = splitOnce(url, '?');
    const found = findRoute(this.options.routes, path);
    if (found === undefined) return this.options.notFound ?? textAnswer(404, 'not found');
    if (method !== 'GET' && method !== 'HEAD') return textAnswer(405, 'only GET and HEAD', { allow: 'GET, HEAD' });
    const { route, parts } = found;
    const header = (name: string): string | undefined => request.headersDistinct[name]?.[0];
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    const asked = { path, query: new URLSearchParams(query), parts, header };
    try {
      return await this.make(route, asked, AbortSignal.any([gone.signal, this.stopping.signal]));
    } catch (error) {
      if (!isAborted(error)) this.failed(request, error);
      return textAnswer(500, `failed: ${toSvcMonitorError(error).message}`);
    }
  }

  private make(route: Route, asked: Omit<RouteRequest, 'signal'>, signal: AbortSignal): Promise<Answer> {
    return withTimeout(this.clock, endpointLimits.makeMs, signal, async (inner) =>
      route.answer({ ...asked, signal: inner }),
    );
  }

  private failed({ url }: IncomingMessage, error: unknown): void {
    const path = url?.slice(0, longestLoggedPath);
    this.logger.warn('HTTP request failed', { endpoint: this.options.name, path, ...errorFields(error) });
  }

  private refusal(request: IncomingMessage): Refusal | undefined {
    const { headersDistinct, httpVersion: version, method = '' } = request;
    const first = (name: string): string | undefined => headersDistinct[name]?.[0];
    const facts: CallerFacts = {
      hosts: headersDistinct['host'] ?? [],
      version,
      method,
      origin: first('origin'),
      fetchSite: first('sec-fetch-site'),
      fetchMode: first('sec-fetch-mode'),
      fetchDest: first('sec-fetch-dest'),
    };
    return refusalOf(facts, this.allowed, allowedHostsKey);
  }
}

function isGone(socket: Socket): boolean {
  return socket.destroyed;
}

function splitOnce(text: string, at: string): readonly [string, string?] {
  const index = text.indexOf(at);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
