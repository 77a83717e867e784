import { SystemClock, type Clock } from '../base/clock/index.js';
import { SvcMonitorError } from '../base/errors/index.js';
import { silentLogger, type Logger } from '../base/log/index.js';
import { peers } from '../base/peer/index.js';
import { newOwnRequestId } from './client.js';
import { explained } from './connection-errors.js';
import { AxiosTransport, type HttpTransport } from './http-transport.js';
import { isDown } from './http-sender.js';
import type { ConfigApiOptions } from './options.js';
import { probeOf } from './probe.js';
import { requestHeaders } from './request-headers.js';
import { ServerHealth, type ServerHealthStatus } from './server-health.js';
import { serverUrls } from './server-list.js';

/** See {@link ApiServers}. */
export interface ApiServersOptions extends Pick<ConfigApiOptions, 'urls' | 'tls'> {
  /** Time for a probe, from connecting to the last byte. Milliseconds. */
  readonly probeTimeoutMs: number;
  /** Defaults to the machine's own. */
  readonly clock?: Clock;
  /** Defaults to none. */
  readonly logger?: Logger;
  /** What probes are sent with. Defaults to an {@link AxiosTransport} with `tls`. */
  readonly transport?: HttpTransport;
}

/** An API server, as whoever passes requests on sees it. */
export interface ApiServerStatus extends ServerHealthStatus {
  /** Base URL. */
  readonly url: string;
  /** Whether requests go there now. */
  readonly current: boolean;
}

/**
 * The API servers of one cluster by their health, for whoever sends them requests that are not the client's own. It chooses as the client
 * does: the same server until it fails, one that has failed is set aside and probed until it answers.
 */
export class ApiServers {
  /** Base URLs, in the order of the configuration. */
  public readonly urls: readonly string[];
  private readonly health: ServerHealth;
  private readonly transport: HttpTransport;
  private readonly probes = new Map<string, Promise<boolean>>();

  /** @throws SvcMonitorError `invalid-configuration` for URLs that cannot be used */
  public constructor(options: ApiServersOptions) {
    const { clock = new SystemClock(), logger = silentLogger, probeTimeoutMs } = options;
    this.urls = serverUrls(options.urls);
    this.transport = options.transport ?? new AxiosTransport({ tls: options.tls });
    const headers = (): Readonly<Record<string, string>> => requestHeaders({}, newOwnRequestId());
    const probe = probeOf({ transport: this.transport, clock, timeoutMs: probeTimeoutMs, headers });
    this.health = new ServerHealth({ servers: this.urls, clock, logger, probe });
  }

  /** Where to send a request next that these servers could not take; undefined if it was tried at all of them. */
  public choose(tried: ReadonlySet<string> = new Set()): string | undefined {
    const current = this.health.current();
    if (!tried.has(current)) return current;
    const left = this.urls.filter((url) => !tried.has(url));
    return left.find((url) => this.health.statusOf(url).state !== 'down') ?? left[0];
  }

  /** Whether there is another one that requests could go to, and that has not failed. */
  public hasOther(url: string): boolean {
    return this.health.hasOther(url);
  }

  /** The server has answered with that status: 502 to 504 say that it, or what stands before it, cannot serve now. */
  public answered(url: string, status: number): void {
    if (isDown(status)) this.health.failed(url, failure(`was answered ${status}`));
    else this.health.succeeded(url);
  }

  /**
   * There was no connection to the server.
   *
   * @param reason what Node.js or OpenSSL calls it, such as `ECONNREFUSED`
   * @returns why, with what to do about it
   */
  public unreachable(url: string, reason: string, message: string): SvcMonitorError {
    const error = explained(failure(`no connection: ${message}`, { reason }), peers.configApi);
    this.health.failed(url, error);
    return error;
  }

  /**
   * Probes a server that keeps somebody waiting, at most once at a time. Whether it is alive; one that is not is set aside. Rejects with
   * `aborted`, or with `closed` after {@link close}.
   */
  public isAlive(url: string, signal: AbortSignal): Promise<boolean> {
    const running = this.probes.get(url);
    if (running !== undefined) return running;
    const probe = this.health.isAlive(url, signal).finally(() => this.probes.delete(url));
    this.probes.set(url, probe);
    return probe;
  }

  /** How it stands with each, in the order of the configuration. */
  public status(): readonly ApiServerStatus[] {
    const current = this.health.current();
    return this.urls.map((url) => ({ url, current: url === current, ...this.health.statusOf(url) }));
  }

  /** Probes nobody any more. */
  public close(): void {
    this.health.close();
    this.transport.close();
  }
}

function failure(message: string, details: { readonly reason?: string } = {}): SvcMonitorError {
  return new SvcMonitorError('unavailable', message, { details });
}
