import { isDeepStrictEqual } from 'node:util';
import { isAttached, type CacheKeeper, type CacheReader, type FloatingIpEntity } from '../cache/index.js';
import type { Clock } from '../base/clock/index.js';
import { newOwnRequestId, type ConfigWriter } from '../config-api/index.js';
import { hasCode, isNotFound, SvcMonitorError } from '../base/errors/index.js';
import type { Metrics } from '../base/metrics/index.js';
import { recordAfter } from '../model/index.js';
import { changed, createdVirtualIp, wire, withProperties } from './after-write.js';
import { assertNever } from '../base/errors/assert-never.js';
import type { VipPlan } from '../managers/octavia-vip/vip-plan.js';
import { refusalOf, type Refusal } from './refusals.js';
import type { SchemaKnowledge } from '../managers/octavia-vip/schema/schema-knowledge.js';
import {
  keysOf,
  kindOf,
  subjectOf,
  type FloatingIpProperties,
  type NewVirtualIp,
  type Stage,
  type VirtualIpProperties,
  type VirtualIpTarget,
  type Write,
} from './write.js';

/**
 * How many writes of one stage are made at a time: then others have their turn. A tenant can make thousands necessary, by thousands of
 * references on his floating ip, and eight such VIPs would keep all workers.
 */
export const writesPerStage = 128;

/**
 * What has come of a plan: done; done in part, since others waited or a stage was long; or out of date because an object was gone or a
 * name taken, and the cache has read again.
 */
export interface ApplyResult {
  readonly outcome: 'done' | 'put-off' | 'outdated';
  readonly writes: number;
  /** The record was refused: all was done but that and bookkeeping. */
  readonly refusal?: Refusal;
}

/** What is carried out, and for which VIP. */
export type PlannedVip = Pick<VipPlan, 'key' | 'vipPortUuid' | 'associations' | 'stages'>;

/** What is to be heeded while a plan is carried out, and who is to be told. */
export interface ApplyOptions {
  /** Whether other VIPs wait: bookkeeping that follows other writes is put off then. Defaults to no. */
  readonly othersWait?: () => boolean;
  /** Told of each write that was made: see {@link keysOf}. */
  readonly onWritten?: (keys: readonly string[]) => void;
}

/**
 * Carries out the stages of a plan, one after the other; within a stage the objects side by side, the writes on one object in order.
 *
 * Before evidence is dropped from the virtual-ip, the floating ips are read back: a user or a port delete may have changed them at the
 * same time, and that evidence is what a lost association is told by. After all else the notifications of others tell.
 *
 * If the config API refuses what is to be recorded, the floating ips are served without, and the bookkeeping is left out.
 *
 * Each write is noted in the cache at once, so that its own notification finds nothing to do. A target that is not there (404) or a
 * name that is taken (409) is an answer: it is read, and the plan is out of date. Other failures are thrown.
 */
export class PlanApplier {
  public constructor(
    private readonly parts: {
      readonly writer: ConfigWriter;
      readonly cache: CacheReader & { readonly sequence: number };
      readonly keeper: CacheKeeper;
      readonly schema: Pick<SchemaKnowledge, 'referenceSeen' | 'referenceMissed'>;
      readonly clock: Clock;
      readonly metrics: Metrics;
    },
  ) {}

  /**
   * Carries out the stages of a plan; resolves to what has come of them. Rejects with what the config API answers, other than 404 and a
   * taken name.
   */
  public async apply(plan: PlannedVip, signal: AbortSignal, options: ApplyOptions = {}): Promise<ApplyResult> {
    const { othersWait = (): boolean => false, onWritten = (): void => undefined } = options;
    const run = new Run(this.parts, signal, { plan, onWritten });
    for (const stage of plan.stages) {
      if (run.refusal !== undefined && stage.isBookkeeping === true) continue;
      const isPutOff = stage.isBookkeeping === true && run.writes > 0 && othersWait();
      if (isPutOff) return run.result('put-off');
      if (stage.dropsEvidence === true) {
        await run.readBack();
        if (run.isOutdated) return run.result('outdated');
      }
      const isTooLong = stage.isUrgent !== true && stage.writes.length > writesPerStage;
      const bySubject = groupBySubject(isTooLong ? stage.writes.slice(0, writesPerStage) : stage.writes);
      const results = await Promise.allSettled([...bySubject.values()].map((writes) => run.inOrder(writes, stage)));
      const failure = results.find((result) => result.status === 'rejected');
      if (failure !== undefined) throw failure.reason;
      await run.readBackAssociations(stage.writes);
      if (run.isOutdated) return run.result('outdated');
      if (isTooLong) return run.result('put-off');
    }
    return run.result('done');
  }
}

function groupBySubject(writes: readonly Write[]): ReadonlyMap<string, readonly Write[]> {
  const groups = new Map<string, Write[]>();
  for (const write of writes) {
    const group = groups.get(subjectOf(write));
    if (group === undefined) groups.set(subjectOf(write), [write]);
    else group.push(write);
  }
  return groups;
}

class Run {
  public writes = 0;
  public isOutdated = false;
  /** Why the record was refused. */
  public refusal: Refusal | undefined;
  private readonly vip: PlannedVip;
  private readonly onWritten: (keys: readonly string[]) => void;
  private createdUuid: string | undefined;
  private isReadBack = false;
  // The plan knows of the changes up to here, and the floating ips were so.
  private readonly plannedAt: number;
  private readonly planned = new Map<string, FloatingIpEntity | undefined>();

  public constructor(
    private readonly parts: ConstructorParameters<typeof PlanApplier>[0],
    private readonly signal: AbortSignal,
    carried: { readonly plan: PlannedVip; readonly onWritten: (keys: readonly string[]) => void },
  ) {
    this.vip = carried.plan;
    this.onWritten = carried.onWritten;
    this.plannedAt = parts.cache.sequence;
    const written = this.vip.stages.flatMap((stage) => stage.writes).filter((write) => kindOf(write) === 'floating-ip');
    for (const uuid of [...this.vip.associations, ...written.map(subjectOf)]) {
      this.planned.set(uuid, parts.cache.get('floating-ip', uuid));
    }
  }

  public result(outcome: ApplyResult['outcome']): ApplyResult {
    return { outcome, writes: this.writes, ...(this.refusal === undefined ? {} : { refusal: this.refusal }) };
  }

  public async inOrder(writes: readonly Write[], stage: Pick<Stage, 'isRecord'>): Promise<void> {
    for (const write of writes) {
      if (this.isOutdated) return;
      if (this.refusal !== undefined && this.isForRefused(write)) continue;
      if (kindOf(write) === 'floating-ip' && this.hasChanged(subjectOf(write))) {
        this.isOutdated = true;
        return;
      }
      try {
        await this.carryOut(write);
        this.writes += 1;
        this.onWritten(keysOf(write));
        this.parts.metrics.increment('writes_total', { kind: kindOf(write), action: write.action });
      } catch (error) {
        if (!(await this.isAnswer(write, error))) {
          if (write.action !== 'create-virtual-ip') this.parts.keeper.doubt(kindOf(write), this.uuidOf(write));
          const refusal = stage.isRecord === true ? refusalOf(error) : undefined;
          if (refusal === undefined) throw error;
          this.refusal = refusal;
          return;
        }
        this.isOutdated = true;
      }
    }
  }

  /** Reads the floating ips that are associated or were written, once; the plan is out of date if one is not as it was left. */
  public async readBack(): Promise<void> {
    if (this.isReadBack) return;
    this.isReadBack = true;
    const floatingIps = [...this.planned.keys()];
    await this.parts.keeper.refresh('floating-ip', floatingIps, this.signal);
    if (floatingIps.some((uuid) => this.hasChanged(uuid))) this.isOutdated = true;
  }

  /**
   * Reads the virtual-ip to whose associations references were added: a schema that lacks them answers 200 and stores nothing
   * (docs/opensdn.md, 5.1). The plan is out of date then: what was to be recorded has to go elsewhere.
   */
  public async readBackAssociations(writes: readonly Write[]): Promise<void> {
    if (this.isOutdated) return;
    const { keeper, cache, schema } = this.parts;
    const added = writes.filter((write) => write.action === 'add-association-reference');
    const [first] = added;
    if (first === undefined || this.refusal !== undefined) return;
    const uuid = this.resolve(first.target);
    await keeper.refresh('virtual-ip', [uuid], this.signal);
    const shown = cache.get('virtual-ip', uuid)?.floatingIpUuids ?? [];
    const missed = added.map(({ floatingIpUuid }) => floatingIpUuid).filter((wanted) => !shown.includes(wanted));
    if (shown.length > 0) schema.referenceSeen();
    if (missed.length === 0) return;
    this.isOutdated = true;
    // One whose floating ip was deleted meanwhile proves nothing.
    await keeper.refresh('floating-ip', missed, this.signal);
    if (missed.some((missing) => cache.get('floating-ip', missing) !== undefined)) schema.referenceMissed();
  }

  // Somebody else has written the floating ip since the plan was made, and we have read that: what was planned may be wrong by now.
  private hasChanged(floatingIpUuid: string): boolean {
    return !isDeepStrictEqual(this.planned.get(floatingIpUuid), this.parts.cache.get('floating-ip', floatingIpUuid));
  }

  private noteFloatingIp(uuid: string, floatingIp: FloatingIpEntity): void {
    this.planned.set(uuid, floatingIp);
    this.parts.keeper.assume('floating-ip', uuid, floatingIp);
  }

  // To a virtual-ip that was not made.
  private isForRefused(write: Write): boolean {
    return 'target' in write && write.target === 'created' && this.createdUuid === undefined;
  }

  private async isAnswer(write: Write, error: unknown): Promise<boolean> {
    const { keeper } = this.parts;
    if (hasCode(error, 'conflict') && write.action === 'create-virtual-ip') {
      const existing = error.details['existingUuid'];
      if (typeof existing !== 'string') return false;
      await keeper.refresh('virtual-ip', [existing], this.signal);
      return true;
    }
    if (!isNotFound(error)) return false;
    if ('floatingIpUuid' in write) await keeper.refresh('floating-ip', [write.floatingIpUuid], this.signal);
    if ('portUuid' in write) await keeper.refresh('virtual-machine-interface', [write.portUuid], this.signal);
    if (kindOf(write) === 'floating-ip') await keeper.refresh('floating-ip', [subjectOf(write)], this.signal);
    else if (write.action === 'delete-virtual-ip') await keeper.refresh('virtual-ip', [write.uuid], this.signal);
    else if ('target' in write) await keeper.refresh('virtual-ip', [this.resolve(write.target)], this.signal);
    return true;
  }

  private async carryOut(write: Write): Promise<void> {
    switch (write.action) {
      case 'create-virtual-ip':
        return this.createVirtualIp(write.virtualIp);
      case 'delete-virtual-ip':
        await this.parts.writer.delete('virtual-ip', write.uuid, this.signal);
        this.parts.keeper.assume('virtual-ip', write.uuid, undefined);
        return;
      case 'set-virtual-ip-properties':
        return this.setVirtualIpProperties(this.resolve(write.target), write.properties);
      case 'add-virtual-ip-reference':
        return this.virtualIpReference(this.resolve(write.target), write.portUuid, 'ADD');
      case 'delete-virtual-ip-reference':
        return this.virtualIpReference(this.resolve(write.target), write.portUuid, 'DELETE');
      case 'add-association-reference':
        return this.associationReference(this.resolve(write.target), write.floatingIpUuid, 'ADD');
      case 'delete-association-reference':
        return this.associationReference(this.resolve(write.target), write.floatingIpUuid, 'DELETE');
      case 'set-record':
        return this.updateRecord(this.resolve(write.target), write.entries, []);
      case 'delete-record':
        return this.updateRecord(this.resolve(write.target), [], write.keys);
      case 'set-floating-ip-properties':
        return this.setFloatingIpProperties(write.uuid, write.properties);
      case 'add-floating-ip-reference':
        return this.floatingIpReference(write.uuid, write.portUuid, 'ADD');
      case 'delete-floating-ip-reference':
        return this.floatingIpReference(write.uuid, write.portUuid, 'DELETE');
      default:
        return assertNever(write);
    }
  }

  private async createVirtualIp({ fqName, properties, record }: NewVirtualIp): Promise<void> {
    const annotations = { key_value_pair: record };
    const uuid = await this.parts.writer.create(
      'virtual-ip',
      { fqName, parentKind: 'project', properties: { virtual_ip_properties: wire(properties), annotations } },
      this.signal,
    );
    this.createdUuid = uuid;
    const created = createdVirtualIp(uuid, { fqName, properties, record });
    const vipPort = created.record && this.parts.cache.get('virtual-machine-interface', created.record.vipPort);
    const projectUuid = vipPort?.projectUuid;
    this.parts.keeper.assume('virtual-ip', uuid, { ...created, ...(projectUuid === undefined ? {} : { projectUuid }) });
  }

  private async setVirtualIpProperties(uuid: string, properties: VirtualIpProperties): Promise<void> {
    await this.parts.writer.updateProperties(
      {
        kind: 'virtual-ip',
        uuid,
        properties: { virtual_ip_properties: wire(properties) },
        requestId: this.newRequestId(uuid),
      },
      this.signal,
    );
    const before = this.parts.cache.get('virtual-ip', uuid);
    if (before !== undefined) this.parts.keeper.assume('virtual-ip', uuid, { ...before, ...properties });
  }

  private async associationReference(uuid: string, floatingIpUuid: string, operation: 'ADD' | 'DELETE'): Promise<void> {
    const requestId = this.newRequestId(uuid);
    await this.parts.writer.updateReference(
      { kind: 'virtual-ip', uuid, refKind: 'floating-ip', refUuid: floatingIpUuid, operation, requestId },
      this.signal,
    );
    const before = this.parts.cache.get('virtual-ip', uuid);
    if (before === undefined) return;
    // What was added is read back, not assumed: the server may keep no such references.
    const floatingIpUuids =
      operation === 'ADD' ? before.floatingIpUuids : changed(before.floatingIpUuids, floatingIpUuid, operation);
    this.parts.keeper.assume('virtual-ip', uuid, { ...before, floatingIpUuids });
  }

  private async virtualIpReference(uuid: string, portUuid: string, operation: 'ADD' | 'DELETE'): Promise<void> {
    await this.reference('virtual-ip', uuid, portUuid, operation);
    const before = this.parts.cache.get('virtual-ip', uuid);
    if (before === undefined) return;
    this.parts.keeper.assume('virtual-ip', uuid, {
      ...before,
      portUuids: changed(before.portUuids, portUuid, operation),
    });
  }

  private async updateRecord(
    uuid: string,
    entries: readonly { readonly key: string; readonly value: string }[],
    keys: readonly string[],
  ): Promise<void> {
    await this.parts.writer.updateMap(
      {
        kind: 'virtual-ip',
        uuid,
        field: 'annotations',
        updates: [
          ...entries.map(({ key, value }) => ({ operation: 'set' as const, key, value })),
          ...keys.map((key) => ({ operation: 'delete' as const, key })),
        ],
        requestId: this.newRequestId(uuid),
      },
      this.signal,
    );
    const before = this.parts.cache.get('virtual-ip', uuid);
    if (before?.record === undefined) return;
    this.parts.keeper.assume('virtual-ip', uuid, { ...before, record: recordAfter(before.record, entries, keys) });
  }

  private async setFloatingIpProperties(uuid: string, properties: FloatingIpProperties): Promise<void> {
    const { traces } = this.parts.cache;
    const before = this.parts.cache.get('floating-ip', uuid);
    const isFirstStep = before !== undefined && !isAttached(before) && typeof properties.fixedIp === 'string';
    const requestId = this.newRequestId(uuid, isFirstStep ? 'restore' : undefined);
    if (isFirstStep) {
      traces.openFence(uuid, requestId, this.parts.clock.monotonic());
    }
    await this.parts.writer.updateProperties(
      {
        kind: 'floating-ip',
        uuid,
        properties: {
          ...(properties.fixedIp === undefined ? {} : { floating_ip_fixed_ip_address: properties.fixedIp }),
          ...(properties.isVirtualIp === undefined ? {} : { floating_ip_is_virtual_ip: properties.isVirtualIp }),
        },
        requestId,
      },
      this.signal,
    );
    traces.footprints.propertiesSet(uuid, this.vip.key, { ...properties, vipPort: this.vip.vipPortUuid });
    if (this.hasChanged(uuid)) this.isOutdated = true;
    const current = this.parts.cache.get('floating-ip', uuid);
    if (current !== undefined) this.noteFloatingIp(uuid, withProperties(current, properties));
  }

  private async floatingIpReference(uuid: string, portUuid: string, operation: 'ADD' | 'DELETE'): Promise<void> {
    const { traces } = this.parts.cache;
    await this.reference('floating-ip', uuid, portUuid, operation);
    // A write that is repeated can take seconds, and undo what a user has done meanwhile.
    if (this.hasChanged(uuid)) this.isOutdated = true;
    if (operation === 'ADD') {
      // What detached it is made good, unless somebody has detached it again: those requests must not explain the next time.
      const isFreed = this.parts.cache.get('floating-ip', uuid)?.fixedIp === undefined;
      if (!isFreed) traces.restored(uuid, this.plannedAt);
      traces.referenceAdded(uuid, portUuid, this.plannedAt);
      traces.footprints.referenceAdded(uuid, this.vip.key, portUuid, this.vip.vipPortUuid);
    } else {
      traces.footprints.referenceDeleted(uuid, this.vip.key, portUuid);
      traces.referenceDeleted(uuid, portUuid, this.parts.clock.monotonic());
    }
    const before = this.parts.cache.get('floating-ip', uuid);
    if (before === undefined) return;
    this.noteFloatingIp(uuid, { ...before, portUuids: changed(before.portUuids, portUuid, operation) });
  }

  private async reference(
    kind: 'floating-ip' | 'virtual-ip',
    uuid: string,
    refUuid: string,
    operation: 'ADD' | 'DELETE',
  ): Promise<void> {
    await this.parts.writer.updateReference(
      { kind, uuid, refKind: 'virtual-machine-interface', refUuid, operation, requestId: this.newRequestId(uuid) },
      this.signal,
    );
  }

  private newRequestId(uuid: string, purpose?: 'restore'): string {
    const requestId = newOwnRequestId(purpose);
    this.parts.keeper.announce(uuid, requestId);
    return requestId;
  }

  private uuidOf(write: Exclude<Write, { action: 'create-virtual-ip' }>): string {
    return 'target' in write ? this.resolve(write.target) : write.uuid;
  }

  private resolve(target: VirtualIpTarget): string {
    if (target !== 'created') return target.uuid;
    if (this.createdUuid === undefined)
      throw new SvcMonitorError('bug', 'a plan writes to a virtual-ip before it creates it');
    return this.createdUuid;
  }
}
