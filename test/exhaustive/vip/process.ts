import type { Clock } from '../../../lib/base/clock/index.js';
import { silentLogger } from '../../../lib/base/log/index.js';
import { silentMetrics } from '../../../lib/base/metrics/index.js';
import type { Transition } from '../../../lib/cache/index.js';
import type { Change } from '../../../lib/change-stream/index.js';
import { VipController } from '../../../lib/managers/octavia-vip/controller.js';
import { Cuts } from '../../../lib/managers/octavia-vip/cuts.js';
import { History } from '../../../lib/managers/octavia-vip/history/index.js';
import type { VipReports } from '../../../lib/managers/octavia-vip/report.js';
import { SchemaKnowledge } from '../../../lib/managers/octavia-vip/schema/schema-knowledge.js';
import type { OctaviaVipSettings } from '../../../lib/managers/octavia-vip/settings.js';
import type { VipKey } from '../../../lib/managers/octavia-vip/vip-key.js';
import { definitionOf, type EntityOf } from '../../../lib/model/index.js';
import { canonicalText } from '../interned.js';
import type { Id, Kind, Notification } from '../store.js';
import { CacheView } from './cache-view.js';
import { entityOf, wireOf } from './entities.js';
import { normalised, withNormalisedHistory } from './normalise.js';
import type { Followed, ProcessOptions, ProcessState, Reading, Run } from './process-state.js';

/**
 * One process of the service, brought to life from a plain state for one step: the cache as the informer keeps it, the history and the rules
 * are the library's own. What has a network or a timer in between is told in single steps here (`lib/cache/informer.ts`, `refresher.ts`,
 * `resync.ts`).
 */
export class Process {
  public readonly cache: CacheView;
  public run: Run | undefined;
  public restores: number;
  public slowdowns: number;
  private unread: readonly Kind[];
  private listing: ProcessState['listing'];
  private known: Readonly<Record<Id, number>>;
  private lacking: readonly Id[];
  private touched: readonly Id[];
  private readings: Readonly<Record<Id, Reading>>;
  private followed: Readonly<Record<Id, Followed>>;
  private dirty: readonly VipKey[];
  private recheck: readonly VipKey[];
  private position: number;
  private time: number;
  private made: VipController | undefined;
  private readonly before: ProcessState;
  private remembered: History | undefined;
  private hasNews = false;

  public constructor(
    state: ProcessState,
    public readonly options: ProcessOptions,
  ) {
    this.cache = new CacheView(state.cached, state.gone);
    this.before = state;
    this.run = state.run;
    this.restores = state.restores;
    this.slowdowns = state.slowdowns;
    this.unread = state.unread;
    this.listing = state.listing;
    this.known = state.knownUpTo;
    this.lacking = state.lacking;
    this.touched = state.touched;
    this.readings = state.readings;
    this.followed = state.followed;
    this.dirty = state.dirty;
    this.recheck = state.recheck;
    this.position = state.sequence;
    this.time = state.now;
  }

  /** What is remembered, only to be read. */
  public get history(): History {
    this.remembered ??= new History(this.cache, this.before.history);
    return this.remembered;
  }

  /** What is remembered, to be told something. */
  public get memory(): History {
    this.hasNews = true;
    return this.history;
  }

  /** The rules, and what they do with the history. */
  public get controller(): VipController {
    this.made ??= this.createController(this.options.settings);
    return this.made;
  }

  /** The rules, where they may note something in the history. */
  public get rules(): VipController {
    this.hasNews = true;
    return this.controller;
  }

  private get isLate(): boolean {
    return this.options.reads === 'late';
  }

  /** The position of the latest change. */
  public get sequence(): number {
    return this.position;
  }

  /** Monotonic time, milliseconds. */
  public get now(): number {
    return this.time;
  }

  /** What has become of it, as a plain value. */
  public state(): ProcessState {
    const { run, listing } = this;
    const now: ProcessState = {
      cached: this.cache.objects,
      gone: this.cache.gone,
      knownUpTo: this.known,
      history: this.hasNews ? this.history.state() : this.before.history,
      unread: this.unread,
      ...(listing === undefined ? {} : { listing }),
      lacking: this.lacking,
      touched: this.touched,
      readings: this.readings,
      followed: this.followed,
      dirty: [...this.dirty].sort(),
      recheck: [...this.recheck].sort(),
      ...(run === undefined ? {} : { run }),
      sequence: this.position,
      now: this.time,
      restores: this.restores,
      slowdowns: this.slowdowns,
    };
    return this.hasNews ? withNormalisedHistory(now, this.options.hears) : normalised(now);
  }

  /** A change has come (`Informer.take`). */
  public hear(notification: Notification): void {
    const { kind, operation, id, request, by, object } = notification;
    if (kind === 'virtual-machine') return;
    this.position += 1;
    const change = {
      kind,
      operation,
      uuid: id,
      fqName: [id],
      ...(request === undefined ? {} : { requestId: by === 'monitor' ? `${request}-other` : request }),
      ...(object === undefined ? {} : { object: wireOf(kind, id, object) }),
    } as unknown as Change;
    // Of other changes it keeps nothing.
    const isHeard = operation === 'DELETE' || kind === 'floating-ip' || by !== 'actor';
    if (isHeard) this.memory.heard(change, { sequence: this.position, at: this.time });
    if (operation === 'DELETE') {
      // What a read of it would still tell is told already.
      this.endReading(id);
      this.drop(kind, id, this.position);
      return;
    }
    if (by === 'self' && !this.history.awaits(kind, id)) return;
    const isFirst = this.cache.get(kind, id) === undefined && !this.cache.isGone(id) && !(id in this.readings);
    if (operation === 'CREATE' && object !== undefined && isFirst) {
      this.put(kind, entityOf(kind, id, object), this.position);
      this.followReferences(kind, id);
      return;
    }
    this.refresh(kind, id);
  }

  /** Reads an object (again); one that is being read is read once more. */
  public refresh(kind: Kind, id: Id): void {
    const running = this.readings[id];
    // One that has not left yet brings what is heard before it does.
    if (running !== undefined && !this.isLate) return;
    const reading: Reading =
      running === undefined ? { kind, readAfter: this.isLate ? this.position : 0 } : { ...running, dirty: true };
    this.readings = { ...this.readings, [id]: reading };
  }

  /** A read leaves, is answered and looked at, all at once. */
  public read(id: Id, answer: EntityOf | null): void {
    const reading = this.readings[id];
    if (reading === undefined) return;
    this.readings = { ...this.readings, [id]: { kind: reading.kind, readAfter: this.position, answer } };
    this.arrived(id);
  }

  /** The server has answered a read. */
  public answered(id: Id, answer: EntityOf | null): void {
    const reading = this.readings[id];
    if (reading !== undefined) this.readings = { ...this.readings, [id]: { ...reading, answer } };
  }

  /** The answer of a read is looked at (`Refresher.readOnce`). Returns whether no more is to be read of it. */
  public arrived(id: Id): void {
    const reading = this.readings[id];
    if (reading?.answer === undefined) return;
    const { kind, answer, readAfter, overtaken, dirty } = reading;
    if (overtaken !== true && answer === null) this.drop(kind, id, this.next());
    if (overtaken !== true && answer !== null) this.put(kind, answer, readAfter);
    if (overtaken === true || dirty === true) {
      this.readings = { ...this.readings, [id]: { kind, readAfter: this.position } };
      return;
    }
    this.endReading(id, this.followReferences(kind, id));
  }

  /** A full read of the first kind that is not read yet was answered, or is looked at (`Resync.readKind`). */
  public listed(answer: readonly EntityOf[]): void {
    if (this.listing !== undefined) this.listing = { ...this.listing, answer };
  }

  public listArrived(): void {
    const [kind, ...unread] = this.unread;
    const { began = 0, answer = [] } = this.listing ?? {};
    if (kind === undefined) return;
    for (const entity of answer) {
      if (this.touched.includes(entity.uuid)) continue;
      this.noteKnown(kind, entity.uuid, began);
      const before = this.cache.put(kind, entity);
      this.see({ kind, uuid: entity.uuid, before, after: entity }, began);
    }
    this.unread = unread;
    this.touched = [];
    this.listing = unread.length === 0 ? undefined : { began: this.position };
    if (unread.length > 0) return;
    for (const held of Object.keys(this.cache.objects) as Kind[]) {
      for (const { uuid } of [...this.cache.all(held)]) {
        this.lacking = [...new Set([...this.lacking, ...this.followReferences(held, uuid)])].sort();
      }
    }
    if (this.lacking.length === 0) this.queue(this.controller.keys(this.cache));
  }

  /** Notes what a write of ours has made of an object (`Informer.assume`). */
  public assume(kind: Kind, id: Id, entity: EntityOf | undefined): void {
    const reading = this.readings[id];
    if (reading !== undefined && this.isLate)
      this.readings = { ...this.readings, [id]: { ...reading, overtaken: true } };
    this.next();
    this.touch(id);
    if (entity === undefined) this.announce(kind, [this.cache.remove(kind, id)]);
    else this.cache.put(kind, entity);
  }

  /** Keys are to be looked at. */
  public queue(keys: Iterable<VipKey>): void {
    this.dirty = [...new Set([...this.dirty, ...keys])];
    this.recheck = this.recheck.filter((key) => !this.dirty.includes(key));
  }

  /** The key is looked at now. */
  public take(key: VipKey): void {
    this.dirty = this.dirty.filter((other) => other !== key);
    this.recheck = this.recheck.filter((other) => other !== key);
  }

  /** The key is to be looked at again when time has passed. */
  public queueLater(key: VipKey): void {
    if (!this.dirty.includes(key)) this.recheck = [...this.recheck, key];
  }

  /** Time passes, more than a strip window. */
  public pass(ms: number): void {
    this.time += ms;
    this.hasNews = true;
    this.queue(this.recheck);
  }

  private put(kind: Kind, entity: EntityOf, readAfter: number): void {
    this.next();
    this.touch(entity.uuid);
    this.noteTouched(entity.uuid);
    this.noteKnown(kind, entity.uuid, readAfter);
    const before = this.cache.put(kind, entity);
    this.see({ kind, uuid: entity.uuid, before, after: entity }, readAfter);
  }

  private drop(kind: Kind, uuid: Id, touched: number): void {
    this.touch(uuid);
    this.hasNews = true;
    this.noteTouched(uuid);
    const before = this.cache.remove(kind, uuid);
    this.see({ kind, uuid, before, after: undefined }, touched);
  }

  /** The position up to which what is cached of an object shows what was heard of it. */
  public knownUpTo(id: Id): number {
    return this.known[id] ?? this.position;
  }

  // A write to it is under way: what is cached is not to be reckoned from that.
  private noteTouched(id: Id): void {
    const sent = this.run?.sent;
    if (this.run !== undefined && sent?.on === id) this.run = { ...this.run, sent: { ...sent, isTouched: true } };
  }

  private noteKnown(kind: Kind, id: Id, position: number): void {
    if (kind === 'floating-ip') this.known = { ...this.known, [id]: position };
  }

  // Told to the history, then to the queue if it is news (`isNews`).
  private see(
    seen: { kind: Kind; uuid: Id; before: EntityOf | undefined; after: EntityOf | undefined },
    readAfter: number,
  ): void {
    const transition = seen as unknown as Transition;
    if (seen.kind === 'floating-ip') this.memory.seen(transition, { readAfter, at: this.time });
    const isSame = canonicalText(seen.before) === canonicalText(seen.after);
    if (isSame && (seen.after === undefined || !this.history.awaits(seen.kind, seen.uuid))) return;
    this.announce(seen.kind, [seen.before, seen.after]);
  }

  private announce(kind: Kind, entities: readonly (EntityOf | undefined)[]): void {
    const touches = this.controller.touches[kind] as
      ((entity: EntityOf, cache: CacheView) => Iterable<VipKey>) | undefined;
    for (const entity of entities) {
      if (entity !== undefined) this.queue(touches?.(entity, this.cache) ?? []);
    }
  }

  /** Reads what an object references and the cache lacks; returns what that is. */
  private followReferences(kind: Kind, id: Id): readonly Id[] {
    const entity: EntityOf | undefined = this.cache.get(kind, id);
    if (entity === undefined) return [];
    const refs: Readonly<Record<string, readonly Id[]>> = entity.refs;
    const own = definitionOf(kind).references.flatMap((target) =>
      (refs[target] ?? []).map((uuid) => ({ kind: target, uuid })),
    );
    const missing = [...own, ...this.history.needs(kind, entity as never)]
      .filter((ref) => ref.kind !== 'project' && ref.kind !== 'virtual-machine')
      .filter((ref) => this.cache.get(ref.kind, ref.uuid) === undefined && !this.cache.isGone(ref.uuid));
    for (const ref of missing) if (!(ref.uuid in this.readings)) this.refresh(ref.kind as Kind, ref.uuid);
    const uuids = [...new Set(missing.map(({ uuid }) => uuid))].sort();
    if (uuids.length > 0) this.followed = { ...this.followed, [id]: { kind, missing: uuids, isGone: false } };
    return uuids;
  }

  // Of what was never there nobody else speaks: whoever waits for it has to look again.
  private noteFollowed(id: Id): void {
    for (const [follower, { kind, missing, isGone }] of Object.entries(this.followed)) {
      if (!missing.includes(id)) continue;
      const left = { kind, missing: missing.filter((other) => other !== id), isGone: isGone || this.cache.isGone(id) };
      const others = { ...this.followed, [follower]: left };
      if (left.missing.length === 0) Reflect.deleteProperty(others, follower);
      this.followed = others;
      const entity: EntityOf | undefined = this.cache.get(kind, follower);
      if (left.missing.length === 0 && left.isGone && entity !== undefined) this.announce(kind, [entity]);
    }
  }

  // Who waits for it waits for what it references, too.
  private endReading(id: Id, following: readonly Id[] = []): void {
    const others = { ...this.readings };
    Reflect.deleteProperty(others, id);
    this.readings = others;
    this.noteFollowed(id);
    if (this.lacking.includes(id)) {
      this.lacking = [...new Set([...this.lacking.filter((other) => other !== id), ...following])].sort();
      if (this.lacking.length === 0) this.queue(this.controller.keys(this.cache));
    }
    if (this.run?.waitsFor.includes(id) !== true) return;
    const waitsFor = [...new Set([...this.run.waitsFor.filter((other) => other !== id), ...following])];
    this.run = { ...this.run, waitsFor };
  }

  private next(): number {
    this.position += 1;
    return this.position;
  }

  private touch(id: Id): void {
    if (this.unread.length > 0) this.touched = [...new Set([...this.touched, id])].sort();
  }

  private createController(settings: OctaviaVipSettings): VipController {
    const clock: Clock = {
      now: () => 0,
      monotonic: () => this.time,
      schedule: () => ({ cancel: () => undefined }),
    };
    const telling = { clock, logger: silentLogger, metrics: silentMetrics };
    return new VipController({
      ...telling,
      cache: this.cache,
      history: this.history,
      schema: new SchemaKnowledge({ setting: settings.schema, logger: silentLogger, onNative: () => undefined }),
      // What it shows to people.
      reports: { wasAssociated: () => true, membersOf: () => [], update: () => undefined } as unknown as VipReports,
      cuts: new Cuts({ ...telling, settings }),
      settings,
    });
  }
}
