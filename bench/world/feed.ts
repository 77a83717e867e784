import { createServer, type Server, type Socket } from 'node:net';
import type { NotificationMessage } from '../../fixtures/index.js';

/** Told of each message at the moment at which it is sent; `at` by this process's monotonic clock, milliseconds. */
export type PublicationListener = (message: NotificationMessage, at: number) => void;

/** The change stream of the bench: each notification as a line of JSON to whoever is connected, over loopback. */
export class NotificationFeed {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly listeners = new Set<PublicationListener>();
  private held: NotificationMessage[] | undefined;
  private port = 0;

  public constructor() {
    this.server = createServer({ noDelay: true }, (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
      // A reader that goes away closes the connection: nothing more is to be done.
      socket.on('error', () => socket.destroy());
    });
  }

  /** Begins to listen; resolves to the port. */
  public async start(): Promise<number> {
    await this.listen(0);
    const address = this.server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    return this.port;
  }

  /** Cuts all connections and takes no new ones, as a broker that is down. */
  public async goDown(): Promise<void> {
    await this.stop();
  }

  /** Takes connections again, where it did before. */
  public async comeBack(): Promise<void> {
    await this.listen(this.port);
  }

  /** Calls the listener at each message that is sent; returns how to stop. */
  public onPublish(listener: PublicationListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Sends a message, or keeps it while the feed is held. */
  public publish(message: NotificationMessage): void {
    if (this.held !== undefined) {
      this.held.push(message);
      return;
    }
    this.send([message]);
  }

  /** Sends messages one after the other in one go, held or not. */
  public send(messages: readonly NotificationMessage[]): void {
    const at = performance.now();
    for (const message of messages) for (const listener of this.listeners) listener(message, at);
    const text = messages.map((message) => `${JSON.stringify(message)}\n`).join('');
    for (const socket of this.sockets) socket.write(text);
  }

  /** Keeps back what comes from now on. */
  public hold(): void {
    this.held ??= [];
  }

  /** Ends the hold; returns what was kept, unsent, in order. */
  public takeHeld(): readonly NotificationMessage[] {
    const held = this.held ?? [];
    this.held = undefined;
    return held;
  }

  /** Cuts all connections: what is on its way is lost. */
  public cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Resolves when all connected readers have taken what was sent from the sockets' buffers. */
  public async drained(): Promise<void> {
    for (const socket of this.sockets) {
      if (socket.writableNeedDrain) await new Promise<void>((resolve) => socket.once('drain', resolve));
    }
  }

  /** Closes all. */
  public async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }

  private async listen(port: number): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
  }
}
