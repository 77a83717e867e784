import { Agent as HttpAgent, request as httpRequest, type ClientRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { currentOf, type ConnectionUse, type MaybeLive, type TlsMaterial } from '../../lib/index.js';
import type { RawHeaders } from './headers.js';

/** The head of a request to an API server. */
export interface ServerHead {
  readonly method: string;
  /** The target of the request as the client wrote it: path and query. */
  readonly path: string;
  readonly rawHeaders: RawHeaders;
}

/** Heads may be that long, of requests and of answers: tokens in them have grown to 8 kB and more. Bytes. */
export const longestHead = 65_536;

/** A connection that is kept is closed when nothing was sent by it for so long. Milliseconds. */
const idleMs = 4_000;
const mostIdle = 32;

interface Agents {
  readonly tls: TlsMaterial | undefined;
  readonly byProtocol: Readonly<Record<string, Readonly<Record<ConnectionUse, HttpAgent>>>>;
}

/**
 * The connections to the API servers. Requests are Node.js' own: they alone write headers just as they came. New connections go by the certificates
 * that count then.
 */
export class ServerConnections {
  private agents: Agents | undefined;

  /** @param tls for https servers; asked for at each request */
  public constructor(private readonly tls: MaybeLive<TlsMaterial> | undefined) {}

  /**
   * A request that waits for its connection. Nothing is sent before its body is, or its end. Whoever got it hears its errors.
   *
   * @param server base URL
   */
  public request(server: string, head: ServerHead, use: ConnectionUse): ClientRequest {
    const { protocol, hostname, port, pathname } = new URL(server);
    const isTls = protocol === 'https:';
    const send = isTls ? httpsRequest : httpRequest;
    const agent = this.current().byProtocol[protocol]?.[use];
    const request = send({
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (isTls ? 443 : 80) : Number(port),
      method: head.method,
      path: pathname === '/' ? head.path : `${pathname.replace(/\/+$/, '')}${head.path}`,
      headers: [...head.rawHeaders],
      setHost: false,
      maxHeaderSize: longestHead,
      ...(agent === undefined ? {} : { agent }),
    });
    // As many as fit into the bytes; else those beyond 2,000 would be lost without a word.
    request.maxHeadersCount = 0;
    return request;
  }

  /** Breaks all connections. */
  public destroy(): void {
    for (const uses of Object.values(this.agents?.byProtocol ?? {})) {
      for (const agent of Object.values(uses)) agent.destroy();
    }
  }

  private current(): Agents {
    const tls = this.tls === undefined ? undefined : currentOf(this.tls);
    if (this.agents !== undefined && this.agents.tls === tls) return this.agents;
    // What the former agents keep is closed when it has been idle.
    const kept = { keepAlive: true, timeout: idleMs, maxFreeSockets: mostIdle } as const;
    const made = { ...tls };
    this.agents = {
      tls,
      byProtocol: {
        'http:': { fresh: new HttpAgent({ keepAlive: false }), reused: new HttpAgent(kept) },
        'https:': {
          fresh: new HttpsAgent({ ...made, keepAlive: false }),
          reused: new HttpsAgent({ ...made, ...kept }),
        },
      },
    };
    return this.agents;
  }
}
