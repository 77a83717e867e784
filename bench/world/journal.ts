import type { ApiMiddleware, EmbeddedOpenSdn, LoggedRequest } from '../../fixtures/index.js';
import type { FixedLatency } from './latency.js';
import type { NotificationFeed } from './feed.js';

/** A request of a measured process. Times are milliseconds of this process's monotonic clock. */
export interface JournalRequest {
  readonly startedAt: number;
  /** The answer was ready. */
  readonly endedAt: number;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  readonly operation: string;
  readonly kind: string;
  readonly access: 'read' | 'write';
}

/** A notification that was sent. */
export interface JournalNotification {
  readonly at: number;
  readonly oper: string;
  readonly type: string;
  readonly uuid: string;
  readonly requestId: string;
}

/** The clients whose requests are measured and take the fixed latency; all others are the cloud's own. */
export const measuredAgents: ReadonlySet<string> = new Set(['opensdn-svc-monitor', 'cron-watcher', 'bare']);

const reads = new Set(['read', 'list', 'fqname-to-id', 'id-to-fqname', 'prop-collection-get', 'home']);
const quietPollMs = 3;

/**
 * What happened when, as the server saw it: notifications as they were sent, requests of measured processes as they were answered.
 * Both by one clock, so no figure needs two clocks to agree.
 */
export class Journal {
  public readonly requests: JournalRequest[] = [];
  public readonly notifications: JournalNotification[] = [];
  private readonly listeners = new Set<(request: JournalRequest) => void>();
  private underWay = 0;
  private lastActivityAt = 0;
  private counts = { reads: 0, writes: 0 };
  private keeps = true;

  public constructor(server: EmbeddedOpenSdn, feed: NotificationFeed, latency: FixedLatency) {
    server.use(this.middleware(latency));
    server.requests.subscribe((request) => {
      if (measuredAgents.has(request.userAgent)) this.noteRequest(request);
    });
    feed.onPublish((message, at) => {
      this.lastActivityAt = at;
      if (!this.keeps) return;
      const { oper, type, uuid, 'request-id': requestId } = message;
      this.notifications.push({ at, oper, type, uuid, requestId });
    });
  }

  /** Reads and writes of measured processes since the beginning, or since `clear`. */
  public get totals(): { readonly reads: number; readonly writes: number } {
    return { ...this.counts };
  }

  /** Forgets all that happened. @param keeps whether what comes is kept one by one; else it is counted only */
  public clear(keeps = true): void {
    this.requests.length = 0;
    this.notifications.length = 0;
    this.counts = { reads: 0, writes: 0 };
    this.keeps = keeps;
  }

  /** Calls the listener at the end of each request of a measured process; returns how to stop. */
  public onRequest(listener: (request: JournalRequest) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Resolves when nothing was sent and no request was under way for that long. Rejects if that takes too long. Milliseconds. */
  public async quiet(quietMs: number, timeoutMs = 60_000): Promise<void> {
    const givenUpAt = performance.now() + timeoutMs;
    while (this.underWay > 0 || performance.now() - this.lastActivityAt < quietMs) {
      if (performance.now() > givenUpAt) throw new Error(`no quiet within ${timeoutMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, quietPollMs));
    }
  }

  private middleware(latency: FixedLatency): ApiMiddleware {
    return async (request, next) => {
      if (!measuredAgents.has(request.userAgent)) return next();
      this.underWay += 1;
      try {
        await latency.wait();
        return await next();
      } finally {
        this.underWay -= 1;
        this.lastActivityAt = performance.now();
      }
    };
  }

  private noteRequest(request: LoggedRequest): void {
    const endedAt = performance.now();
    const { method, path, body, status, operation, kind, durationMs } = request;
    const access = reads.has(operation) ? 'read' : 'write';
    if (access === 'read') this.counts.reads += 1;
    else this.counts.writes += 1;
    const startedAt = endedAt - durationMs;
    const noted = { startedAt, endedAt, method, path, body, status, operation, kind, access } as const;
    if (this.keeps) this.requests.push(noted);
    for (const listener of this.listeners) listener(noted);
  }
}
