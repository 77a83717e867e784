import { hostname } from 'node:os';
import { SystemClock, type Clock, type Timer } from '../../base/clock/index.js';
import { SvcMonitorError } from '../../base/errors/index.js';
import { errorFields, silentLogger, type Logger } from '../../base/log/index.js';
import { silentMetrics, type Metrics } from '../../base/metrics/index.js';
import { keepConnected, type Attempt, type Loss } from '../../base/reconnect/index.js';
import type { Ownership, ZookeeperOwnershipStatus } from '../ownership.js';
import { Candidacy } from './candidacy.js';
import { leadershipFailure } from './zookeeper-failure.js';
import { ZookeeperSession } from './zookeeper-session.js';

/** What a {@link ZookeeperElection} is made of. Only `servers` has to be there. */
export interface ZookeeperElectionOptions {
  /** Servers of one ensemble, each `host:port`, IPv6 addresses in brackets. */
  readonly servers: readonly string[];
  /** The node below which the contenders meet. Defaults to `/opensdn-svc-monitor`; the original's is `/svc-monitor`. */
  readonly path?: string;
  /** How this contender calls itself to people. Defaults to `<host name>:<process id>`. */
  readonly name?: string;
  /**
   * How long the ensemble keeps the place of a contender that it does not hear of. Milliseconds; defaults to 10000. What counts is what the
   * ensemble grants.
   */
  readonly sessionTimeoutMs?: number;
  /** Wait before the second session; doubles with each. Milliseconds; defaults to 100. */
  readonly retryLowMs?: number;
  /** The longest wait between sessions. Milliseconds; defaults to 2000. */
  readonly retryHighMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
}

const longestName = 255;

/**
 * Ownership of everything, by one monitor at a time, which ZooKeeper elects among those that meet at one path: the leader. The others stand by.
 * It takes part by the protocol of kazoo's elections, so the original svc-monitor at the same path is a contender like any other.
 *
 * The leader acts by a lease of its own: it ends, by the monotonic clock of this process, two thirds of the session that ZooKeeper has granted after
 * the last question that ZooKeeper has answered was asked. So a process that was frozen, or is cut off, stops acting before ZooKeeper lets another
 * one lead. While ZooKeeper is away nobody acts. Whoever has lost its session contends anew; the process and its cache stay.
 */
export class ZookeeperElection implements Ownership {
  private readonly servers: readonly string[];
  private readonly path: string;
  private readonly name: string;
  private readonly sessionTimeoutMs: number;
  private readonly retry: { readonly retryLowMs: number; readonly retryHighMs: number };
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly metrics: Metrics;
  private readonly listeners = new Set<() => void>();
  private readonly stopController = new AbortController();
  /** The lease, by the monotonic clock. */
  private leaseEndsAt = -Infinity;
  private leaseTimer: Timer | undefined;
  private isLeader = false;
  /** Wall clock. */
  private since: number;
  private leaderName: string | undefined;
  private failure: { readonly error: SvcMonitorError; readonly since: number } | undefined;
  private session: ZookeeperSession | undefined;
  private contending: Promise<void> | undefined;
  private stopping: Promise<void> | undefined;

  public constructor(options: ZookeeperElectionOptions) {
    this.servers = options.servers;
    this.path = options.path ?? '/opensdn-svc-monitor';
    this.name = options.name ?? `${hostname()}:${process.pid}`;
    this.sessionTimeoutMs = options.sessionTimeoutMs ?? 10_000;
    this.retry = { retryLowMs: options.retryLowMs ?? 100, retryHighMs: options.retryHighMs ?? 2_000 };
    this.clock = options.clock ?? new SystemClock();
    this.logger = options.logger ?? silentLogger;
    this.metrics = options.metrics ?? silentMetrics;
    this.since = this.clock.now();
  }

  public mayAct(): boolean {
    return this.clock.monotonic() < this.leaseEndsAt;
  }

  public owns(): boolean {
    return this.mayAct();
  }

  public onChanged(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  public start(): void {
    if (this.contending !== undefined) throw new SvcMonitorError('already-started', 'the election was entered before');
    if (this.stopping !== undefined) throw new SvcMonitorError('closed', 'the election was left');
    this.metrics.set('leader', { path: this.path }, 0);
    this.contending = keepConnected(
      {
        ...this.retry,
        clock: this.clock,
        // The client library asks the servers of the ensemble in turn by itself.
        servers: [this.servers],
        attempt: (attempt) => this.contend(attempt),
        onLost: (error, isNews) => {
          this.trouble(error, isNews);
        },
      },
      this.stopController.signal,
    );
  }

  public stop(): Promise<void> {
    this.stopping ??= this.close();
    return this.stopping;
  }

  public status(): ZookeeperOwnershipStatus {
    const isLeader = this.mayAct();
    const leaderName = isLeader ? this.name : this.leaderName;
    return {
      mode: 'zookeeper',
      role: isLeader ? 'leader' : 'standby',
      since: this.since,
      path: this.path,
      name: this.name,
      ...(leaderName === undefined ? {} : { leaderName }),
      connected: this.session?.isConnected === true,
      ...(this.failure === undefined
        ? {}
        : { lastError: this.failure.error.message, lastErrorSince: this.failure.since, setting: 'zookeeper.hosts' }),
    };
  }

  private async contend({ signal, connected }: Attempt<readonly string[]>): Promise<Loss> {
    const { servers, path, name, clock, sessionTimeoutMs } = this;
    const session = new ZookeeperSession({ servers, sessionTimeoutMs, clock });
    this.session = session;
    // The reasons of one outage, each of which is told once.
    const told = new Set<string>();
    const answered = (): void => {
      connected();
      told.clear();
      this.failure = undefined;
    };
    try {
      await session.open(signal);
      const candidacy = new Candidacy({
        session,
        servers,
        path,
        name,
        clock,
        onLeading: (askedAt) => {
          answered();
          this.lead(askedAt, session.timeoutMs);
        },
        onStandby: (leader) => {
          answered();
          this.standBy(leader);
        },
        onTrouble: (error) => {
          this.trouble(error, !told.has(error.message));
          told.add(error.message);
        },
      });
      return { error: await candidacy.run(signal) };
    } finally {
      // Before the node goes: then another one leads.
      this.endLease('the place in the election is lost');
      await session.close();
    }
  }

  private lead(askedAt: number, timeoutMs: number): void {
    const endsAt = askedAt + (2 * timeoutMs) / 3;
    // An answer that came too late, to a process that was frozen, is no lease.
    if (endsAt <= this.clock.monotonic()) return;
    this.leaseEndsAt = endsAt;
    this.leaseTimer?.cancel();
    this.awaitEnd();
    if (this.isLeader) return;
    this.logger.info('leading', { path: this.path, name: this.name });
    this.become(true);
  }

  private standBy(leader: string | undefined): void {
    // The other one's own text, which may be of any length: it is shown and logged.
    const leaderName = leader?.slice(0, longestName);
    if (this.leaderName !== leaderName) {
      this.logger.info('standing by', { path: this.path, name: this.name, leader: leaderName });
    }
    this.leaderName = leaderName;
  }

  private awaitEnd(): void {
    this.leaseTimer = this.clock.schedule(this.leaseEndsAt - this.clock.monotonic(), () => {
      // Timers may fire a little early.
      if (this.mayAct()) this.awaitEnd();
      else this.endLease('ZooKeeper has not answered for two thirds of the session');
    });
  }

  private endLease(reason: string): void {
    this.leaseTimer?.cancel();
    this.leaseTimer = undefined;
    this.leaseEndsAt = -Infinity;
    this.leaderName = undefined;
    if (!this.isLeader) return;
    const { path, name } = this;
    if (!this.stopController.signal.aborted) this.logger.warn('no longer leading', { path, name, reason });
    else this.logger.info('leadership given up', { path, name });
    this.become(false);
  }

  private become(isLeader: boolean): void {
    this.isLeader = isLeader;
    this.since = this.clock.now();
    this.metrics.set('leader', { path: this.path }, isLeader ? 1 : 0);
    this.metrics.increment('leader_changes_total', {});
    for (const listener of this.listeners) listener();
  }

  private trouble(error: SvcMonitorError, isNews: boolean): void {
    this.failure = { error, since: this.failure?.since ?? this.clock.now() };
    this.metrics.increment('errors_total', { code: error.code });
    if (!isNews) return;
    this.logger.warn('ZooKeeper cannot be used to elect a leader, going on trying', {
      path: this.path,
      ...errorFields(error),
    });
  }

  private async close(): Promise<void> {
    this.stopController.abort(leadershipFailure('the election was left', this.servers, 'closed'));
    this.endLease('the monitor stops');
    await this.session?.close();
    await this.contending;
  }
}
