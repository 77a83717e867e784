import { fastify, type FastifyInstance, type FastifyReply } from 'fastify';
import { SvcMonitorError } from '../../lib/index.js';
import { isSecretName, maskCredentials, masked } from '../mask.js';

/** Metrics as text. */
export interface MetricsText {
  readonly contentType: string;
  render(): Promise<string>;
}

/** Where the server listens, and what it tells. */
export interface StatusServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** What `/status` answers. */
  readonly status: () => object;
  /** Why no work can be expected now; empty if it can. */
  readonly unreadyReasons: () => readonly string[];
  /** Why it has failed for good; undefined while it has not. */
  readonly failure: () => SvcMonitorError | undefined;
  /** Without it `/metrics` answers 404. */
  readonly metrics?: MetricsText;
}

const maxHeaderBytes = 8192;
const maxBodyBytes = 1024;
const requestTimeoutMs = 5000;

/**
 * The endpoint for operators and their tools: `/healthz`, `/readyz`, `/metrics`, `/status`. It only reads, and asks for no
 * credentials. That it answers shows that the event loop runs.
 */
export class StatusServer {
  private readonly server: FastifyInstance;

  public constructor(private readonly options: StatusServerOptions) {
    this.server = fastify({
      logger: false,
      bodyLimit: maxBodyBytes,
      requestTimeout: requestTimeoutMs,
      connectionTimeout: requestTimeoutMs,
      forceCloseConnections: true,
      http: { maxHeaderSize: maxHeaderBytes },
    });
    this.addRoutes();
  }

  /**
   * Begins to listen.
   *
   * @returns the port
   * @throws SvcMonitorError `invalid-configuration` if the address is taken, is none of this host's, or may not be used
   */
  public async start(): Promise<number> {
    const { host, port } = this.options;
    try {
      await this.server.listen({ host, port });
    } catch (error) {
      throw listenError(error, host, port);
    }
    const address = this.server.server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Stops listening and cuts the connections that are open. May be called twice. */
  public async stop(): Promise<void> {
    await this.server.close();
  }

  private addRoutes(): void {
    const { status, unreadyReasons, failure, metrics } = this.options;
    this.server.get('/healthz', async (_request, reply) => {
      const failed = failure();
      return sendText(
        reply,
        failed === undefined ? 200 : 503,
        failed === undefined ? 'ok' : `failed: ${failed.message}`,
      );
    });
    this.server.get('/readyz', async (_request, reply) => {
      const reasons = unreadyReasons();
      return sendJson(reply, reasons.length === 0 ? 200 : 503, { ready: reasons.length === 0, reasons });
    });
    this.server.get('/status', async (_request, reply) => sendJson(reply, 200, status()));
    if (metrics !== undefined) {
      this.server.get('/metrics', async (_request, reply) =>
        reply.type(metrics.contentType).send(await metrics.render()),
      );
    }
  }
}

function sendText(reply: FastifyReply, code: number, text: string): FastifyReply {
  return reply
    .code(code)
    .type('text/plain; charset=utf-8')
    .send(`${maskCredentials(text)}\n`);
}

function sendJson(reply: FastifyReply, code: number, body: object): FastifyReply {
  // Nothing here should hold a secret; a broker's error text that quotes its URL could.
  const mask = (name: string, value: unknown): unknown => {
    if (isSecretName(name)) return masked;
    return typeof value === 'string' ? maskCredentials(value) : value;
  };
  return reply.code(code).type('application/json; charset=utf-8').send(JSON.stringify(body, mask));
}

const listenFailures: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EADDRNOTAVAIL: 'the address is none of this host',
  ENOTFOUND: 'there is no such host',
  EACCES: 'the port may not be used',
};

function listenError(error: unknown, host: string, port: number): SvcMonitorError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = listenFailures[code] ?? 'listening failed';
  const message = `the status endpoint cannot listen on ${host}:${port}: ${reason}; see http.host and http.port`;
  return new SvcMonitorError('invalid-configuration', message, { cause: error, details: { problems: [message] } });
}
