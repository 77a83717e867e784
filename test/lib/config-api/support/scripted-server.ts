import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request that a {@link ScriptedServer} has received, with its whole body. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly socket: Socket;
}

export type Script = (request: ReceivedRequest, response: ServerResponse) => void;

/** An HTTP server on a port of its own that does with each request what the script says, and keeps a list of them. */
export class ScriptedServer {
  public readonly requests: ReceivedRequest[] = [];

  private constructor(
    private readonly server: Server,
    private script: Script,
  ) {}

  public static async start(script: Script): Promise<ScriptedServer> {
    const server = createServer();
    const scripted = new ScriptedServer(server, script);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void scripted.receive(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return scripted;
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The bodies received so far, parsed. */
  public get bodies(): readonly unknown[] {
    return this.requests.map((request) => (request.body === '' ? undefined : (JSON.parse(request.body) as unknown)));
  }

  public get paths(): readonly string[] {
    return this.requests.map((request) => `${request.method} ${request.path}`);
  }

  public respond(script: Script): void {
    this.script = script;
  }

  public async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
    this.server.closeAllConnections();
    await closed;
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
      socket: request.socket,
    };
    this.requests.push(received);
    this.script(received, response);
  }
}

/** Answers as bottle does: JSON for objects, text for the rest. */
export function answer(status: number, body: unknown, headers: Record<string, string> = {}): Script {
  return (_request, response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const type = typeof body === 'string' ? 'text/html; charset=UTF-8' : 'application/json; charset="UTF-8"';
    response.writeHead(status, { 'Content-Type': type, ...headers }).end(text);
  };
}

/** Each script once, in order; the last for all that follows. */
export function inTurn(...scripts: readonly Script[]): Script {
  let next = 0;
  return (request, response) => {
    const script = scripts[Math.min(next, scripts.length - 1)];
    next += 1;
    script?.(request, response);
  };
}

/** Takes the request, and never answers. */
export const hang: Script = () => undefined;

/** Breaks the connection without an answer. */
export const reset: Script = (request) => {
  request.socket.resetAndDestroy();
};
