import type { Clock, Timer } from '../base/clock/index.js';
import { remedyOf, toSvcMonitorError, type Remedy, type SvcMonitorError } from '../base/errors/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import { backoffMs } from '../base/reconnect/index.js';

/** Whether an API server answers: by its last request or probe. */
export type ServerState = 'unknown' | 'up' | 'down';

/** How it stands with one API server. */
export interface ServerHealthStatus {
  readonly state: ServerState;
  /** Wall-clock time at which it came to that state, milliseconds since 1970; absent while nobody has asked it. */
  readonly since?: number;
  /** Why it is down. */
  readonly failure?: Remedy & { readonly message: string };
}

/** See {@link ServerHealth}. */
export interface ServerHealthOptions {
  /** Base URLs, at least one. */
  readonly servers: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Asks a server something cheap; rejects if it does not answer as one that is up. Bounded in time. */
  readonly probe: (url: string, signal: AbortSignal) => Promise<void>;
}

interface Server {
  readonly url: string;
  state: ServerState;
  since: number | undefined;
  failure: SvcMonitorError | undefined;
  probes: number;
  timer: Timer | undefined;
}

const firstProbeMs = 1_000;
const longestPauseMs = 30_000;

/**
 * Which of the API servers of one cluster requests go to: the same one until it fails, as an answer of one server that is healthy is worth
 * more than an even load. One that has failed is set aside, and probed after a pause that doubles up to half a minute, until it answers;
 * it is not gone back to before another fails. Where all have failed none is set aside: they are asked in turn.
 */
export class ServerHealth {
  private readonly servers: readonly Server[];
  private readonly lifetime = new AbortController();
  private index = 0;

  public constructor(private readonly options: ServerHealthOptions) {
    this.servers = options.servers.map((url) => ({
      url,
      state: 'unknown',
      since: undefined,
      failure: undefined,
      probes: 0,
      timer: undefined,
    }));
  }

  /** The base URL to use now. */
  public current(): string {
    return this.servers[this.index]?.url ?? '';
  }

  /** How it stands with that server. */
  public statusOf(url: string): ServerHealthStatus {
    const { state = 'unknown', since, failure } = this.find(url) ?? {};
    return {
      state,
      ...(since === undefined ? {} : { since }),
      ...(failure === undefined ? {} : { failure: { message: failure.message, ...remedyOf(failure.details) } }),
    };
  }

  /** Whether there is another one that requests could go to, and that has not failed. */
  public hasOther(url: string): boolean {
    return this.servers.some((server) => server.url !== url && server.state !== 'down');
  }

  /** A request to the server was answered. */
  public succeeded(url: string): void {
    const server = this.find(url);
    if (server === undefined || server.state === 'up') return;
    const { clock, logger } = this.options;
    const now = clock.now();
    if (server.state === 'down') {
      logger.info('config API server answers again', { server: url, downMs: now - (server.since ?? now) });
    }
    server.timer?.cancel();
    Object.assign(server, { state: 'up', since: now, failure: undefined, probes: 0, timer: undefined });
    // The one in use may be down: all were, until now.
    if (this.servers[this.index]?.state === 'down') this.index = this.servers.indexOf(server);
  }

  /** The server could not be reached, or answered as one that is down. */
  public failed(url: string, failure: SvcMonitorError): void {
    const server = this.find(url);
    if (server === undefined) return;
    const { clock, logger } = this.options;
    server.failure = failure;
    if (server.state !== 'down') {
      server.state = 'down';
      server.since = clock.now();
      this.scheduleProbe(server);
    }
    if (this.servers.length === 1 || url !== this.current()) return;
    this.index = this.next();
    logger.warn('config API server failed, going on with the next', {
      server: url,
      next: this.current(),
      ...errorFields(failure),
    });
  }

  /** Probes a server that keeps somebody waiting. Whether it is alive; one that is not has failed. Rejects with `aborted`. */
  public async isAlive(url: string, signal: AbortSignal): Promise<boolean> {
    const server = this.find(url);
    if (server === undefined) return false;
    const failure = await this.ask(server, signal);
    if (failure?.code === 'aborted') throw failure;
    if (failure !== undefined) this.failed(url, failure);
    return failure === undefined;
  }

  /** Probes nobody any more. */
  public close(): void {
    this.lifetime.abort();
    for (const { timer } of this.servers) timer?.cancel();
  }

  private find(url: string): Server | undefined {
    return this.servers.find((server) => server.url === url);
  }

  /** The next one that has not failed; if there is none, the next. */
  private next(): number {
    const count = this.servers.length;
    for (let step = 1; step < count; step += 1) {
      const index = (this.index + step) % count;
      if (this.servers[index]?.state !== 'down') return index;
    }
    return (this.index + 1) % count;
  }

  private scheduleProbe(server: Server): void {
    // With one server there is nothing to choose: requests find out by themselves.
    if (this.servers.length === 1 || this.lifetime.signal.aborted) return;
    const pauseMs = backoffMs(server.probes, firstProbeMs, longestPauseMs);
    server.probes += 1;
    server.timer = this.options.clock.schedule(pauseMs, () => void this.probe(server));
  }

  private async probe(server: Server): Promise<void> {
    const failure = await this.ask(server, this.lifetime.signal);
    if (this.lifetime.signal.aborted || server.state !== 'down') return;
    if (failure === undefined) {
      this.succeeded(server.url);
      return;
    }
    server.failure = failure;
    this.scheduleProbe(server);
  }

  private async ask(server: Server, signal: AbortSignal): Promise<SvcMonitorError | undefined> {
    try {
      await this.options.probe(server.url, signal);
      return undefined;
    } catch (error) {
      return toSvcMonitorError(error);
    }
  }
}
