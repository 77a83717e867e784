import type { Clock } from '../base/clock/index.js';
import { sleep, withTimeout } from '../base/clock/index.js';
import { hasCode, SvcMonitorError, toSvcMonitorError } from '../base/errors/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import { failureOf, problemOf, problemTypes, type Problem } from '../base/problems/index.js';
import type { CacheListener, Echoes, Informer, ObjectCache, Transition } from '../cache/index.js';
import { streamPart, type ChangeSink, type ChangeSource, type RejectedMessage } from '../change-stream/index.js';
import type { ConfigApiClient, ConfigApiStatus } from '../config-api/index.js';
import type { AnyController, Feed, KeyViews } from '../controller/index.js';
import type { BackgroundTask, TaskContext } from '../managers/index.js';
import type { Ownership, OwnershipStatus } from '../ownership/index.js';
import { awaitedBy, type HealthStatus } from './health.js';
import type { HealthKeeper } from './health-keeper.js';
import type { Monitor, MonitorStatus } from './monitor.js';
import type { RejectionLog } from './problems.js';
import { SelfTest } from './self-test.js';

/** Hears of changes in the cache and passes them on to the controllers. */
export class Feeder implements CacheListener {
  public constructor(
    private readonly parts: {
      readonly feeds: readonly Feed[];
      readonly rejections: RejectionLog;
      readonly metrics: Metrics;
    },
  ) {}

  public changed(transition: Transition, cause: 'live' | 'resync', by?: string): void {
    for (const feed of this.parts.feeds) if (feed.name !== by) feed.changed(transition, cause);
  }

  public rejected(error: SvcMonitorError): void {
    this.parts.rejections.objectRejected(error);
    this.parts.metrics.increment('errors_total', { code: error.code });
  }

  public accepted(uuid: string): void {
    this.parts.rejections.objectAccepted(uuid);
  }

  public messageRejected(message: RejectedMessage): void {
    this.parts.rejections.messageRejected(message);
    this.parts.metrics.increment('errors_total', { code: 'invalid-message' });
  }

  public synced(): void {
    for (const feed of this.parts.feeds) feed.all();
  }
}

/** What a monitor is put together from. */
export interface ConfigMonitorParts {
  readonly source: ChangeSource;
  readonly configApi: Pick<ConfigApiClient, 'status'>;
  readonly informer: Informer;
  readonly cache: ObjectCache;
  readonly feeds: readonly Feed[];
  readonly controllers: readonly AnyController[];
  readonly ownership: Ownership;
  readonly rejections: RejectionLog;
  /** Tells whether it is ready; may have been there before it, and go on after it. */
  readonly health: HealthKeeper;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Tests the change stream, if it is given. */
  readonly selfTest?: { readonly intervalMs: number; readonly echoes: Echoes } | undefined;
  readonly syncTimeoutMs: number;
  readonly drainTimeoutMs: number;
  /** What runs besides, until it stops. */
  readonly tasks: readonly BackgroundTask[];
  readonly taskContext: TaskContext;
  /** Ends what the parts keep open, after all else has stopped. */
  readonly close: () => void;
}

// To follow the stream before the first full read spares a second one. A broker that is away must not hold it up for long.
const sourceHeadStartMs = 2_000;

/** The monitor: change stream, cache and controllers, in their order of start and stop. */
export class ConfigMonitor implements Monitor {
  private readonly lifetime = new AbortController();
  private state: MonitorStatus['state'] = 'stopped';
  private started = false;
  private stopping: Promise<void> | undefined;
  private following: Promise<void> = Promise.resolve();
  private testing: Promise<void> = Promise.resolve();
  private tasks: Promise<unknown> = Promise.resolve();
  private unheard: () => void = () => undefined;

  public constructor(private readonly parts: ConfigMonitorParts) {}

  public async start(signal: AbortSignal): Promise<void> {
    if (this.started) throw new SvcMonitorError('already-started', 'the monitor was started before');
    this.started = true;
    this.enter('starting');
    this.unheard = this.parts.health.outages.onChanged(() => {
      this.health();
    });
    const { informer, controllers, feeds, ownership, clock, logger, syncTimeoutMs } = this.parts;
    const both = AbortSignal.any([signal, this.lifetime.signal]);
    this.following = this.follow(both);
    await this.headStart(both);
    informer.start();
    try {
      await withTimeout(clock, syncTimeoutMs, both, (inner) => informer.waitForSync(inner));
    } catch (error) {
      if (!hasCode(error, 'timeout')) throw error;
      throw new SvcMonitorError('not-synced', 'the first full read did not finish in time', {
        cause: error,
        details: {
          kinds: informer.unreadKinds,
          lastError: informer.resyncStatus.lastError,
          timeoutMs: syncTimeoutMs,
        },
      });
    }
    this.tasks = Promise.all(this.parts.tasks.map((task) => this.inBackground(task)));
    for (const controller of controllers) controller.start();
    // Not before: a share would be without an owner that can act. What is gained is looked at as a whole, what is lost is forgotten.
    ownership.onChanged(() => {
      for (const feed of feeds) feed.all();
    });
    ownership.start();
    const queued = Object.fromEntries(feeds.map(({ name, length }) => [name, length]));
    logger.info('monitor running', { queued, source: this.parts.source.name });
    this.enter('running');
    this.testing = this.test();
  }

  public stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  public status(): MonitorStatus {
    const { source, configApi, informer, cache, ownership, controllers } = this.parts;
    const shared = ownership.status();
    const problems = this.problems();
    const health = this.health(problems);
    const echoes = this.parts.selfTest?.echoes.status();
    return {
      state: this.state,
      ready: health.ready,
      health,
      source: source.status(),
      ...(echoes === undefined ? {} : { selfTest: echoes }),
      configApi: configApi.status(),
      resync: informer.resyncStatus,
      cache: Object.fromEntries(cache.kinds.map((kind) => [kind, cache.size(kind)])),
      role: ownership.mayAct() ? 'leader' : 'standby',
      ...(shared === undefined ? {} : { ownership: shared }),
      controllers: Object.fromEntries(controllers.map((controller) => [controller.name, controller.status()])),
      problems,
    };
  }

  public views(): readonly KeyViews[] {
    return this.parts.controllers.flatMap(({ views }) => views ?? []);
  }

  // Since when something is so is known to whoever noticed it, and is the same at each look.
  private problems(): readonly Problem[] {
    const { rejections, controllers, ownership, health, configApi } = this.parts;
    return [
      ...health.outages.problems(),
      ...configApiProblems(configApi.status()),
      ...electionProblems(ownership.status()),
      ...this.unannounced(),
      ...rejections.problems(),
      ...controllers.flatMap((controller) =>
        controller.problems().map((problem) => ({ ...problem, controller: controller.name })),
      ),
    ];
  }

  private unannounced(): readonly Problem[] {
    const found = this.parts.informer.unannouncedStatus;
    if (found === undefined) return [];
    const { lastRead, lastHour, since } = found;
    const message = `full reads have found changes that nobody had announced: the last one ${countsOf(lastRead)}; those of the last hour ${countsOf(lastHour)}`;
    return [problemOf(problemTypes, 'unannounced', { message, since })];
  }

  private enter(state: MonitorStatus['state']): void {
    this.state = state;
    this.health();
  }

  // Looked at whenever something of it changes, so that what is logged of it comes at once.
  private health(problems: readonly Problem[] = this.problems()): HealthStatus {
    const { source, informer, ownership, health } = this.parts;
    const readError = informer.resyncStatus.lastError;
    const shared = ownership.status();
    const isJoined = shared?.mode === 'kafka' ? shared.joined : undefined;
    const role = shared?.mode === 'zookeeper' ? shared.role : undefined;
    const isStreamLost = health.outages.of(streamPart) !== undefined;
    const awaited = awaitedBy({ state: this.state, readError, source: source.status(), isStreamLost, isJoined });
    return health.look({ awaited, problems, role });
  }

  private async test(): Promise<void> {
    const { selfTest, source, informer, controllers, health, clock, logger } = this.parts;
    if (selfTest === undefined) return;
    const write = async (signal: AbortSignal): Promise<boolean> => {
      for (const controller of controllers) if (await controller.rewriteOwn(signal)) return true;
      return false;
    };
    const readAll = (): void => {
      informer.missed();
    };
    const test = new SelfTest({ ...selfTest, source, write, readAll, outages: health.outages, clock, logger });
    await test.run(this.lifetime.signal);
  }

  private async inBackground(task: BackgroundTask): Promise<void> {
    const { taskContext, logger, metrics } = this.parts;
    try {
      await task.run(taskContext, this.lifetime.signal);
    } catch (error) {
      if (this.lifetime.signal.aborted) return;
      logger.error('background task failed', { task: task.name, ...errorFields(error) });
      metrics.increment('errors_total', { code: toSvcMonitorError(error).code });
    }
  }

  private async follow(signal: AbortSignal): Promise<void> {
    try {
      await this.parts.source.start(this.sink(), signal);
    } catch (error) {
      if (signal.aborted || this.stopping !== undefined) return;
      // Without its stream the monitor is late, by at most the time between full reads, but not wrong.
      this.parts.logger.error('change stream cannot be followed', errorFields(error));
      this.parts.health.outages.failed(streamPart, failureOf(toSvcMonitorError(error), 'stream-unreachable'));
      this.parts.metrics.increment('errors_total', { code: 'source-failed' });
    }
  }

  private sink(): ChangeSink {
    const { informer } = this.parts;
    const thenLook = (tell: () => void): (() => void) => {
      return () => {
        tell();
        this.health();
      };
    };
    return {
      connected: thenLook(() => {
        informer.connected();
      }),
      resumed: thenLook(() => {
        informer.resumed();
      }),
      missed: () => {
        informer.missed();
      },
      disconnected: (reason) => {
        informer.disconnected(reason);
        this.health();
      },
      deliver: (change) => informer.deliver(change),
      skipped: (message) => {
        informer.skipped(message);
      },
    };
  }

  private async headStart(signal: AbortSignal): Promise<void> {
    const waited = new AbortController();
    const enough = AbortSignal.any([signal, waited.signal]);
    try {
      await Promise.race([this.following, sleep(this.parts.clock, sourceHeadStartMs, enough)]);
    } finally {
      waited.abort();
    }
  }

  private async stopAll(): Promise<void> {
    const { source, informer, controllers, ownership, drainTimeoutMs, close } = this.parts;
    this.enter('stopping');
    this.unheard();
    // Workers first: what they are writing is finished while the cache still learns of it.
    const draining = Promise.all(controllers.map((controller) => controller.stop(drainTimeoutMs)));
    const sourceStopped = source.stop();
    await draining;
    await ownership.stop();
    informer.stop();
    this.lifetime.abort();
    await sourceStopped;
    await this.following;
    await this.testing;
    await this.tasks;
    close();
    this.state = 'stopped';
  }
}

// Who elects tells by itself since when it is away.
function configApiProblems({ servers, login }: ConfigApiStatus): readonly Problem[] {
  const away = servers.flatMap(({ url, since, failure }) =>
    since === undefined || failure === undefined ? [] : [{ since, ...failure, message: `${url}: ${failure.message}` }],
  );
  const { failure } = login ?? {};
  return [
    // Where all are away, that is an outage, which is told as such.
    ...(away.length === servers.length
      ? []
      : away.map((fields) => problemOf(problemTypes, 'config-api-set-aside', fields))),
    ...(failure === undefined ? [] : [problemOf(problemTypes, 'token-not-renewed', failure)]),
  ];
}

function electionProblems(status: OwnershipStatus | undefined): readonly Problem[] {
  if (status?.mode !== 'zookeeper' || status.lastError === undefined) return [];
  const { lastError: message, lastErrorSince: since = status.since, setting = 'zookeeper.hosts' } = status;
  return [problemOf(problemTypes, 'ownership-lost', { message, since, setting })];
}

function countsOf(byKind: Readonly<Record<string, number>>): string {
  const counts = Object.entries(byKind);
  const sum = counts.reduce((all, [, count]) => all + count, 0);
  return sum === 0 ? '0' : `${sum} (${counts.map(([kind, count]) => `${kind}: ${count}`).join(', ')})`;
}
