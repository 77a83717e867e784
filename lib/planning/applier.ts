import { isDeepStrictEqual } from 'node:util';
import { hasCode, isNotFound, SvcMonitorError } from '../base/errors/index.js';
import type { Clock } from '../base/clock/index.js';
import type { Metrics } from '../base/metrics/index.js';
import type { CacheKeeper, CacheReader, ObjectCache, ObjectRef } from '../cache/index.js';
import { newOwnRequestId, type ConfigWriter, type TracedUpdate } from '../config-api/index.js';
import type { EntityOf } from '../model/index.js';
import { after, created, isShownBy } from './effects.js';
import type { Plan, Stage } from './plan.js';
import { refusalOf, type Refusal } from './refusals.js';
import {
  isToCreated,
  keysOf,
  kindOf,
  subjectOf,
  type CreateWrite,
  type DeleteWrite,
  type ReferenceWrite,
  type Target,
  type Write,
} from './write.js';

/**
 * How many writes of one stage are made at a time: then others have their turn. A tenant can make thousands necessary, by thousands of
 * references on an object of his, and eight such keys would keep all workers.
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

/** A write on its way: what a {@link WriteObserver} is told of it. */
export interface SentWrite {
  readonly write: Exclude<Write, CreateWrite | DeleteWrite>;
  readonly uuid: string;
  readonly requestId: string;
  /** What the plan knew of the object shows what the changes up to here have made of it. */
  readonly plannedAt: number;
  /** Monotonic time, milliseconds. */
  readonly at: number;
}

/** Who remembers what was written. None may throw, but for `confirmed`, whose error is that of the plan. */
export interface WriteObserver {
  /** It is about to be sent. */
  sending?(sent: SentWrite): void;
  /** It is about to be sent again: what was sent before may have been carried out although it failed. */
  repeating?(sent: SentWrite): void;
  /** It was made; what it makes of the object is noted in the cache after this. */
  written?(sent: SentWrite): void;
  /** A reference that was a trial was read back: whether the server keeps it. */
  confirmed?(write: ReferenceWrite, isKept: boolean): void;
}

/** What is to be heeded while a plan is carried out, and who is to be told. */
export interface ApplyOptions {
  /** Whether other keys wait: bookkeeping that follows other writes is put off then. Defaults to no. */
  readonly othersWait?: () => boolean;
  /** Told of each write that was made, see {@link keysOf}, and to which object. */
  readonly onWritten?: (keys: readonly string[], uuid: string) => void;
  readonly observer?: WriteObserver;
  /** Asked when a write of the record fails: why that counts as a refusal; undefined if it does not. Defaults to {@link refusalOf}. */
  readonly judge?: (error: unknown) => Refusal | undefined;
}

/** What a {@link PlanApplier} is made of. */
export interface PlanApplierParts {
  readonly writer: ConfigWriter;
  readonly cache: CacheReader & Pick<ObjectCache, 'sequence' | 'knownUpTo' | 'touchedSince'>;
  readonly keeper: CacheKeeper;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Whose plans they are: a label of metrics. */
  readonly controller: string;
}

/**
 * Carries out the stages of a plan, one after the other; within a stage the objects side by side, the writes on one object in order.
 *
 * What the plan heeds is looked at before each write of it, and read back before evidence is dropped: others may have changed it at the
 * same time. If the config API refuses what is to be recorded, all is done but that and bookkeeping.
 *
 * Each write is noted in the cache at once, so that its own notification finds nothing to do. A target that is not there (404) or a
 * name that is taken (409) is an answer: it is read, and the plan is out of date. Other failures are thrown, but for those of the record
 * that count as a refusal.
 */
export class PlanApplier {
  public constructor(private readonly parts: PlanApplierParts) {}

  /**
   * Carries out the stages of a plan; resolves to what has come of them. Rejects with what the config API answers, other than 404 and a
   * taken name.
   */
  public async apply(
    plan: Pick<Plan, 'stages' | 'heeds'>,
    signal: AbortSignal,
    options: ApplyOptions = {},
  ): Promise<ApplyResult> {
    const { othersWait = (): boolean => false } = options;
    const run = new Run(this.parts, signal, { plan, options });
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
      await run.readBackTrials(stage.writes);
      if (run.isOutdated) return run.result('outdated');
      if (isTooLong) return run.result('put-off');
    }
    return run.result('done');
  }
}

// What is created, and what is written to it then, are one object.
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
  private readonly options: ApplyOptions;
  private readonly created = new Map<string, { readonly uuid: string; readonly name: string }>();
  private isReadBack = false;
  // As the plan has them, or as it has left them.
  private readonly heeded = new Map<
    string,
    { readonly ref: ObjectRef; readonly knownUpTo: number; entity: EntityOf | undefined }
  >();

  public constructor(
    private readonly parts: PlanApplierParts,
    private readonly signal: AbortSignal,
    carried: { readonly plan: Pick<Plan, 'heeds'>; readonly options: ApplyOptions },
  ) {
    this.options = carried.options;
    for (const ref of carried.plan.heeds) {
      const knownUpTo = parts.cache.knownUpTo(ref.kind, ref.uuid);
      this.heeded.set(ref.uuid, { ref, knownUpTo, entity: parts.cache.get(ref.kind, ref.uuid) });
    }
  }

  public result(outcome: ApplyResult['outcome']): ApplyResult {
    return { outcome, writes: this.writes, ...(this.refusal === undefined ? {} : { refusal: this.refusal }) };
  }

  public async inOrder(writes: readonly Write[], stage: Pick<Stage, 'isRecord'>): Promise<void> {
    for (const write of writes) {
      if (this.isOutdated) return;
      if (this.refusal !== undefined && this.isForRefused(write)) continue;
      if (this.hasChanged(subjectOf(write))) {
        this.isOutdated = true;
        return;
      }
      try {
        // Before: what is deleted has no name afterwards.
        const name = this.nameOf(write);
        if (write.do === 'create') await this.create(write);
        else if (write.do === 'delete') await this.delete(write);
        else await this.change(write);
        this.writes += 1;
        this.options.onWritten?.(keysOf(write, name), this.uuidOf(write));
        const { metrics, controller } = this.parts;
        metrics.increment('writes_total', { controller, kind: kindOf(write), action: write.do });
      } catch (error) {
        const sense = await this.senseOf(write, error);
        if (sense === 'failure' && write.do !== 'create') {
          this.parts.keeper.doubt(write.on.kind, this.resolve(write.on).uuid);
        }
        const { judge = refusalOf } = this.options;
        const refusal = stage.isRecord === true && sense !== 'answer' ? judge(error) : undefined;
        if (refusal !== undefined) {
          this.refusal = refusal;
          return;
        }
        if (sense === 'failure') throw error;
        this.isOutdated = true;
      }
    }
  }

  /** Reads what the plan heeds, once; the plan is out of date if one is not as it was left. */
  public async readBack(): Promise<void> {
    if (this.isReadBack) return;
    this.isReadBack = true;
    await refreshAll(
      this.parts.keeper,
      [...this.heeded.values()].map(({ ref }) => ref),
      this.signal,
    );
    if ([...this.heeded.keys()].some((uuid) => this.hasChanged(uuid))) this.isOutdated = true;
  }

  /**
   * Reads the objects to which references were added that are trials: a server whose schema lacks them answers 200 and shows nothing
   * (docs/opensdn.md, 5.1). The plan is out of date then: what was to be written has to go elsewhere. A trial that is not shown is taken back:
   * the server may have stored it, and would show it once its schema is extended, when what it says may be over.
   */
  public async readBackTrials(writes: readonly Write[]): Promise<void> {
    const { keeper, cache } = this.parts;
    const trials = writes.filter((write): write is ReferenceWrite => 'isTrial' in write && write.isTrial);
    if (this.isOutdated || this.refusal !== undefined || trials.length === 0) return;
    await refreshAll(keeper, uniqueRefs(trials.map(({ on }) => this.resolve(on))), this.signal);
    const isKept = ({ on, to }: ReferenceWrite): boolean => {
      const { kind, uuid } = this.resolve(on);
      const refs: Readonly<Record<string, readonly string[]>> = cache.get(kind, uuid)?.refs ?? {};
      return refs[to.kind]?.includes(to.uuid) === true;
    };
    const missed = trials.filter((write) => !isKept(write));
    for (const write of trials) if (!missed.includes(write)) this.options.observer?.confirmed?.(write, true);
    if (missed.length === 0) return;
    this.isOutdated = true;
    // One whose target was deleted meanwhile proves nothing.
    await refreshAll(keeper, uniqueRefs(missed.map(({ to }) => to)), this.signal);
    for (const write of missed) {
      if (cache.get(write.to.kind, write.to.uuid) === undefined) continue;
      const { on, to, relaxed } = write;
      await this.takeBack({ do: 'delete-reference', on, to, relaxed });
      this.options.observer?.confirmed?.(write, false);
    }
  }

  private async takeBack(write: ReferenceWrite): Promise<void> {
    try {
      await this.change(write);
    } catch (error) {
      // What is gone refers to nothing.
      if (!isNotFound(error)) throw error;
    }
  }

  // Somebody else has written the object since the plan was made, and we have read that: what was planned may be wrong by now.
  private hasChanged(uuid: string): boolean {
    const heeded = this.heeded.get(uuid);
    return heeded !== undefined && !isDeepStrictEqual(heeded.entity, this.parts.cache.get(heeded.ref.kind, uuid));
  }

  // To an object that was not made.
  private isForRefused(write: Write): boolean {
    return isToCreated(write) && !this.created.has(subjectOf(write));
  }

  /**
   * What the error of a write is: an answer, after which the plan is out of date; a 404 though all is there as far as can be read, which
   * may be an answer that came of something older; or a failure.
   */
  private async senseOf(write: Write, error: unknown): Promise<'answer' | 'unfounded' | 'failure'> {
    const { keeper, cache } = this.parts;
    const existing = write.do === 'create' && hasCode(error, 'conflict') ? error.details['existingUuid'] : undefined;
    if (write.do === 'create' && typeof existing === 'string') {
      await keeper.refresh(write.kind, [existing], this.signal);
      return 'answer';
    }
    if (!isNotFound(error)) return 'failure';
    const ends = this.endsOf(write);
    await refreshAll(keeper, ends, this.signal);
    return ends.every(({ kind, uuid }) => cache.get(kind, uuid) !== undefined) ? 'unfounded' : 'answer';
  }

  private endsOf(write: Write): readonly ObjectRef[] {
    if (write.do === 'create') return (write.references ?? []).map(({ to }) => to);
    return 'to' in write ? [write.to, this.resolve(write.on)] : [this.resolve(write.on)];
  }

  private uuidOf(write: Write): string {
    if (write.do !== 'create') return this.resolve(write.on).uuid;
    return this.created.get(subjectOf(write))?.uuid ?? '';
  }

  private async create(write: CreateWrite): Promise<void> {
    const { writer, keeper, cache } = this.parts;
    const { kind, fqName, parent, properties, references = [] } = write;
    const object = { fqName, parentKind: parent.kind, properties, references };
    const before = cache.sequence;
    const uuid = await writer.create(kind, object, this.signal);
    this.created.set(subjectOf(write), { uuid, name: this.nameOf(write) });
    // The bus can be faster than the answer. Then more is known of it than we know: what the server has added, or that it is gone again.
    if (cache.get(kind, uuid) !== undefined || cache.touchedSince(kind, uuid, before)) return;
    keeper.assume(kind, uuid, created(write, uuid), this.parts.controller);
  }

  private async delete({ on: { kind, uuid } }: DeleteWrite): Promise<void> {
    await this.parts.writer.delete(kind, uuid, this.signal);
    this.parts.keeper.assume(kind, uuid, undefined);
  }

  private async change(write: SentWrite['write']): Promise<void> {
    const { keeper, cache, clock } = this.parts;
    const { observer } = this.options;
    const { kind, uuid } = this.resolve(write.on);
    const requestId = newOwnRequestId(write.do === 'set' ? write.purpose : undefined);
    const announcedAt = cache.sequence;
    const plannedAt = this.heeded.get(uuid)?.knownUpTo ?? announcedAt;
    const sent = { write, uuid, requestId, plannedAt };
    keeper.announce(uuid, requestId);
    observer?.sending?.({ ...sent, at: clock.monotonic() });
    try {
      const onRepeat = (): void => observer?.repeating?.({ ...sent, at: clock.monotonic() });
      await this.send(write, { kind, uuid, requestId, onRepeat });
      // A write that is repeated can take seconds, and undo what a user has done meanwhile.
      if (this.hasChanged(uuid)) this.isOutdated = true;
      observer?.written?.({ ...sent, at: clock.monotonic() });
      if (cache.touchedSince(kind, uuid, announcedAt)) await this.lookAgain(write, { kind, uuid });
      else this.assume(write, { kind, uuid });
    } finally {
      // After it is noted: what is read again then is newer.
      keeper.answered(kind, uuid);
    }
  }

  // What a read has shown while the write was under way may be newer than the write, or older: it is read again, not reckoned.
  private async lookAgain(write: SentWrite['write'], { kind, uuid }: ObjectRef): Promise<void> {
    const { cache, keeper } = this.parts;
    await keeper.refresh(kind, [uuid], this.signal);
    const shown = cache.get(kind, uuid);
    const heeded = this.heeded.get(uuid);
    if (heeded === undefined) return;
    if (shown === undefined || !isShownBy(shown, write)) this.isOutdated = true;
    else if (!this.isOutdated) heeded.entity = shown;
  }

  private assume(write: SentWrite['write'], { kind, uuid }: ObjectRef): void {
    const { cache, keeper } = this.parts;
    const before = cache.get(kind, uuid);
    if (before === undefined) return;
    const entity = after(before, write);
    if (entity === undefined) {
      keeper.doubt(kind, uuid);
      return;
    }
    const heeded = this.heeded.get(uuid);
    if (heeded !== undefined) heeded.entity = entity;
    keeper.assume(kind, uuid, entity, this.parts.controller);
  }

  private async send(write: SentWrite['write'], on: ObjectRef & TracedUpdate): Promise<void> {
    const { writer } = this.parts;
    switch (write.do) {
      case 'set':
        return writer.updateProperties({ ...on, properties: write.properties }, this.signal);
      case 'add-reference':
      case 'delete-reference': {
        const { to, relaxed, attr } = write;
        const operation = write.do === 'add-reference' ? 'ADD' : 'DELETE';
        const reference = { ...on, refKind: to.kind, refUuid: to.uuid, operation, relaxed } as const;
        return writer.updateReference(attr === undefined ? reference : { ...reference, attr }, this.signal);
      }
      case 'set-entries':
        return writer.updateMap(
          {
            ...on,
            field: write.field,
            updates: [
              ...Object.entries(write.set).map(([key, value]) => ({ operation: 'set' as const, key, value })),
              ...write.remove.map((key) => ({ operation: 'delete' as const, key })),
            ],
          },
          this.signal,
        );
    }
  }

  private resolve(target: Target): ObjectRef {
    if (!('created' in target)) return target;
    return { kind: target.kind, uuid: this.madeAs(target.created).uuid };
  }

  // What is not in the cache has no other name than its uuid.
  private nameOf(write: Write): string {
    if (write.do === 'create') return write.fqName.join(':');
    if ('created' in write.on) return this.madeAs(write.on.created).name;
    const { kind, uuid } = write.on;
    return this.parts.cache.get(kind, uuid)?.fqName.join(':') ?? uuid;
  }

  private madeAs(mark: string): { readonly uuid: string; readonly name: string } {
    const made = this.created.get(`new ${mark}`);
    if (made === undefined) throw new SvcMonitorError('bug', 'a plan writes to an object before it creates it');
    return made;
  }
}

/** Reads objects again, kind by kind, in the order in which the kinds come first. */
export async function refreshAll(
  keeper: Pick<CacheKeeper, 'refresh'>,
  refs: readonly ObjectRef[],
  signal: AbortSignal,
): Promise<void> {
  const byKind = new Map<ObjectRef['kind'], string[]>();
  for (const { kind, uuid } of refs) byKind.set(kind, [...(byKind.get(kind) ?? []), uuid]);
  for (const [kind, uuids] of byKind) await keeper.refresh(kind, uuids, signal);
}

function uniqueRefs(refs: readonly ObjectRef[]): readonly ObjectRef[] {
  return [...new Map(refs.map((ref) => [ref.uuid, ref])).values()];
}
