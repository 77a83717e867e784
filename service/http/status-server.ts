import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { SvcMonitorError, toSvcMonitorError } from '../../lib/index.js';
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

interface Answer {
  readonly code: number;
  readonly type: string;
  readonly text: string;
}

const maxHeaderBytes = 8192;
/** How long a request may take to come in, and how long a client may neither send nor read. */
const requestTimeoutMs = 5000;
const timeoutCheckMs = 1000;

/**
 * The endpoint for operators and their tools: `/healthz`, `/readyz`, `/metrics`, `/status`. It only reads, and asks for no
 * credentials. That it answers shows that the event loop runs. What cannot be understood Node.js answers itself, with 400, 408 or 431,
 * and closes the connection.
 */
export class StatusServer {
  private readonly server: Server;
  private begun: Promise<unknown> = Promise.resolve();
  private readonly pages: ReadonlyMap<string, () => Answer | Promise<Answer>>;

  public constructor(private readonly options: StatusServerOptions) {
    this.pages = pagesOf(options);
    this.server = createServer(
      {
        maxHeaderSize: maxHeaderBytes,
        headersTimeout: requestTimeoutMs,
        requestTimeout: requestTimeoutMs,
        connectionsCheckingInterval: timeoutCheckMs,
      },
      (request, response) => {
        void this.answer(request, response);
      },
    );
    this.server.setTimeout(requestTimeoutMs);
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
      throw listenError(error, host, port);
    }
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Stops listening and cuts the connections that are open. May be called twice. */
  public async stop(): Promise<void> {
    // A server that does not listen yet would do so after its close. Why it cannot, whoever started it is told.
    await this.begun.catch(() => undefined);
    await new Promise<void>((resolve) => {
      // The only error that there can be says that it does not listen, which is what is wanted.
      this.server.close(() => {
        resolve();
      });
      this.server.closeAllConnections();
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { code, type, text } = await this.answerTo(request);
    const bytes = Buffer.from(text);
    // Nothing here takes a body: the connection of one that is under way is not worth keeping.
    if (!request.complete) response.setHeader('connection', 'close');
    response.writeHead(code, { 'content-type': type, 'content-length': bytes.length });
    response.end(bytes);
  }

  private async answerTo({ method, url = '/' }: IncomingMessage): Promise<Answer> {
    const page = this.pages.get(url.split('?', 1)[0] ?? '/');
    if (page === undefined || (method !== 'GET' && method !== 'HEAD')) return text(404, 'not found');
    try {
      return await page();
    } catch (error) {
      return text(500, `failed: ${toSvcMonitorError(error).message}`);
    }
  }
}

function pagesOf(options: StatusServerOptions): ReadonlyMap<string, () => Answer | Promise<Answer>> {
  const { status, unreadyReasons, failure, metrics } = options;
  const pages = new Map<string, () => Answer | Promise<Answer>>([
    [
      '/healthz',
      () => {
        const failed = failure();
        return failed === undefined ? text(200, 'ok') : text(503, `failed: ${failed.message}`);
      },
    ],
    [
      '/readyz',
      () => {
        const reasons = unreadyReasons();
        return json(reasons.length === 0 ? 200 : 503, { ready: reasons.length === 0, reasons });
      },
    ],
    ['/status', () => json(200, status())],
  ]);
  if (metrics !== undefined) {
    pages.set('/metrics', async () => ({ code: 200, type: metrics.contentType, text: await metrics.render() }));
  }
  return pages;
}

function text(code: number, line: string): Answer {
  return { code, type: 'text/plain; charset=utf-8', text: `${maskCredentials(line)}\n` };
}

function json(code: number, body: object): Answer {
  // Nothing here should hold a secret; a broker's error text that quotes its URL could.
  const mask = (name: string, value: unknown): unknown => {
    if (isSecretName(name)) return masked;
    return typeof value === 'string' ? maskCredentials(value) : value;
  };
  return { code, type: 'application/json; charset=utf-8', text: JSON.stringify(body, mask) };
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
