import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer, type Server, type TlsOptions } from 'node:tls';

/** Speaks TLS before a server that does not, with a certificate that can be changed while it runs. */
export class TlsFront {
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /**
   * Starts it on a port of its own.
   *
   * @param target URL of the server behind it
   * @param tls its certificate, and whose certificates it asks clients for
   */
  public static async start(target: string, tls: TlsOptions): Promise<TlsFront> {
    const { hostname, port } = new URL(target);
    const server = createServer(tls, (socket) => {
      const behind = connect({ host: hostname, port: Number(port) });
      for (const end of [socket, behind]) end.on('error', () => undefined);
      socket.pipe(behind).pipe(socket);
      socket.once('close', () => behind.destroy());
      behind.once('close', () => socket.destroy());
    });
    const front = new TlsFront(server);
    server.on('connection', (socket: Socket) => {
      front.sockets.add(socket);
      socket.once('close', () => front.sockets.delete(socket));
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  public get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Another certificate, or other authorities, for connections from now on. */
  public present(tls: TlsOptions): void {
    this.server.setSecureContext(tls);
  }

  /** Breaks all connections. */
  public cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Closes it, and all connections at once. */
  public async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.cut();
    await closed;
  }
}
