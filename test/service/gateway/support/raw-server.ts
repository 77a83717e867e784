import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { eventually } from '../../../support/eventually.js';

/** A connection of a {@link RawServer}. */
export interface RawPeer {
  /** All that has come by it, as Latin-1. */
  received: string;
  receivedBytes: number;
  isClosed: boolean;
  readonly socket: Socket;
}

/** A TCP server that says what it is told to, whatever it is asked: an API server of which every byte is known. */
export class RawServer {
  public readonly peers: RawPeer[] = [];

  private lastPort = 0;

  private constructor(
    private readonly server: Server,
    /** Answers by itself when a whole head has come; undefined: the test answers. */
    public answer: string | undefined,
  ) {}

  /** @param answer what it says to each head that has come, and closes the connection then */
  public static async start(answer?: string): Promise<RawServer> {
    const server = createServer({ allowHalfOpen: true });
    const made = new RawServer(server, answer);
    server.on('connection', (socket) => {
      made.connected(socket);
    });
    await made.listen(0);
    return made;
  }

  public get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  public get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Waits for the connection of that number, and until it has brought that text. */
  public async heard(index: number, text: string): Promise<RawPeer> {
    await eventually(`connection ${index} brings ${text}`, () => this.peers[index]?.received.includes(text) === true);
    const peer = this.peers[index];
    if (peer === undefined) throw new Error('there is no such connection');
    return peer;
  }

  /** Listens again where it did. */
  public restart(): Promise<void> {
    return this.listen(this.lastPort);
  }

  /** Closes it, and all connections at once. May be called twice. */
  public async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const { socket } of this.peers) socket.destroy();
    await closed;
  }

  private listen(port: number): Promise<void> {
    return new Promise((resolve) => {
      this.server.listen(port, '127.0.0.1', () => {
        this.lastPort = this.port;
        resolve();
      });
    });
  }

  private connected(socket: Socket): void {
    const peer: RawPeer = { received: '', receivedBytes: 0, isClosed: false, socket };
    this.peers.push(peer);
    socket.on('error', () => undefined);
    socket.once('close', () => (peer.isClosed = true));
    socket.once('end', () => socket.end());
    socket.on('data', (data: Buffer) => {
      peer.receivedBytes += data.length;
      if (peer.received.length < 8_000_000) peer.received += data.toString('latin1');
      if (this.answer !== undefined && isWhole(peer.received)) socket.end(this.answer, 'latin1');
    });
  }
}

/** Whether a request has come as a whole, body and all. */
function isWhole(received: string): boolean {
  const [head = '', body] = received.split('\r\n\r\n', 2);
  if (body === undefined) return false;
  if (/^transfer-encoding:/im.test(head)) return received.endsWith('0\r\n\r\n');
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  return body.length >= length;
}
