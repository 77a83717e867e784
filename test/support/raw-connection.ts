import { connect, type Socket } from 'node:net';
import { eventually } from './eventually.js';

/** A bare TCP connection to an HTTP server: for requests that no client would send. */
export class RawConnection {
  /** All that has been received. */
  public received = '';
  /** Whether the other end has closed or cut it. */
  public isClosed = false;
  private readonly socket: Socket;

  /** @param url `http://host:port` */
  public constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.setEncoding('utf8');
    this.socket.on('data', (text: string) => (this.received += text));
    this.socket.on('close', () => (this.isClosed = true));
    // A connection that is cut ends with an error; that it is closed is what counts.
    this.socket.on('error', () => undefined);
  }

  /** Sends lines of a head, or anything else, as it is. */
  public send(data: string | Buffer): this {
    this.socket.write(data);
    return this;
  }

  /** Waits until this has been received. */
  public has(text: string): Promise<void> {
    return eventually(`"${text}" comes`, () => this.received.includes(text));
  }

  /** Waits until the other end has closed or cut it. */
  public closed(): Promise<void> {
    return eventually('the connection is closed', () => this.isClosed);
  }

  /** Cuts it. */
  public cut(): void {
    this.socket.destroy();
  }
}
