import { recordedFloatingIps, recordedPorts, type CacheKeeper, type CacheReader } from '../../cache/index.js';
import { assertNever } from '../../base/errors/assert-never.js';
import type { Clock } from '../../base/clock/index.js';
import type { ReconcileOptions, ReconcileResult, Reconciler } from '../../controller/reconciler.js';
import { SvcMonitorError, throwIfAborted } from '../../base/errors/index.js';
import type { Logger } from '../../base/log/index.js';
import type { Metrics } from '../../base/metrics/index.js';
import type { VipKey } from '../../model/index.js';
import type { ApplyResult, PlanApplier } from '../../planning/applier.js';
import type { FloatingIpManager } from './floating-ips/manager.js';
import type { AssociationEvent } from './floating-ips/plan.js';
import { Refusals, withoutRecord, type Refusal } from '../../planning/refusals.js';
import type { VipReports } from './report.js';
import type { SchemaKnowledge } from './schema/schema-knowledge.js';
import type { ManagerSettings } from './settings.js';
import type { VirtualIpManager } from './record/manager.js';
import { isBelieved } from './record/observe.js';
import { observeLoadBalancer } from './carriers/observe.js';
import { boundMembers, stagesBesideCut } from './carriers/oversized.js';
import { planLoadBalancer } from './carriers/plan.js';
import { composeVipPlan, describeVipPlan, type VipPlan } from './vip-plan.js';

// A plan goes out of date when objects vanish or names are taken under it. More often than this, something else is wrong.
const plansPerReconcile = 4;

/** Brings one VIP of a load balancer from what is to what should be: observe, plan, apply. */
export interface LoadBalancerManager extends Reconciler {
  /** What would be done for the VIP now. */
  plan(key: VipKey): VipPlan;
}

/** What the manager is made of. */
export interface LoadBalancerManagerParts {
  readonly cache: CacheReader;
  readonly keeper: CacheKeeper;
  readonly virtualIps: VirtualIpManager;
  readonly floatingIps: FloatingIpManager;
  readonly applier: PlanApplier;
  readonly reports: VipReports;
  readonly schema: Pick<SchemaKnowledge, 'referenceSeen'>;
  readonly settings: ManagerSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The load balancer manager on the cache. */
export class CachedLoadBalancerManager implements LoadBalancerManager {
  private readonly refusals: Refusals;

  public constructor(private readonly parts: LoadBalancerManagerParts) {
    this.refusals = new Refusals(parts.clock);
  }

  public plan(key: VipKey, verified = false): VipPlan {
    const { cache, virtualIps, floatingIps, settings } = this.parts;
    const found = virtualIps.find(key);
    const { plan: loadBalancer, surplus } = boundMembers(
      planLoadBalancer(observeLoadBalancer(cache, key, found), settings),
    );
    const managed = virtualIps.sort(found, { key, vipPort: loadBalancer.vipPort?.uuid });
    const hasWritten = cache.traces.footprints.hasAny(key);
    if (found.length === 0 && loadBalancer.members.length === 0 && !hasWritten) {
      // Nobody carries the VIP, and nothing is kept for it: a load balancer that is being made, or none of ours.
      return composeVipPlan(key, { loadBalancer, floatingIps: nothingAssociated, virtualIp: nothingKept }, settings);
    }
    const floatingIpPlan = floatingIps.plan({ key, managed, loadBalancer, verified });
    const virtualIp = virtualIps.plan({ key, managed, loadBalancer, floatingIps: floatingIpPlan });
    const plan = composeVipPlan(key, { loadBalancer, floatingIps: floatingIpPlan, virtualIp }, settings);
    const ended = plan.events.filter(({ type }) => isEnd(type)).map(({ floatingIpUuid }) => floatingIpUuid);
    const stages = stagesBesideCut(plan.stages, managed.current, ended);
    return { ...plan, stages, ...(surplus === 0 ? {} : { surplus }) };
  }

  public async reconcile(key: VipKey, signal: AbortSignal, options: ReconcileOptions = {}): Promise<ReconcileResult> {
    this.noteRecords(key);
    return options.urgentOnly === true
      ? this.doWhatIsUrgent(key, signal, options)
      : this.bringInOrder(key, signal, options);
  }

  private async bringInOrder(key: VipKey, signal: AbortSignal, options: ReconcileOptions): Promise<ReconcileResult> {
    let writes = 0;
    let verified = false;
    for (let plans = 0; plans < plansPerReconcile; plans += 1) {
      throwIfAborted(signal);
      const plan = this.plan(key, verified);
      const { ports, floatingIps } = plan.verify;
      if (ports.length + floatingIps.length > 0 && !verified) {
        await this.parts.keeper.refresh('virtual-machine-interface', ports, signal);
        await this.parts.keeper.refresh('floating-ip', floatingIps, signal);
        verified = true;
        continue;
      }
      const result = await this.carryOut(plan, signal, options);
      writes += result.writes;
      switch (result.outcome) {
        case 'done':
          return {
            writes,
            ...this.requeueAfter(plan),
            ...(this.isOver(key) ? { isOver: true } : {}),
          };
        case 'put-off':
          return { writes, unfinished: true };
        case 'outdated':
          break;
        default:
          assertNever(result.outcome);
      }
    }
    throw new SvcMonitorError('outdated', 'the objects of the VIP keep changing under the plan', {
      details: { vip: key, plans: plansPerReconcile },
    });
  }

  private requeueAfter({ key, recheckAfterMs }: VipPlan): Pick<ReconcileResult, 'requeueAfterMs'> {
    const waits = [recheckAfterMs, this.refusals.of(key)?.waitMs].filter((wait) => wait !== undefined);
    return waits.length === 0 ? {} : { requeueAfterMs: Math.min(...waits) };
  }

  // Nothing is verified, reported or noted: that is left to the whole reconcile that follows. If the plan is out of date, so is that.
  private async doWhatIsUrgent(key: VipKey, signal: AbortSignal, options: ReconcileOptions): Promise<ReconcileResult> {
    const plan = this.plan(key);
    const stages = plan.stages.filter((stage) => stage.isUrgent === true);
    if (this.parts.settings.dryRun || stages.length === 0) return { writes: 0 };
    const { writes } = await this.parts.applier.apply({ ...plan, stages }, signal, options);
    return { writes };
  }

  // Nothing is kept for the VIP, and nobody carries it.
  private isOver(key: VipKey): boolean {
    const { cache, virtualIps, settings } = this.parts;
    if (virtualIps.find(key).length > 0) return false;
    return planLoadBalancer(observeLoadBalancer(cache, key, []), settings).members.length === 0;
  }

  /** What the virtual-ips of the VIP tell before anything is planned: the evidence of a strip, and what the API server keeps. */
  private noteRecords(key: VipKey): void {
    const { cache, virtualIps, schema, settings } = this.parts;
    const found = virtualIps.find(key);
    if (found.length === 0) return;
    const { vipPort } = planLoadBalancer(observeLoadBalancer(cache, key, found), settings);
    for (const virtualIp of virtualIps.sort(found, { key, vipPort: vipPort?.uuid }).current) {
      if (virtualIp.floatingIpUuids.length > 0) schema.referenceSeen();
      const ports = recordedPorts(virtualIp);
      for (const uuid of recordedFloatingIps(virtualIp)) {
        const floatingIp = cache.get('floating-ip', uuid);
        // What is not believed is no evidence either.
        if (floatingIp !== undefined && isBelieved(cache, virtualIp, floatingIp))
          cache.traces.keepEvidence(uuid, ports);
      }
    }
  }

  private async carryOut(plan: VipPlan, signal: AbortSignal, options: ReconcileOptions): Promise<ApplyResult> {
    const { applier, reports, settings, logger, cache } = this.parts;
    this.remember(plan);
    if (settings.dryRun) {
      reports.update(plan, true);
      return { outcome: 'done', writes: 0 };
    }
    if (plan.stages.length > 0 && logger.isDebugEnabled()) {
      logger.debug('plan', { vip: plan.key, plan: describeVipPlan(plan) });
    }
    // To what is not recorded each look is the first.
    const isNews = ({ type, floatingIpUuid }: AssociationEvent): boolean =>
      type !== 'associated' || !reports.wasAssociated(plan.key, floatingIpUuid);
    const news = plan.events.filter(isNews);
    const refusedBefore = this.refusedBefore(plan);
    const carriedOut = refusedBefore === undefined ? plan : { ...plan, stages: withoutRecord(plan.stages) };
    const result = await applier.apply(carriedOut, signal, options);
    if (result.refusal !== undefined) this.refusals.note(plan.key, result.refusal);
    const unrecorded = result.refusal ?? refusedBefore;
    if (result.outcome !== 'outdated') {
      reports.update(unrecorded === undefined ? plan : { ...plan, unrecorded }, false);
      // An association has ended when its record is gone.
      const isDone = result.outcome === 'done' && unrecorded === undefined;
      const events = isDone ? news : news.filter(({ type }) => !isEnd(type));
      for (const event of events) this.note(event, plan.key);
      if (isDone) for (const uuid of plan.forgotten) cache.traces.footprints.forgetOf(uuid, plan.key);
      if (carriedOut.stages.length > 0) {
        logger.info('VIP reconciled', {
          vip: plan.key,
          members: plan.members.length,
          floatingIps: plan.associations.length,
          writes: result.writes,
        });
      }
    }
    return result;
  }

  private remember({ key, vipPortUuid: vipPort, associations, members }: VipPlan): void {
    if (vipPort === undefined) return;
    const { cache } = this.parts;
    const { traces } = cache;
    const project = cache.get('virtual-machine-interface', vipPort)?.projectUuid;
    if (project !== undefined) traces.vipPortSeen(vipPort, project);
    for (const uuid of associations) traces.associationSeen(uuid, { key, vipPort });
    for (const uuid of members) traces.memberSeen(uuid, { key, vipPort });
  }

  // Of a VIP of which there is nothing to be recorded it does not matter.
  private refusedBefore(plan: VipPlan): Refusal | undefined {
    return plan.stages.some((stage) => stage.isRecord === true) ? this.refusals.of(plan.key)?.refusal : undefined;
  }

  private note(event: AssociationEvent, vip: VipKey): void {
    const { cache, logger, metrics } = this.parts;
    const fields = { vip, floatingIpUuid: event.floatingIpUuid };
    switch (event.type) {
      case 'associated':
        logger.info('floating ip associated', fields);
        return;
      case 'stripped':
        metrics.increment('associations_stripped_total', {});
        logger.warn('floating ip stripped by a port delete, restoring it', fields);
        return;
      case 'restored':
        metrics.increment('associations_restored_total', {});
        logger.info('floating ip restored', fields);
        return;
      case 'freed':
      case 'moved':
      case 'vip-gone':
        cache.traces.forgetFloatingIp(event.floatingIpUuid);
        metrics.increment('associations_ended_total', { reason: event.type });
        logger.info('floating ip no longer associated', { ...fields, reason: event.type });
        return;
      default:
        assertNever(event.type);
    }
  }
}

function isEnd(type: AssociationEvent['type']): boolean {
  return type === 'freed' || type === 'moved' || type === 'vip-gone';
}

const nothingAssociated = {
  associations: [],
  undecided: [],
  untrusted: [],
  letGo: [],
  end: [],
  forgotten: [],
  bind: [],
  release: [],
  events: [],
  verify: { ports: [], floatingIps: [] },
} as const;

const nothingKept = { bury: [], record: [], attach: [], detach: [], forget: [] } as const;
