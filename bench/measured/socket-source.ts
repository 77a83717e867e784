import { connect, type Socket } from 'node:net';
import { MemorySource, type ChangeSink, type ChangeSource, type Metrics, type SourceStatus } from '../../lib/index.js';

/** Messages that the source holds unacknowledged before it stops reading; the memory source loses all at 10000. */
const mostHeld = 8_000;
const reconnectMs = 200;

/** A change stream over a socket: a notification per line, as the bench's feed sends them. Follows it through lost connections. */
export class SocketSource implements ChangeSource {
  public readonly name = 'socket';
  private readonly inner: MemorySource;
  private readonly port: number;
  private socket: Socket | undefined;
  private rest = '';
  private held = 0;
  private isStopped = false;

  public constructor(port: number, metrics: Metrics) {
    this.port = port;
    this.inner = new MemorySource({ name: this.name, metrics });
  }

  /** Messages that are taken and not acknowledged yet. */
  public get unacknowledged(): number {
    return this.held;
  }

  public async start(sink: ChangeSink, signal: AbortSignal): Promise<void> {
    await this.open();
    await this.inner.start(sink, signal);
  }

  public async stop(): Promise<void> {
    this.isStopped = true;
    this.socket?.destroy();
    await this.inner.stop();
  }

  public status(): SourceStatus {
    return this.inner.status();
  }

  private async open(): Promise<void> {
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    socket.setEncoding('utf8');
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    this.socket = socket;
    this.rest = '';
    socket.on('data', (chunk: string) => {
      this.take(chunk);
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.lost();
    });
  }

  private lost(): void {
    if (this.isStopped) return;
    this.inner.disconnect({ reason: 'the feed closed the connection', queueLost: true });
    setTimeout(() => {
      this.open().then(
        () => {
          this.inner.reconnect();
        },
        () => {
          this.lost();
        },
      );
    }, reconnectMs);
  }

  private take(chunk: string): void {
    const lines = (this.rest + chunk).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.publish(line);
    if (this.held > mostHeld) this.socket?.pause();
  }

  private publish(line: string): void {
    this.held += 1;
    void this.inner.publish(line).then(() => {
      this.held -= 1;
      if (this.held <= mostHeld / 2 && this.socket?.isPaused() === true) this.socket.resume();
    });
  }
}
