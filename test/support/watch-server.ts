import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request that a {@link WatchServer} was sent. */
export interface WatchRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

type Answer = (request: WatchRequest, response: ServerResponse) => void;

/**
 * A server of `GET /watch` that says what it is told to, well-formed or not, over real HTTP. Each stream begins with an empty `init` event
 * for each type that is asked for, unless it is told otherwise.
 */
export class WatchServer {
  public readonly requests: WatchRequest[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly streams = new Set<ServerResponse>();
  private readonly answers: Answer[] = [];
  private isCut = false;

  private constructor(private readonly server: Server) {}

  public static async start(): Promise<WatchServer> {
    const server = createServer();
    const made = new WatchServer(server);
    server.on('request', (request, response) => {
      made.handle(request, response);
    });
    server.on('connection', (socket) => {
      made.sockets.add(socket);
      socket.once('close', () => made.sockets.delete(socket));
      if (made.isCut) socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** How many streams are open. */
  public get open(): number {
    return this.streams.size;
  }

  /** Bytes that wait because nobody reads them. */
  public get waitingBytes(): number {
    return [...this.streams].reduce((sum, stream) => sum + stream.writableLength, 0);
  }

  /** Sends an event on all streams; data that is no text as JSON. */
  public event(name: string, data: unknown): void {
    this.send(`event: ${name}\ndata: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
  }

  /** Sends text or bytes on all streams, as they are. */
  public send(text: string | Uint8Array): void {
    for (const stream of this.streams) stream.write(text);
  }

  /** Ends all streams in good order. */
  public end(): void {
    for (const stream of this.streams) stream.end();
  }

  /** The next request that has no answer yet is answered so. */
  public answerNext(answer: Answer): void {
    this.answers.push(answer);
  }

  /** Begins a stream: its headers, and nothing else. What is sent from now on goes to it, too. */
  public begin(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.flushHeaders();
    this.streams.add(response);
    response.once('close', () => this.streams.delete(response));
  }

  /** Breaks all connections, and lets none come up. */
  public cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Lets connections come up again. */
  public restore(): void {
    this.isCut = false;
  }

  public async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private handle(message: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(message.url ?? '/', this.url);
    const request = { method: message.method ?? '', path: pathname, query: searchParams, headers: message.headers };
    this.requests.push(request);
    (this.answers.shift() ?? this.stream)(request, response);
  }

  private readonly stream: Answer = ({ query }, response) => {
    this.begin(response);
    for (const type of (query.get('resource_type') ?? '').split(',')) {
      response.write(`event: init\ndata: {"${type.replaceAll('_', '-')}s": []}\n\n`);
    }
  };
}

/** Answers with a status and a text. */
export function refusal(status: number, text: string): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html; charset=UTF-8' }).end(text);
  };
}
