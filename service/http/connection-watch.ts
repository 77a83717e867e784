import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../lib/index.js';

/** How long a connection may take for what. Milliseconds. */
export interface ConnectionLimits {
  /** From the connection, or the end of the last answer, until the whole head of a request has come. */
  readonly headMs: number;
  /** From a request until its answer is made and read. An answer that goes on for ever is exempt. Infinity: all are. */
  readonly answerMs: number;
  /** From the end of the last answer until the whole head of the next request has come. Defaults to {@link headMs}. */
  readonly keptMs?: number;
}

interface Watched {
  /** Requests that are not answered yet. */
  open: number;
  /** Whether there has been a request at all. */
  hasAsked: boolean;
  timer: Timer | undefined;
}

/**
 * Cuts every connection that takes too long, by one rule: either a request of it is being answered, or the next one has to have come
 * in whole by a fixed moment. That a client sends something now and then, whatever it is, puts no moment off.
 */
export class ConnectionWatch {
  private readonly watched = new Map<Socket, Watched>();

  public constructor(
    private readonly clock: Clock,
    private readonly limits: ConnectionLimits,
  ) {}

  /** A client has connected. */
  public opened(socket: Socket): void {
    const entry: Watched = { open: 0, hasAsked: false, timer: undefined };
    this.watched.set(socket, entry);
    this.cutAfter(socket, entry, this.limits.headMs);
    socket.once('close', () => {
      entry.timer?.cancel();
      this.watched.delete(socket);
    });
  }

  /** The head of a request has come. Returns how many of the connection are not answered yet, this one among them. */
  public asked(socket: Socket): number {
    const entry = this.watched.get(socket);
    if (entry === undefined) return 0;
    entry.open += 1;
    entry.hasAsked = true;
    if (entry.open === 1) this.cutAfter(socket, entry, this.limits.answerMs);
    return entry.open;
  }

  /** The answer to a request goes on for ever: only its reader ends it. */
  public goesOn(socket: Socket): void {
    const entry = this.watched.get(socket);
    entry?.timer?.cancel();
  }

  /** An answer has ended. */
  public answered(socket: Socket): void {
    const entry = this.watched.get(socket);
    if (entry === undefined) return;
    entry.open -= 1;
    const { headMs, answerMs, keptMs = headMs } = this.limits;
    this.cutAfter(socket, entry, entry.open === 0 ? keptMs : answerMs);
  }

  /** Cuts the connections on which nothing is being answered. */
  public cutIdle(): void {
    for (const [socket, { open }] of this.watched) if (open === 0) socket.destroy();
  }

  private cutAfter(socket: Socket, entry: Watched, ms: number): void {
    entry.timer?.cancel();
    if (ms === Infinity) return;
    entry.timer = this.clock.schedule(ms, () => {
      if (entry.hasAsked) socket.destroy();
      else tellTooSlow(socket);
    });
  }
}

// Only on a connection that was not used yet: on one that is kept open it would look like the answer to a request that crosses it.
function tellTooSlow(socket: Socket): void {
  socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
  socket.destroySoon();
}
