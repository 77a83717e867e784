import { Socket } from 'node:net';
import { buildConnector, Pool, type Dispatcher } from 'undici';
import { currentOf, type MaybeLive } from '../base/live/index.js';
import type { TlsMaterial } from '../base/tls/index.js';

/** On what connection a request is sent: one of its own, which is closed after the answer, or one that is kept for the next request. */
export type ConnectionUse = 'fresh' | 'reused';

/** Time for a connection to come about, TLS included. A server that drops packets is given up then, however long the request may take. */
const connectTimeoutMs = 10_000;

/** As many connections that broke in TLS are remembered until their requests ask why. */
const mostReasons = 100;

/** Why a connection broke, as OpenSSL says it. */
export interface BrokenBy {
  readonly code: string;
  readonly message: string;
}

/**
 * The connections to all servers, by undici: a pool for each origin and each use. A pool has as many connections as it has requests at
 * once. With other certificates than before there are other pools, and those before end with their last request. One that is reused is closed when it has been idle for 4 s, or a second before the server says that it would (`Keep-Alive`); an
 * idle one does not keep the process alive. It has no other limits of time than that for connecting.
 */
export class ConnectionPools {
  private readonly pools = new Map<string, Pool>();
  private readonly ending = new Set<Pool>();
  private readonly connecting = new Set<Socket>();
  private readonly reasons = new Map<number, BrokenBy>();
  private made: { readonly tls: TlsMaterial | undefined; readonly connect: Connect } | undefined;

  /** @param tls for origins that speak https; asked for at each request */
  public constructor(private readonly tls: MaybeLive<TlsMaterial> | undefined) {}

  /** Where to send requests to that origin. */
  public to(origin: string, use: ConnectionUse): Dispatcher {
    const connect = this.connector();
    const key = `${use} ${origin}`;
    const known = this.pools.get(key);
    if (known !== undefined) return known;
    const pool = new Pool(origin, {
      // undici's way to say `Connection: close`.
      pipelining: use === 'fresh' ? 0 : 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, callback) => {
        this.begin(connect, options, callback);
      },
    });
    this.pools.set(key, pool);
    return pool;
  }

  /** Breaks all connections, those that come about included. */
  public destroy(): void {
    for (const pool of [...this.pools.values(), ...this.ending]) void pool.destroy();
    for (const socket of this.connecting) socket.destroy();
  }

  /** Why OpenSSL has broken the connection from that local port, once. To undici it was closed by the other side. */
  public reasonFor(localPort: number): BrokenBy | undefined {
    const reason = this.reasons.get(localPort);
    this.reasons.delete(localPort);
    return reason;
  }

  private connector(): Connect {
    const tls = this.tls === undefined ? undefined : currentOf(this.tls);
    if (this.made !== undefined && this.made.tls === tls) return this.made.connect;
    for (const pool of this.pools.values()) this.end(pool);
    this.pools.clear();
    // undici's types keep silent about it, its own mocks rely on it: a connector gives its socket back.
    const connect: Connect = buildConnector({ timeout: connectTimeoutMs, ...tls });
    this.made = { tls, connect };
    return connect;
  }

  private end(pool: Pool): void {
    this.ending.add(pool);
    void pool.close().finally(() => this.ending.delete(pool));
  }

  /** undici itself lets a connection come about although nobody wants it any more. */
  private begin(connect: Connect, options: buildConnector.Options, callback: buildConnector.Callback): void {
    const socket = connect(options, (...result) => {
      if (socket instanceof Socket) this.connecting.delete(socket);
      callback(...result);
    });
    if (!(socket instanceof Socket)) return;
    this.connecting.add(socket);
    socket.once('close', () => this.connecting.delete(socket));
    // With TLS 1.3 a server refuses a client's certificate when the connection stands already.
    socket.once('error', (error: NodeJS.ErrnoException) => {
      this.keepReason(socket.localPort, error);
    });
  }

  private keepReason(localPort: number | undefined, { code, message }: NodeJS.ErrnoException): void {
    if (localPort === undefined || code?.startsWith('ERR_SSL_') !== true) return;
    if (this.reasons.size >= mostReasons) this.reasons.clear();
    this.reasons.set(localPort, { code, message });
  }
}

type Connect = (options: buildConnector.Options, callback: buildConnector.Callback) => unknown;
