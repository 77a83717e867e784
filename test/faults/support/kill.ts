import type { EmbeddedOpenSdn, EmbeddedMonitor } from '../../../fixtures/index.js';

/** When a monitor is killed: at a write, which the server gets or not, or at a message, which is not acknowledged. */
export interface Death {
  readonly at: 'write' | 'message';
  /** Counted from 1. */
  readonly index: number;
  /** Of a write: whether it has its effect. */
  readonly isCarriedOut: boolean;
}

/** A monitor that is to die as by SIGKILL: from one moment on it reaches nobody any more. */
export class Kill {
  private readonly death = new AbortController();
  private writes = 0;
  private messages = 0;

  public constructor(private readonly how: Death) {}

  /** Fires when it is dead. */
  public get signal(): AbortSignal {
    return this.death.signal;
  }

  /** How many writes it has sent until it died, and how many messages it has heard. */
  public get count(): Readonly<Record<Death['at'], number>> {
    return { write: this.writes, message: this.messages };
  }

  /** What a monitor that is to die takes as `accepts`. */
  public readonly accepts = (): boolean => {
    if (this.signal.aborted) return false;
    this.messages += 1;
    if (this.how.at !== 'message' || this.messages !== this.how.index) return true;
    this.death.abort();
    return false;
  };

  /** Has the server cut off what it sends when it is dead. Returns how to end that. */
  public arm(server: EmbeddedOpenSdn, { userAgent }: Pick<EmbeddedMonitor, 'userAgent'>): () => void {
    return server.use(async (request, next) => {
      if (request.userAgent !== userAgent) return next();
      const isWrite = request.method !== 'GET' && request.path !== '/list-bulk-collection';
      if (isWrite && !this.signal.aborted) {
        this.writes += 1;
        const isLast = this.how.at === 'write' && this.writes === this.how.index;
        if (isLast && this.how.isCarriedOut) await next();
        if (isLast) this.death.abort();
      }
      return this.signal.aborted ? { status: 0, body: '', transport: { kind: 'reset' } } : next();
    });
  }
}
