import type { Clock } from '../../base/clock/index.js';
import { assertNever } from '../../base/errors/index.js';
import type { Logger } from '../../base/log/index.js';
import type { Metrics } from '../../base/metrics/index.js';
import type { CacheReader } from '../../cache/index.js';
import type { ControllerProblem, ControllerSpec, OwnEntry, Settled, Touches } from '../../controller/index.js';
import { projectOf } from '../../model/index.js';
import type { SentWrite, WriteObserver } from '../../planning/index.js';
import { Associations } from './associations.js';
import { observeLoadBalancer } from './carriers/observe.js';
import { planLoadBalancer } from './carriers/plan.js';
import type { Cuts } from './cuts.js';
import type { AssociationEvent } from './floating-ips/plan.js';
import { FollowedWrites } from './followed-writes.js';
import { type EpisodeOf, type History } from './history/index.js';
import type { octaviaVipMetrics } from './metrics.js';
import { listVipProblems } from './problems.js';
import { allVips, causeOf, reactions } from './reactions.js';
import { findManaged, isBelieved, sortManaged } from './record/observe.js';
import { departingPortOf, managedBy, recordKeys } from './record/annotations.js';
import { markedVirtualIps, recordedFloatingIps, recordedPorts } from './record/record.js';
import type { VipReports } from './report.js';
import type { SchemaKnowledge } from './schema/schema-knowledge.js';
import type { OctaviaVipSettings } from './settings.js';
import type { VipKey } from './vip-key.js';
import { portsLeaving, viewVip, VipStories, VipViews, type VipFacts } from './view/index.js';
import { describeVipPlan, isEnd, planVip, type VipPlan } from './vip-plan.js';
import { observeVip, type VipParts, type VipSeen } from './vip-seen.js';
import { floatingIpPropertiesOf } from './writes.js';

/** What the {@link VipController} is made of. */
export interface VipControllerParts {
  readonly cache: CacheReader;
  readonly history: History;
  readonly schema: SchemaKnowledge;
  readonly reports: VipReports;
  readonly cuts: Cuts;
  readonly settings: OctaviaVipSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics<typeof octaviaVipMetrics>;
}

// Those of all are shown one by one.
const shownPlans = 100;

/** Keeps the floating ips of VIPs, and the virtual-ips that record them. The key of its work is a VIP. */
export class VipController implements ControllerSpec<VipKey, VipSeen, VipPlan> {
  public readonly name = 'octavia-vip';
  public readonly heedsUnchanged = true;
  public readonly touches: Touches<VipKey>;
  public readonly views: VipViews;
  /** Who is associated with what, as the latest plans have it. */
  public readonly associations = new Associations();
  private readonly stories: VipStories;
  private isDryRun = false;
  private readonly followedWrites: FollowedWrites;

  public constructor(private readonly parts: VipControllerParts) {
    this.followedWrites = new FollowedWrites(parts);
    this.touches = reactions(parts);
    const { cache, clock, reports } = parts;
    this.stories = new VipStories(clock);
    this.views = new VipViews({
      ...{ name: this.name, cache, clock, reports, stories: this.stories },
      dryRun: () => this.isDryRun,
      facts: (key, withPlan) => this.facts(key, withPlan),
    });
  }

  /** Whether all is planned and nothing written, as far as plans were made: a dry run. */
  public get writesNothing(): boolean {
    return this.isDryRun;
  }

  /** Whether the API server has refused to record the VIP when that was tried last: its floating ips are served all the same. */
  public isUnrecorded(key: VipKey): boolean {
    return this.parts.reports.isUnrecorded(key);
  }

  public keys(cache: CacheReader): Iterable<VipKey> {
    return allVips(cache, this.parts);
  }

  public readonly causeOf = causeOf;

  public observe(key: VipKey, cache: CacheReader, verified: boolean): VipSeen {
    return observeVip(this.vipParts(cache), key, verified);
  }

  public plan(seen: VipSeen): VipPlan {
    return planVip(seen, this.parts.settings);
  }

  public describe(_key: VipKey, plan: VipPlan): string {
    return describeVipPlan(plan);
  }

  /** Nothing is kept for the VIP, and nobody carries it. */
  public isOver(key: VipKey, cache: CacheReader): boolean {
    const { history, settings } = this.parts;
    if (findManaged(cache, key).length > 0) return false;
    return planLoadBalancer(observeLoadBalancer({ cache, history }, key, []), settings).members.length === 0;
  }

  /** What the virtual-ips of the VIP tell before anything is planned: the evidence of a strip, and what the API server keeps. */
  public preparing(key: VipKey): void {
    const { cache, history, schema, settings } = this.parts;
    const found = findManaged(cache, key);
    // Mostly none: whose they are need not be told then.
    const telling = found.filter(
      (virtualIp) =>
        virtualIp.refs['floating-ip'].length > 0 ||
        recordedFloatingIps(virtualIp).some((uuid) => history.lacksEvidence(uuid)) ||
        virtualIp.record.members.some((port) => !history.wasMember(port, { key, vipPort: virtualIp.record.vipPort })),
    );
    if (telling.length === 0) return;
    const { vipPort } = planLoadBalancer(observeLoadBalancer(this.parts, key, found), settings);
    for (const virtualIp of sortManaged(cache, telling, { key, vipPort: vipPort?.uuid }).current) {
      if (virtualIp.refs['floating-ip'].length > 0) schema.referenceSeen();
      const ports = recordedPorts(virtualIp);
      // What is dropped from the record now may be deleted at this moment: that it was recorded is remembered.
      if (vipPort !== undefined) {
        const members = ports.filter((port) => port !== vipPort.uuid);
        for (const port of members) history.memberSeen(port, { key, vipPort: vipPort.uuid });
      }
      for (const uuid of recordedFloatingIps(virtualIp)) {
        const floatingIp = cache.get('floating-ip', uuid);
        // What is not believed is no evidence either.
        if (floatingIp !== undefined && isBelieved(this.parts, virtualIp, floatingIp)) {
          history.note(uuid, { type: 'evidence', ports });
        }
      }
    }
  }

  public planned(key: VipKey, plan: VipPlan): void {
    const { cache, reports } = this.parts;
    const { members } = plan;
    this.followedWrites.forget(key);
    const gone = portsLeaving(this.stories.of(key)).filter((uuid) => cache.isGone(uuid));
    this.stories.note(key, { type: 'planned', before: reports.membersOf(key), members, gone });
    this.remember(key, plan);
  }

  private remember(key: VipKey, plan: VipPlan): void {
    const { vipPortUuid: vipPort, associations, members, events } = plan;
    const { cache, history } = this.parts;
    this.associations.planned(plan);
    if (vipPort === undefined) return;
    const port = cache.get('virtual-machine-interface', vipPort);
    const project = port && projectOf(port);
    if (project !== undefined) history.vipPortSeen(vipPort, project);
    // What a workaround has wired looks like late work of ours as soon as it is known: not before the plan was carried out.
    const takenOver = takenOverBy(events);
    for (const uuid of associations) {
      if (!takenOver.has(uuid)) history.note(uuid, { type: 'associated', of: { vip: key, vipPort } });
    }
    for (const uuid of members) history.memberSeen(uuid, { key, vipPort });
  }

  public followed(key: VipKey, plan: VipPlan): void {
    this.remember(key, plan);
    this.followedWrites.follow(key, plan);
  }

  public writes(key: VipKey, plan: VipPlan): WriteObserver {
    const of: EpisodeOf = { vip: key, vipPort: plan.vipPortUuid };
    return {
      sending: (sent) => {
        this.sending(sent);
      },
      repeating: (sent) => {
        this.repeating(sent);
      },
      written: (sent) => {
        this.written(sent, of);
        this.told(key, sent);
        this.associations.changed(key);
      },
      confirmed: (_write, isKept) => {
        if (isKept) this.parts.schema.referenceSeen();
        else this.parts.schema.referenceMissed();
      },
    };
  }

  public settled(key: VipKey, plan: VipPlan, { outcome, refusal, dryRun }: Settled): void {
    this.isDryRun = dryRun;
    this.views.changed(key);
    this.associations.changed(key);
    if (outcome === 'outdated') return;
    const { reports, history } = this.parts;
    // To what is not recorded each look is the first.
    const isNews = ({ type, floatingIpUuid }: AssociationEvent): boolean =>
      (type !== 'associated' && type !== 'taken-over') || !reports.wasAssociated(key, floatingIpUuid);
    const news = plan.events.filter(isNews);
    reports.update(plan, { dryRun, unrecorded: refusal });
    if (dryRun) return;
    if (outcome === 'done') this.stories.note(key, { type: 'done' });
    const of = { vip: key, vipPort: plan.vipPortUuid };
    for (const uuid of takenOverBy(plan.events)) history.note(uuid, { type: 'associated', of });
    // An association has ended when its record is gone.
    const isDone = outcome === 'done' && refusal === undefined;
    for (const event of isDone ? news : news.filter((one) => !isEnd(one))) this.tell(event, key);
    if (!isDone) return;
    for (const uuid of plan.forgotten) history.note(uuid, { type: 'forgotten', vip: key });
    for (const { floatingIpUuid, vipPortUuid } of plan.handedOver) {
      history.note(floatingIpUuid, { type: 'handed-over', of: { vip: key, vipPort: vipPortUuid } });
    }
    for (const uuid of plan.leftRead) history.note(uuid, { type: 'left-read' });
  }

  public forgotten(key: VipKey): void {
    this.parts.reports.forget(key);
    this.stories.forget(key);
    this.views.changed(key);
  }

  public status(): Readonly<Record<string, unknown>> {
    const plans: Record<string, string> = {};
    let planned = 0;
    for (const { key, plan } of this.parts.reports.all()) {
      if (plan === undefined) continue;
      planned += 1;
      if (planned <= shownPlans) plans[key] = plan;
    }
    return {
      ...this.parts.reports.totals(),
      ...(planned === 0 ? {} : { planned, dryRunPlans: plans }),
    };
  }

  /** The mark on a virtual-ip of ours: alone it makes nobody's virtual-ip ours. */
  public ownEntry(cache: CacheReader, owns: (key: VipKey) => boolean): OwnEntry | undefined {
    for (const { vip, uuid } of markedVirtualIps(cache)) {
      if (!owns(vip) || !findManaged(cache, vip).some((managed) => managed.uuid === uuid)) continue;
      return { on: { kind: 'virtual-ip', uuid }, field: 'annotations', key: recordKeys.managedBy, value: managedBy };
    }
    return undefined;
  }

  public problems(): readonly ControllerProblem[] {
    return listVipProblems(this.parts.reports, this.parts.cuts);
  }

  private sending({ write, uuid, ...sent }: SentWrite): void {
    if (write.on.kind === 'floating-ip') this.parts.history.note(uuid, { type: 'sending', write, ...sent });
  }

  private repeating({ write, uuid, at }: SentWrite): void {
    if (write.on.kind === 'floating-ip') this.parts.history.note(uuid, { type: 'sending-again', write, at });
  }

  private written({ write, uuid, plannedAt, at }: SentWrite, of: EpisodeOf): void {
    if (write.do === 'set-entries') this.departuresEnded(write.remove);
    if (write.on.kind !== 'floating-ip') return;
    const { cache, history } = this.parts;
    switch (write.do) {
      case 'set':
        history.note(uuid, { type: 'properties-set', ...floatingIpPropertiesOf(write), of });
        return;
      case 'add-reference': {
        const isFreed = cache.get('floating-ip', uuid)?.fixedIp === undefined;
        history.note(uuid, { type: 'reference-added', port: write.to.uuid, plannedAt, isFreed, of });
        return;
      }
      case 'delete-reference':
        history.note(uuid, { type: 'reference-deleted', port: write.to.uuid, at, of });
        return;
      default:
    }
  }

  // Nobody reads what we have written ourselves.
  private departuresEnded(keys: readonly string[]): void {
    for (const port of keys.flatMap((key) => departingPortOf(key) ?? [])) this.parts.history.departureEnded(port);
  }

  private told(key: VipKey, { write }: SentWrite): void {
    if (write.on.kind !== 'floating-ip') return;
    if (write.do === 'add-reference') this.stories.note(key, { type: 'reference-added', port: write.to.uuid });
    if (write.do === 'delete-reference') this.stories.note(key, { type: 'reference-deleted', port: write.to.uuid });
  }

  private vipParts(cache: CacheReader): VipParts {
    const { history, settings, schema, clock } = this.parts;
    return { cache, history, settings, schema: schema.schema, now: clock.monotonic() };
  }

  private facts(key: VipKey, withPlan: boolean): VipFacts {
    const parts = this.vipParts(this.parts.cache);
    const seen = observeVip(parts, key, false);
    return viewVip({ ...parts, dryRun: this.isDryRun, withPlan }, seen, this.plan(seen));
  }

  private tell(event: AssociationEvent, vip: VipKey): void {
    const { history, logger, metrics } = this.parts;
    this.stories.note(vip, { type: 'incident', what: event.type, floatingIpUuid: event.floatingIpUuid });
    const fields = { vip, floatingIpUuid: event.floatingIpUuid };
    switch (event.type) {
      case 'associated':
        logger.info('floating ip associated', fields);
        return;
      case 'taken-over':
        logger.info('floating ip was wired by hand, taken over', fields);
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
        if (event.keptElsewhere !== true) history.note(event.floatingIpUuid, { type: 'ended', vip });
        metrics.increment('associations_ended_total', { reason: event.type });
        logger.info('floating ip no longer associated', { ...fields, reason: event.type });
        return;
      default:
        assertNever(event.type);
    }
  }
}

function takenOverBy(events: readonly AssociationEvent[]): ReadonlySet<string> {
  return new Set(events.filter(({ type }) => type === 'taken-over').map(({ floatingIpUuid }) => floatingIpUuid));
}
