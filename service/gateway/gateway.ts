import { once } from 'node:events';
import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps, Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import {
  ApiServers,
  type ApiServerStatus,
  type Clock,
  type ConfigApiOptions,
  type ConnectionUse,
  type Logger,
  type Metrics,
  type NeutronFrontEnd,
  type Outages,
} from '../../lib/index.js';
import { ConnectionWatch, endpointLimits, listenError, tlsOptions, type ListenTls } from '../http/index.js';
import { GatewayHandler } from './handler.js';
import { longestHead, ServerConnections } from './server-connections.js';
import { ServerRequests } from './server-requests.js';
import { Tally, type GatewayCounts } from './tally.js';

/** See {@link Gateway}. */
export interface GatewayOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** PEM texts. Absent: plain HTTP. */
  readonly tls?: ListenTls;
  /** The API servers, and how long a small request to them may take. */
  readonly configApi: Pick<ConfigApiOptions, 'urls' | 'tls' | 'requestTimeoutMs'>;
  /** How connections to a server are used for what may be repeated. */
  readonly use: (server: string) => ConnectionUse;
  /** Absent: all is passed on. */
  readonly frontEnd?: NeutronFrontEnd;
  /** So many requests are served at once, and twice as many connections, and 256 more, are held. */
  readonly maxRequests: number;
  /** So many of them are looked at at once by the front end; more pass unchanged. */
  readonly maxHeld: number;
  /** How long the front end may work on a request by itself. Milliseconds. */
  readonly changeTimeoutMs: number;
  /** A connection on which a request is under way, and by which nothing comes or goes for so long, is cut. Milliseconds. */
  readonly idleTimeoutMs: number;
  /** Time for requests to end when the gateway stops. Milliseconds. */
  readonly stopTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly outages: Outages;
}

/** How the gateway fares. */
export interface GatewayStatus extends GatewayCounts {
  /** Where it listens; absent while it does not. */
  readonly url?: string;
  /** Open connections of clients. */
  readonly connections: number;
  readonly servers: readonly ApiServerStatus[];
}

const connectTimeoutMs = 10_000;
const defaultPatienceMs = 5_000;
// Longer than clients leave a connection alone: one that is used again just when it ends looks like a broken server.
const keptMs = 75_000;

/**
 * The Neutron gateway: an HTTP proxy in front of the API servers. Everything passes as it is, streaming; what the front end is to look at it gets first.
 * It listens from its start on, whatever state the monitor is in.
 */
export class Gateway {
  private readonly server: Server;
  private readonly servers: ApiServers;
  private readonly connections: ServerConnections;
  private readonly requests: ServerRequests;
  private readonly handler: GatewayHandler;
  private readonly tally: Tally;
  private readonly watch: ConnectionWatch;
  private readonly connected = new Set<Socket>();
  /** The answer that each connection is to get last: requests that are sent ahead wait for their turn, as at the API server. */
  private readonly last = new WeakMap<Socket, Promise<void>>();
  private readonly stopping = new AbortController();
  private begun: Promise<unknown> = Promise.resolve();
  private address: string | undefined;
  private stopped: Promise<void> | undefined;

  /** @throws SvcMonitorError `invalid-configuration` if certificate and key, or the servers' URLs, cannot be used */
  public constructor(private readonly options: GatewayOptions) {
    const { clock, configApi, metrics } = options;
    const logger = options.logger.child({ component: 'gateway' });
    const { requestTimeoutMs: patienceMs = defaultPatienceMs } = configApi;
    this.servers = new ApiServers({ ...configApi, clock, logger, probeTimeoutMs: patienceMs });
    this.connections = new ServerConnections(configApi.tls);
    const { servers, connections } = this;
    this.requests = new ServerRequests({ servers, connections, clock, logger, connectTimeoutMs, patienceMs });
    this.tally = new Tally(metrics);
    const { requests, tally } = this;
    this.handler = new GatewayHandler({ ...options, logger, requests, tally });
    this.watch = new ConnectionWatch(clock, { headMs: endpointLimits.headMs, answerMs: Infinity, keptMs });
    this.server = this.createServer();
  }

  /** Where it listens, such as `http://127.0.0.1:8082`; undefined while it does not. */
  public get url(): string | undefined {
    return this.address;
  }

  /**
   * Begins to listen.
   *
   * @throws SvcMonitorError `invalid-configuration` if the address is taken, is none of this host's, or may not be used
   */
  public async start(): Promise<void> {
    const { host, port, tls, logger } = this.options;
    this.begun = once(this.server, 'listening');
    this.server.listen({ host, port });
    try {
      await this.begun;
    } catch (error) {
      throw listenError(error, { name: 'the gateway', setting: 'gateway.listen', host, port });
    }
    const address = this.server.address();
    const taken = typeof address === 'object' && address !== null ? address.port : port;
    this.address = `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${taken}`;
    logger.info('gateway listens', { url: this.address, servers: this.servers.urls });
  }

  /** Stops listening. Requests that are under way have a time to end; then all connections are cut. May be called twice. */
  public stop(): Promise<void> {
    this.stopped ??= this.stopAll();
    return this.stopped;
  }

  /**
   * Looks at another certificate, and returns how to take it, for what connects from then on.
   *
   * @throws SvcMonitorError `invalid-configuration` if certificate and key cannot be used
   */
  public prepareReload({ tls }: { readonly tls?: ListenTls }): () => void {
    const context = tls === undefined ? undefined : tlsOptions(tls, place);
    return () => {
      if (context !== undefined && this.server instanceof TlsServer) this.server.setSecureContext(context);
    };
  }

  public status(): GatewayStatus {
    return {
      ...(this.address === undefined ? {} : { url: this.address }),
      connections: this.connected.size,
      ...this.tally.counts(),
      servers: this.servers.status(),
    };
  }

  private createServer(): Server {
    const { tls, maxRequests, idleTimeoutMs } = this.options;
    // The connections have a watch of their own. A request without a host is the API server's to judge.
    const settings = { maxHeaderSize: longestHead, headersTimeout: 0, requestTimeout: 0, requireHostHeader: false };
    const server: Server =
      tls === undefined
        ? createHttp(settings)
        : createHttps({ ...settings, ...tlsOptions(tls, place), handshakeTimeout: endpointLimits.headMs });
    // Each client may keep one that it does not use now.
    server.maxConnections = maxRequests * 2 + endpointLimits.connections;
    server.maxHeadersCount = 0;
    server.keepAliveTimeout = 0;
    server.timeout = idleTimeoutMs;
    // That a client waits before it sends its body is passed on as well.
    for (const event of ['request', 'checkContinue', 'checkExpectation'] as const) {
      server.on(event, (request: IncomingMessage, response: ServerResponse) => {
        this.asked(request, response);
      });
    }
    server.on('connection', (socket: Socket) => {
      this.connected.add(socket);
      socket.once('close', () => this.connected.delete(socket));
    });
    server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
      this.watch.opened(socket);
    });
    return server;
  }

  private asked(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const ahead = this.watch.asked(socket);
    this.watch.goesOn(socket);
    const gone = new AbortController();
    response.once('close', () => {
      this.watch.answered(socket);
      if (!response.writableFinished) gone.abort();
      // Its connection was kept when it began.
      if (this.stopped !== undefined) socket.destroySoon();
    });
    // Its errors are those of the connection, whose end is what counts.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    if (ahead > endpointLimits.ahead) {
      socket.destroy();
      return;
    }
    if (this.stopped !== undefined) response.shouldKeepAlive = false;
    const before = this.last.get(socket) ?? Promise.resolve();
    const answer = async (): Promise<void> => {
      // One that waits behind another has no connection of its own that could tell it.
      if (!socket.destroyed)
        await this.handler.answer({ request, response, gone: gone.signal, stopping: this.stopping.signal });
    };
    this.last.set(socket, before.then(answer));
  }

  private async stopAll(): Promise<void> {
    const { clock, stopTimeoutMs } = this.options;
    // A server that does not listen yet would do so after its close. Why it cannot, whoever started it is told.
    await this.begun.catch(() => undefined);
    this.address = undefined;
    const closed = new Promise<void>((resolve) => {
      // The only error that there can be says that it does not listen, which is what is wanted.
      this.server.close(() => {
        resolve();
      });
    });
    this.stopping.abort();
    this.watch.cutIdle();
    const cut = clock.schedule(stopTimeoutMs, () => {
      for (const socket of this.connected) socket.destroy();
    });
    await closed;
    cut.cancel();
    this.requests.close();
    this.servers.close();
    this.connections.destroy();
  }
}

const place = { name: 'the gateway', section: 'gateway' } as const;
