import type { Clock } from '../base/clock/index.js';
import type { Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import { problemOf, problemTypes } from '../base/problems/index.js';
import type { CacheKeeper, ObjectRef } from '../cache/index.js';
import type { ConfigWriter } from '../config-api/index.js';
import type { Ownership } from '../ownership/index.js';
import { PlanApplier, type Plan, type PlanApplierParts } from '../planning/index.js';
import { Controller } from './controller.js';
import { OwnedReconciler } from './owned-reconciler.js';
import { PlanReconciler } from './plan-reconciler.js';
import type { Reconciler } from './reconciler.js';
import type { WorkQueue } from './queue/index.js';
import { rewrite } from './rewrite.js';
import type { ControllerProblem, ControllerSpec } from './spec.js';
import type { KeyViews } from './views.js';

/** What a controller of a monitor is made of besides its spec. */
export interface ManagedControllerParts {
  readonly cache: PlanApplierParts['cache'];
  readonly keeper: CacheKeeper;
  readonly writer: ConfigWriter;
  readonly ownership: Ownership;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Keys reconciled at once. Defaults to 8. */
  readonly workers?: number;
  /** Plan and report, and write nothing. */
  readonly dryRun: boolean;
  /** What is put around the reconciler. Defaults to nothing. */
  readonly decorate?: ReconcilerDecorator;
}

/** Puts something around a reconciler, such as what measures or traces it. */
export interface ReconcilerDecorator {
  reconciler<Key extends string>(controller: string, reconciler: Reconciler<Key>): Reconciler<Key>;
}

/** What the status shows of a controller. */
export interface ControllerStatus {
  readonly queue: { readonly length: number };
  readonly [section: string]: unknown;
}

/** A controller of a monitor, of which nothing is known but that it is one. */
export interface AnyController {
  readonly name: string;
  /** Starts its workers. */
  start(): void;
  /** Lets the workers finish what waits, for at most `drainTimeoutMs` milliseconds. */
  stop(drainTimeoutMs: number): Promise<void>;
  status(): ControllerStatus;
  problems(): readonly ControllerProblem[];
  /** What is shown of its keys, one by one; undefined: nothing. */
  readonly views: KeyViews | undefined;
  /** Writes something of its own anew, as it is. Resolves to whether there was anything that it may write. */
  rewriteOwn(signal: AbortSignal): Promise<boolean>;
}

/** The loop of a spec: its queue, its workers, the generic reconcile, for the keys that this monitor acts for. */
export class ManagedController<Key extends string, Seen, P extends Plan> implements AnyController {
  private readonly controller: Controller<Key>;
  private readonly plans: PlanReconciler<Key, Seen, P>;

  public constructor(
    private readonly spec: ControllerSpec<Key, Seen, P>,
    private readonly queue: WorkQueue<Key>,
    private readonly parts: ManagedControllerParts,
  ) {
    const { cache, keeper, writer, ownership, clock, metrics, dryRun, workers } = parts;
    const { name } = spec;
    const logger = parts.logger.child({ controller: name });
    const applier = new PlanApplier({ controller: name, writer, cache, keeper, clock, metrics });
    this.plans = new PlanReconciler({ spec, cache, keeper, applier, clock, logger, dryRun });
    const reconciler = new OwnedReconciler<Key>({
      reconciler: this.plans,
      follow: (key) => {
        this.plans.follow(key);
      },
      ownership,
      forget: (key) => spec.forgotten?.(key),
    });
    this.controller = new Controller<Key>({
      name,
      queue,
      reconciler: parts.decorate?.reconciler(name, reconciler) ?? reconciler,
      clock,
      logger,
      metrics,
      ...(workers === undefined ? {} : { workers }),
    });
  }

  public get name(): string {
    return this.spec.name;
  }

  public get views(): KeyViews | undefined {
    return this.spec.views;
  }

  public start(): void {
    this.controller.start();
  }

  public stop(drainTimeoutMs: number): Promise<void> {
    return this.controller.stop(drainTimeoutMs);
  }

  public async rewriteOwn(signal: AbortSignal): Promise<boolean> {
    const { cache, dryRun, ownership } = this.parts;
    if (dryRun || !ownership.mayAct()) return false;
    const entry = this.spec.ownEntry?.(cache, (key) => ownership.owns(key));
    if (entry !== undefined) await rewrite(entry, this.parts, signal);
    return entry !== undefined;
  }

  public status(): ControllerStatus {
    const own = this.spec.status?.() ?? {};
    // Some tell of their plans in words of their own.
    return { queue: { length: this.queue.length }, ...('planned' in own ? {} : this.plans.unwrittenPlans()), ...own };
  }

  public problems(): readonly ControllerProblem[] {
    return [
      ...[...this.controller.failures].map(([key, { code, message, since }]) =>
        problemOf(problemTypes, 'failing', { ...this.objectOf(key), key, message: `${code}: ${message}`, since }),
      ),
      ...[...this.controller.throttled].map(([key, since]) =>
        problemOf(problemTypes, 'contended', {
          ...this.objectOf(key),
          key,
          message: 'the same is written again and again, and slowed down: somebody else may undo what is written',
          since,
        }),
      ),
      ...this.repaired(),
      ...(this.spec.problems?.() ?? []),
    ];
  }

  private objectOf(key: Key): Partial<ObjectRef> {
    return this.spec.about?.(key, this.parts.cache) ?? {};
  }

  // One that is slowed down is told of already.
  private repaired(): readonly ControllerProblem[] {
    const { throttled } = this.controller;
    const problems: ControllerProblem[] = [];
    for (const [key, { thing, uuid, times, since }] of this.controller.repaired) {
      if (throttled.has(key)) continue;
      const other = this.parts.keeper.lastOther?.(uuid);
      const who = other === undefined ? '' : `; the last request of somebody else on it was ${other}`;
      const message = `put right ${times} times within an hour, and undone again: ${thing.replace('\t', ' ')}${who}`;
      const advice =
        other === undefined
          ? problemTypes['repaired-again'].advice
          : `${problemTypes['repaired-again'].advice} The logs of the API servers name the user agent of request ${other}.`;
      problems.push(problemOf(problemTypes, 'repaired-again', { key, uuid, message, since, advice }));
    }
    return problems;
  }
}
