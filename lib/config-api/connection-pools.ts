import { Socket } from 'node:net';
import { buildConnector, Pool, type Dispatcher } from 'undici';
import type { ConfigApiOptions } from './options.js';

/** On what connection a request is sent: one of its own, which is closed after the answer, or one that is kept for the next request. */
export type ConnectionUse = 'fresh' | 'reused';

/** Time for a connection to come about, TLS included. A server that drops packets is given up then, however long the request may take. */
const connectTimeoutMs = 10_000;

/**
 * The connections to all servers, by undici: a pool for each origin and each use. A pool has as many connections as it has requests at
 * once. One that is reused is closed when it has been idle for 4 s, or a second before the server says that it would (`Keep-Alive`); an
 * idle one does not keep the process alive. It has no other limits of time than that for connecting.
 */
export class ConnectionPools {
  private readonly pools = new Map<string, Pool>();
  private readonly connecting = new Set<Socket>();
  /** undici's types keep silent about it, its own mocks rely on it: a connector gives its socket back. */
  private readonly connect: (options: buildConnector.Options, callback: buildConnector.Callback) => unknown;

  /** @param tls for origins that speak https */
  public constructor(tls: ConfigApiOptions['tls']) {
    this.connect = buildConnector({ timeout: connectTimeoutMs, ...tls });
  }

  /** Where to send requests to that origin. */
  public to(origin: string, use: ConnectionUse): Dispatcher {
    const key = `${use} ${origin}`;
    const known = this.pools.get(key);
    if (known !== undefined) return known;
    const pool = new Pool(origin, {
      // undici's way to say `Connection: close`.
      pipelining: use === 'fresh' ? 0 : 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, callback) => {
        this.begin(options, callback);
      },
    });
    this.pools.set(key, pool);
    return pool;
  }

  /** Breaks all connections, those that come about included. */
  public destroy(): void {
    for (const pool of this.pools.values()) void pool.destroy();
    for (const socket of this.connecting) socket.destroy();
  }

  /** undici itself lets a connection come about although nobody wants it any more. */
  private begin(options: buildConnector.Options, callback: buildConnector.Callback): void {
    const socket = this.connect(options, (...result) => {
      if (socket instanceof Socket) this.connecting.delete(socket);
      callback(...result);
    });
    if (!(socket instanceof Socket)) return;
    this.connecting.add(socket);
    socket.once('close', () => this.connecting.delete(socket));
  }
}
