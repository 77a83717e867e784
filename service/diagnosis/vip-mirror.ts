import {
  createContainer,
  createVipController,
  errorFields,
  octaviaVip,
  anyController,
  hasCode,
  MemorySource,
  PlanApplier,
  PlanReconciler,
  refreshAll,
  sleep,
  SvcMonitorError,
  silentMetrics,
  SystemClock,
  tokens,
  withTimeout,
  findingsOf,
  type Clock,
  type ConfigApiClient,
  type Informer,
  type Logger,
  type ManagerSettings,
  type ObjectCache,
  type Stage,
  type VipFindings,
  type VipParticipants,
} from '../../lib/index.js';
import type { VipKey, VipPlan, VipSeen } from '../../lib/rules.js';
import type { ServiceConfig } from '../config/index.js';

/** What reading everything has come to. */
export interface ReadProgress {
  readonly done: number;
  readonly total: number;
}

/** How a {@link VipMirror} is read. */
export interface MirrorOptions {
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Time for the full read. Milliseconds; defaults to `timings.sync_timeout`. */
  readonly timeoutMs?: number;
  /** Told a few times a second. */
  readonly onProgress?: (progress: ReadProgress) => void;
}

/** What a VIP was found to be, and what it would take to bring it in order. */
export interface PlannedVip {
  readonly key: VipKey;
  readonly plan: VipPlan;
  readonly findings: VipFindings;
}

/** What has come of bringing a VIP in order. */
export interface RepairedVip {
  readonly writes: number;
  /** What would still be written, a line each. Empty: all is as it should be. */
  readonly remaining: readonly string[];
}

const progressIntervalMs = 200;
/** How often a VIP is reconciled at most until nothing is left to write: a restore takes two steps, with a wait between. */
const roundsPerRepair = 12;
/** Longer waits are for what may never happen. Milliseconds. */
const longestWaitMs = 15_000;

interface MirrorParts {
  readonly cache: ObjectCache;
  readonly client: ConfigApiClient;
  readonly informer: Informer;
  readonly controller: VipParticipants['controller'];
  readonly settings: ManagerSettings;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * All that a running OpenSDN holds, read once, with the rules on top: a monitor without a change stream and without a loop. It writes
 * nothing unless it is asked to.
 */
export class VipMirror {
  private constructor(private readonly parts: MirrorParts) {}

  /**
   * Reads everything once. Close it in the end.
   *
   * @throws SvcMonitorError what the config API answers to a first small request; `not-synced` if the rest takes too long; `aborted`
   */
  public static async read(config: ServiceConfig, options: MirrorOptions, signal: AbortSignal): Promise<VipMirror> {
    const { logger, clock = new SystemClock(), timeoutMs = config.syncTimeoutMs } = options;
    let made: VipParticipants | undefined;
    const container = createContainer({
      configApi: config.configApi,
      source: new MemorySource({ clock }),
      managers: [
        {
          ...octaviaVip,
          create: (context, settings: ManagerSettings) => {
            made = createVipController(context, settings);
            return { controllers: [anyController(made.controller)], observers: made.observers };
          },
        },
      ],
      settings: { ...config.rules },
      dryRun: true,
      clock,
      logger,
    });
    const { cache } = container.get(tokens.assembly);
    const client = container.get(tokens.configApi);
    const informer = container.get(tokens.informer);
    if (made === undefined) throw new SvcMonitorError('bug', 'the manager was not made');
    const { controller } = made;
    const mirror = new VipMirror({ cache, client, informer, controller, settings: config.rules, clock, logger });
    try {
      await mirror.readAll({ timeoutMs, onProgress: options.onProgress }, signal);
      return mirror;
    } catch (error) {
      mirror.close();
      throw error;
    }
  }

  /** All that was read. */
  public get cache(): ObjectCache {
    return this.parts.cache;
  }

  /** Asks the config API for what is not in the cache. */
  public get client(): ConfigApiClient {
    return this.parts.client;
  }

  /** All VIPs that there is anything to do for, sorted. */
  public keys(): readonly VipKey[] {
    const { controller, cache } = this.parts;
    return [...controller.keys(cache)].sort();
  }

  /** What would be done for a VIP now; what the plan asks to be read again is. Rejects with what the config API answers, or `aborted`. */
  public async plan(key: VipKey, signal: AbortSignal): Promise<PlannedVip> {
    const { controller, cache, informer, settings } = this.parts;
    controller.preparing(key);
    let seen = controller.observe(key, cache, false);
    let plan = controller.plan(seen);
    if (plan.verify.length > 0) {
      await refreshAll(informer, plan.verify, signal);
      seen = controller.observe(key, cache, true);
      plan = controller.plan(seen);
    }
    controller.planned(key, plan);
    return { key, plan, findings: findingsOf({ cache, settings }, seen, plan) };
  }

  /**
   * The plans of several VIPs, in their order. Of what the rules do not decide before a moment has passed that moment is waited for, once for
   * all. `onPlanned`: told how many there are already.
   */
  public async planAll(
    keys: readonly VipKey[],
    signal: AbortSignal,
    onPlanned: (done: number) => void = () => undefined,
  ): Promise<readonly PlannedVip[]> {
    const planned = new Map<VipKey, PlannedVip>();
    for (const key of keys) {
      planned.set(key, await this.plan(key, signal));
      onPlanned(planned.size);
    }
    const open = [...planned.values()].filter(isOpen);
    if (open.length > 0) {
      const waits = open.map(({ plan }) => plan.recheckAfterMs ?? 0);
      await sleep(this.parts.clock, Math.min(Math.max(...waits), longestWaitMs), signal);
      for (const { key } of open) planned.set(key, await this.plan(key, signal));
    }
    return [...planned.values()];
  }

  /** Brings a VIP in order, as a monitor would. Rejects with what the config API answers, or `aborted`. */
  public async repair(key: VipKey, signal: AbortSignal): Promise<RepairedVip> {
    const { controller, cache, informer, clock, logger } = this.parts;
    const reconciler = new PlanReconciler<VipKey, VipSeen, VipPlan>({
      spec: controller,
      cache,
      keeper: informer,
      applier: this.applier(),
      clock,
      logger,
      dryRun: false,
    });
    let writes = 0;
    for (let round = 0; round < roundsPerRepair; round += 1) {
      const result = await reconciler.reconcile(key, signal);
      writes += result.writes;
      const { requeueAfterMs, unfinished } = result;
      if (unfinished === true) continue;
      if (requeueAfterMs === undefined || requeueAfterMs > longestWaitMs) break;
      await sleep(clock, requeueAfterMs, signal);
    }
    const { findings } = await this.plan(key, signal);
    return { writes, remaining: findings.writes };
  }

  /** Carries out stages that are no VIP's plan, piece by piece. Resolves to the number of writes; rejects as `repair` does. */
  public async apply(stages: readonly Stage[], signal: AbortSignal): Promise<number> {
    const { writes } = await this.applier().apply({ stages, heeds: [] }, signal);
    return writes;
  }

  /** Ends what is under way, and closes all connections. May be called twice. */
  public close(): void {
    this.parts.informer.stop();
    this.parts.client.close();
  }

  private applier(): PlanApplier {
    const { client, cache, informer, clock, controller } = this.parts;
    return new PlanApplier({
      writer: client,
      cache,
      keeper: informer,
      clock,
      metrics: silentMetrics,
      controller: controller.name,
    });
  }

  private async readAll(
    { timeoutMs, onProgress }: { readonly timeoutMs: number; readonly onProgress: MirrorOptions['onProgress'] },
    signal: AbortSignal,
  ): Promise<void> {
    const { cache, client, informer, clock } = this.parts;
    // Who cannot be reached, or lets nobody in, says so at once; the full read would be tried again and again.
    const counts = await Promise.all(cache.kinds.map((kind) => client.count(kind, {}, signal)));
    const total = counts.reduce((sum, count) => sum + count, 0);
    const watching = new AbortController();
    if (onProgress !== undefined) void this.watch({ total, onProgress }, watching.signal);
    try {
      informer.start();
      await withTimeout(clock, timeoutMs, signal, (inner) => informer.waitForSync(inner));
    } catch (error) {
      if (!hasCode(error, 'timeout')) throw error;
      throw new SvcMonitorError('not-synced', 'the full read did not finish in time', {
        cause: error,
        details: { kinds: informer.unreadKinds, lastError: informer.resyncStatus.lastError, timeoutMs },
      });
    } finally {
      watching.abort();
    }
  }

  // Ends with its signal, by which it is called off: that is no failure.
  private async watch(
    { total, onProgress }: { readonly total: number; readonly onProgress: (progress: ReadProgress) => void },
    signal: AbortSignal,
  ): Promise<void> {
    const { cache, clock, logger } = this.parts;
    try {
      while (!signal.aborted) {
        onProgress({ done: cache.kinds.reduce((sum, kind) => sum + cache.size(kind), 0), total });
        await sleep(clock, progressIntervalMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) logger.warn('progress cannot be shown', errorFields(error));
    }
  }
}

function isOpen({ plan, findings }: PlannedVip): boolean {
  const isUndecided = findings.floatingIps.some(({ standing }) => standing === 'undecided');
  return isUndecided && plan.recheckAfterMs !== undefined && plan.recheckAfterMs <= longestWaitMs;
}
