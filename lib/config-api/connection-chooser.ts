import { withTimeout, type Clock } from '../base/clock/index.js';
import { SvcMonitorError, toSvcMonitorError } from '../base/errors/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import { planConnection, type ConnectionChoice } from './connection-plan.js';
import type { ConnectionUse } from './connection-pools.js';
import type { HttpTransport } from './http-transport.js';
import type { ConfigApiOptions } from './options.js';

/** See {@link ConnectionChooser}. */
export interface ConnectionChooserOptions {
  readonly setting: NonNullable<ConfigApiOptions['keepAlive']>;
  /** Base URLs. */
  readonly servers: readonly string[];
  readonly transport: HttpTransport;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Time for one request that measures. Milliseconds. */
  readonly timeoutMs: number;
  /** Headers of a request that measures, besides the token. */
  readonly headers: () => Readonly<Record<string, string>>;
}

interface Server {
  choice: ConnectionChoice;
  isBeingMeasured: boolean;
  /** By the monotonic clock. */
  startedAt: number;
  dueAt: number;
  /** Grows with each failure: what was measured before says nothing of the server that answers after it. */
  failures: number;
  /** Measured since it failed. */
  isKnown: boolean;
}

/** A connection has to be used for a while before the kernel delays its acknowledgements. */
const warmUpRounds = 4;
const measuredRounds = 8;

/** Of the beginnings of two measurements of a server, however often it fails. */
const shortestPauseMs = 10_000;

/** At its first use all is busy with the first full read, and the code is cold. */
const secondLookMs = 60_000;

/** A proxy may have been put before a server that has not failed. */
const longestPauseMs = 3_600_000;

const uses = ['fresh', 'reused'] as const;

/** What all servers know. The answer is as short as that to a write: of a long one, other parts are delayed or none. */
const probe = { path: '/fqname-to-id', body: JSON.stringify({ type: 'domain', fq_name: ['default-domain'] }) } as const;

/**
 * Chooses for each server whether requests have connections of their own or reuse one, whichever is faster, as that depends on what
 * stands behind the URL (docs/opensdn.md, 5.5).
 *
 * It measures both ways with a read of its own, 12 requests each in turn and one at a time, after the first request that succeeded; and
 * anew after a server has failed and succeeds again, at most every 10 s; a minute after that once more, then every hour. It sets no timer: only requests that
 * succeed set it off. Until it is measured a server gets fresh connections. No other request waits for it; a probe that fails says nothing.
 */
export class ConnectionChooser {
  private readonly servers: ReadonlyMap<string, Server>;
  private readonly lifetime = new AbortController();

  public constructor(private readonly options: ConnectionChooserOptions) {
    const use = options.setting === true ? 'reused' : 'fresh';
    this.servers = new Map(
      options.servers.map((url) => [
        url,
        {
          choice: { use },
          isBeingMeasured: false,
          startedAt: -Infinity,
          dueAt: -Infinity,
          failures: 0,
          isKnown: false,
        },
      ]),
    );
    for (const url of options.servers) this.report(url, use);
  }

  /** What is used for a server, and why. */
  public choiceFor(url: string): ConnectionChoice {
    return this.servers.get(url)?.choice ?? { use: 'fresh' };
  }

  /**
   * A request to the server has succeeded.
   *
   * @param token what it carried, for the requests that measure
   */
  public succeeded(url: string, token: Readonly<Record<string, string>>): void {
    const { setting, clock } = this.options;
    const server = this.servers.get(url);
    if (setting !== 'auto' || server === undefined || server.isBeingMeasured || this.lifetime.signal.aborted) return;
    const now = clock.monotonic();
    if (now < server.dueAt) return;
    server.isBeingMeasured = true;
    server.startedAt = now;
    server.dueAt = now + shortestPauseMs;
    void this.measure(url, server, token).finally(() => {
      server.isBeingMeasured = false;
    });
  }

  /** The server could not be reached, or answered as one that is down. */
  public failed(url: string): void {
    const server = this.servers.get(url);
    if (this.options.setting !== 'auto' || server === undefined) return;
    server.failures += 1;
    server.isKnown = false;
    server.dueAt = server.startedAt + shortestPauseMs;
    server.choice = { use: 'fresh' };
    this.report(url, 'fresh');
  }

  /** Calls off what is under way. */
  public close(): void {
    this.lifetime.abort();
  }

  private async measure(url: string, server: Server, token: Readonly<Record<string, string>>): Promise<void> {
    const { clock, logger } = this.options;
    const { failures } = server;
    const times: Record<ConnectionUse, number[]> = { fresh: [], reused: [] };
    try {
      for (let round = 0; round < warmUpRounds + measuredRounds; round += 1) {
        for (const use of uses) {
          const ms = await this.time(url, use, token);
          if (server.failures !== failures) return;
          if (round >= warmUpRounds) times[use].push(ms);
        }
      }
    } catch (error) {
      const failure = toSvcMonitorError(error);
      if (failure.code === 'bug') logger.error('connections cannot be measured', errorFields(failure));
      else logger.debug('connections could not be measured', { server: url, ...errorFields(failure) });
      return;
    }
    server.dueAt = clock.monotonic() + (server.isKnown ? longestPauseMs : secondLookMs);
    server.isKnown = true;
    this.choose(url, server, planConnection(server.choice.use, times));
  }

  private async time(url: string, use: ConnectionUse, token: Readonly<Record<string, string>>): Promise<number> {
    const { transport, clock, timeoutMs, headers } = this.options;
    const request = {
      method: 'POST',
      url: `${url}${probe.path}`,
      headers: { ...headers(), ...token },
      body: probe.body,
      connection: use,
    } as const;
    const startedAt = clock.monotonic();
    const { status } = await withTimeout(clock, timeoutMs, this.lifetime.signal, (until) =>
      transport.send(request, until),
    );
    if (status >= 500) throw new SvcMonitorError('unavailable', `was answered ${status}`, { details: {} });
    return clock.monotonic() - startedAt;
  }

  private choose(url: string, server: Server, choice: ConnectionChoice): void {
    server.choice = choice;
    this.report(url, choice.use);
    this.options.logger.info('connections to a config API server measured', { server: url, ...choice });
  }

  private report(url: string, use: ConnectionUse): void {
    this.options.metrics.set('config_api_connections_reused', { server: url }, use === 'reused' ? 1 : 0);
  }
}
