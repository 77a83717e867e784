import type { Clock } from '../base/clock/index.js';
import { assertNever, SvcMonitorError, throwIfAborted } from '../base/errors/index.js';
import type { Logger } from '../base/log/index.js';
import type { CacheKeeper, CacheReader } from '../cache/index.js';
import {
  describeStages,
  refreshAll,
  Refusals,
  withoutRecord,
  type ApplyOptions,
  type ApplyResult,
  type Plan,
  type PlanApplier,
  type Refusal,
  type WriteObserver,
} from '../planning/index.js';
import type { ReconcileOptions, Reconciler, ReconcileResult } from './reconciler.js';
import type { ControllerSpec } from './spec.js';

// A plan goes out of date when objects vanish or names are taken under it. More often than this, something else is wrong.
const plansPerReconcile = 4;
// A plan that goes on makes something each time: more rounds than this, and others have their turn first.
const roundsPerReconcile = 16;
// A plan can be as long as a tenant makes it, and there can be one for each key: what is shown of a dry run is the beginning.
const shownPlans = 100;
const shownLines = 20;

/** What a {@link PlanReconciler} is made of. */
export interface PlanReconcilerParts<Key extends string, Seen, P extends Plan> {
  readonly spec: ControllerSpec<Key, Seen, P>;
  readonly cache: CacheReader;
  readonly keeper: CacheKeeper;
  readonly applier: PlanApplier;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Plan and report, and write nothing. */
  readonly dryRun: boolean;
}

/** The generic reconcile: observe, plan, verify what the plan asks for, apply, and tell the hooks. */
export class PlanReconciler<Key extends string, Seen, P extends Plan> implements Reconciler<Key> {
  private readonly refusals: Refusals;
  // In a dry run: those whose last plan would have written.
  private readonly unwritten = new Set<Key>();

  public constructor(private readonly parts: PlanReconcilerParts<Key, Seen, P>) {
    this.refusals = new Refusals(parts.clock);
  }

  /** What would be done for the key now. */
  public plan(key: Key, verified = false): P {
    const { spec, cache } = this.parts;
    return spec.plan(spec.observe(key, cache, verified));
  }

  /**
   * What a dry run would write: for how many keys (`planned`), and of the first hundred the plans as they would be made now, by key, each
   * with its first lines. Empty if there is nothing, and if this is no dry run. A plan that others follow is shown as the first of them.
   */
  public unwrittenPlans(): Readonly<Record<string, unknown>> {
    if (this.unwritten.size === 0) return {};
    const shown = [...this.unwritten].slice(0, shownPlans);
    return {
      planned: this.unwritten.size,
      dryRunPlans: Object.fromEntries(shown.map((key) => [key, this.beginning(key)])),
    };
  }

  /** Looks at a key that another monitor acts for, as a reconcile does before it writes: what it remembers of it is remembered. Writes nothing. */
  public follow(key: Key): void {
    const { spec } = this.parts;
    spec.preparing?.(key);
    const plan = this.plan(key);
    if (spec.followed === undefined) spec.planned?.(key, plan);
    else spec.followed(key, plan);
  }

  public async reconcile(key: Key, signal: AbortSignal, options: ReconcileOptions = {}): Promise<ReconcileResult> {
    const { spec, cache, keeper } = this.parts;
    spec.preparing?.(key);
    if (options.urgentOnly === true) return this.doWhatIsUrgent(key, signal, options);
    let writes = 0;
    let rounds = 0;
    let verified = false;
    for (let plans = 0; plans < plansPerReconcile; plans += 1) {
      throwIfAborted(signal);
      const plan = this.plan(key, verified);
      if (plan.verify.length > 0 && !verified) {
        await refreshAll(keeper, plan.verify, signal);
        verified = true;
        continue;
      }
      const result = await this.carryOut(key, plan, signal, options);
      writes += result.writes;
      switch (result.outcome) {
        case 'done':
          if (plan.goesOn === true && result.writes > 0 && result.refusal === undefined) {
            rounds += 1;
            if (rounds === roundsPerReconcile) return { writes, unfinished: true };
            plans = -1;
            verified = false;
            break;
          }
          return {
            writes,
            ...this.requeueAfter(key, plan),
            ...(spec.isOver?.(key, cache) === true ? { isOver: true } : {}),
          };
        case 'put-off':
          return { writes, unfinished: true };
        case 'outdated':
          break;
        default:
          assertNever(result.outcome);
      }
    }
    throw new SvcMonitorError('outdated', 'the objects of the key keep changing under the plan', {
      details: { key, plans: plansPerReconcile },
    });
  }

  private beginning(key: Key): string {
    const lines = describePlan(this.parts.spec, key, this.plan(key)).split('\n');
    const more = lines.length - shownLines;
    return [...lines.slice(0, shownLines), ...(more > 0 ? [`and ${more} more lines`] : [])].join('\n');
  }

  private requeueAfter(key: Key, { recheckAfterMs }: P): Pick<ReconcileResult, 'requeueAfterMs'> {
    const waits = [recheckAfterMs, this.refusals.of(key)?.waitMs].filter((wait) => wait !== undefined);
    return waits.length === 0 ? {} : { requeueAfterMs: Math.min(...waits) };
  }

  // Nothing is verified or told: that is left to the whole reconcile that follows. If the plan is out of date, so is that.
  private async doWhatIsUrgent(key: Key, signal: AbortSignal, options: ReconcileOptions): Promise<ReconcileResult> {
    const { spec, applier, dryRun } = this.parts;
    const plan = this.plan(key);
    const stages = plan.stages.filter((stage) => stage.isUrgent === true);
    if (dryRun || stages.length === 0) return { writes: 0 };
    const observer = spec.writes?.(key, plan);
    const { writes } = await applier.apply({ ...plan, stages }, signal, observed(options, observer));
    return { writes };
  }

  private async carryOut(key: Key, plan: P, signal: AbortSignal, options: ReconcileOptions): Promise<ApplyResult> {
    const { spec, applier, logger, dryRun } = this.parts;
    spec.planned?.(key, plan);
    if (dryRun) {
      if (plan.stages.some(({ writes }) => writes.length > 0)) this.unwritten.add(key);
      else this.unwritten.delete(key);
      const result = { outcome: 'done', writes: 0 } as const;
      spec.settled?.(key, plan, { ...result, dryRun });
      return result;
    }
    if (plan.stages.length > 0 && logger.isDebugEnabled()) {
      logger.debug('plan', { key, plan: describePlan(spec, key, plan) });
    }
    // Where there is nothing to be recorded it does not matter.
    const hasRecord = plan.stages.some((stage) => stage.isRecord === true);
    const refusedBefore = hasRecord ? this.refusals.of(key)?.refusal : undefined;
    const stages = refusedBefore === undefined ? plan.stages : withoutRecord(plan.stages);
    const observer = spec.writes?.(key, plan);
    const judge = (error: unknown): Refusal | undefined => this.refusals.judge(key, error);
    const result = await applier.apply({ ...plan, stages }, signal, { ...observed(options, observer), judge });
    const isTaken = result.outcome === 'done' && result.refusal === undefined && refusedBefore === undefined;
    if (hasRecord && isTaken) this.refusals.taken(key);
    const refusal = result.refusal ?? refusedBefore;
    spec.settled?.(key, plan, { ...result, dryRun, ...(refusal === undefined ? {} : { refusal }) });
    if (stages.length > 0 && result.outcome !== 'outdated') logger.info('reconciled', { key, writes: result.writes });
    return result;
  }
}

/** A plan as readable text, one line for each write. */
export function describePlan<Key extends string, Seen, P extends Plan>(
  spec: ControllerSpec<Key, Seen, P>,
  key: Key,
  plan: P,
): string {
  if (spec.describe !== undefined) return spec.describe(key, plan);
  const lines = describeStages(plan.stages);
  return lines.length === 0 ? `${key}: nothing to write` : [key, ...lines].join('\n');
}

function observed({ othersWait, onWritten }: ReconcileOptions, observer: WriteObserver | undefined): ApplyOptions {
  return {
    ...(othersWait === undefined ? {} : { othersWait }),
    ...(onWritten === undefined ? {} : { onWritten }),
    ...(observer === undefined ? {} : { observer }),
  };
}
