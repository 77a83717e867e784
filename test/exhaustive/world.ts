import type { ActorModel, Grain } from './actors.js';
import { Memo } from './interned.js';
import type { MonitorModel } from './monitor.js';
import type { OwnWrite } from './own-writes.js';
import type { Progress, Request } from './requests.js';
import { describeStep, Parts, type Hears, type KnownStep, type WriteJudge } from './parts.js';
import { notQuiet, type Complaint, type Emit, type System } from './search.js';
import type { Store } from './store.js';

/** A request that an actor may begin, and what there is at that moment. */
export interface Beginning {
  readonly actor: string;
  readonly request: Request;
  readonly store: Store;
  /** What the actors have done so far, in their order. */
  readonly actors: readonly unknown[];
  /** The requests that actors wait for. */
  readonly waiting: readonly Progress[];
  /** Whether the monitors have heard of all, and have nothing left to do. */
  readonly areMonitorsAtRest: () => boolean;
}

/** What a search looks at: who is there, and what may befall them. */
export interface WorldOptions<S> {
  readonly store: Store;
  readonly actors: readonly ActorModel<unknown>[];
  readonly monitor: MonitorModel<S>;
  readonly monitors: number;
  /** How many writes of monitors may fail. */
  readonly failures: number;
  /** How often a monitor may be killed. */
  readonly crashes: number;
  readonly grain: Grain;
  /** By what the monitors hear of changes. Defaults to the bus. */
  readonly hears?: Hears;
  /** How many notifications a monitor may be behind: nobody acts while one is further. Defaults to any number. */
  readonly maxBehind?: number;
  /** Whether an actor may begin a request now. Defaults to always. */
  readonly mayBegin?: (beginning: Beginning) => boolean;
  readonly judgeWrite: WriteJudge;
  /** Writes that a monitor may make when it starts and all is at rest. Defaults to none. */
  readonly mayWriteAtRest?: (write: OwnWrite) => boolean;
  /** What is wrong with the store when a monitor lets time pass, after what the actors have done. Defaults to nothing. */
  readonly judgeWait?: (store: Store, actors: readonly unknown[]) => readonly string[];
  /** What is wrong with the store when all has come to rest, after what the actors have done. */
  readonly judgeRest: (store: Store, actors: readonly unknown[]) => readonly string[];
}

/** A monitor and its queue after steps that nobody else can notice: it has heard, and thought. */
interface Inward<S> {
  readonly monitor: number;
  readonly queue: number;
  /** The step before, and what it was: a notification, or a step of the monitor's own. */
  readonly before?: Inward<S>;
  readonly heard?: number;
  readonly thought?: KnownStep<S>;
}

// Who gets his turn: an actor by his place; a monitor that writes, waits, starts or hears; or reads, a turn for each object.
const monitorTurns = 100;
const readTurns = 1_000_000;

const isDown = -1;
const failureUnit = 1_000;
const settleWithin = 10_000;

/**
 * The store, the actors, the monitors and the notifications between them, as states of a search.
 *
 * A move of a monitor is one read or write, with all that it has heard and thought before. Hearing and thinking is noticed by nobody else,
 * and takes nothing from anybody: what others do in between they could as well have done before. For the same reason it comes as late as it
 * can: what could as well have been heard after the read or write is not heard before.
 */
export class World<S> implements System {
  public readonly width: number;
  /** What the states are made of. */
  public readonly parts: Parts<S>;
  private readonly actorMoves: readonly Memo<ReturnType<Parts<S>['movesOf']>>[];
  private readonly restarted = new Memo((store) => this.writesAfterRestart(store));
  private readonly started: number;
  private readonly next: Int32Array;
  private readonly monitorsFrom: number;

  public constructor(private readonly options: WorldOptions<S>) {
    const { actors, monitor, monitors } = options;
    this.monitorsFrom = 2 + actors.length;
    this.width = this.monitorsFrom + 2 * monitors;
    this.next = new Int32Array(this.width);
    this.parts = new Parts(options);
    this.started = this.parts.monitors.numberOf(monitor.start());
    this.actorMoves = actors.map((model) => new Memo((actor, store) => this.parts.movesOf(model, actor, store)));
  }

  /** All monitors have started, and come to rest: what a story begins with. */
  public initial(): readonly Int32Array[] {
    const { store, actors, failures, crashes } = this.options;
    const row = new Int32Array(this.width);
    row[0] = this.parts.stores.numberOf(store);
    row[1] = failures * failureUnit + crashes;
    for (const [index, actor] of actors.entries()) row[2 + index] = this.parts.actors.numberOf({ own: actor.start() });
    for (let at = this.monitorsFrom; at < this.width; at += 2) row.set([this.started, this.parts.empty], at);
    return [this.settle(row)];
  }

  public expand(row: Int32Array, take: Emit): readonly Complaint[] {
    const emit: Emit = (next, doer, says) => {
      this.hearTrifles(next);
      take(next, doer, says);
    };
    const complaints: Complaint[] = [];
    const { isBusy, isHeldUp } = this.moveActors(row, emit, complaints);
    for (let at = this.monitorsFrom; at < this.width; at += 2) {
      this.moveMonitor(row, at, { emit, complaints, isBusy });
      if (isHeldUp) this.catchUp(row, at, emit);
    }
    return complaints;
  }

  public judge(row: Int32Array): readonly string[] {
    const store = row[0] ?? 0;
    return [
      ...this.options.judgeRest(this.parts.stores.valueOf(store), this.actorsIn(row)),
      ...this.restarted.of(store),
    ];
  }

  private actorsIn(row: Int32Array): readonly unknown[] {
    return this.options.actors.map((_, index) => this.parts.actors.valueOf(row[2 + index] ?? 0).own);
  }

  private moveActors(
    row: Int32Array,
    emit: Emit,
    complaints: Complaint[],
  ): { readonly isBusy: boolean; readonly isHeldUp: boolean } {
    const { maxBehind = Infinity, actors } = this.options;
    const behind = maxBehind === Infinity ? 0 : this.behind(row);
    const mayBegin = this.options.mayBegin === undefined ? undefined : this.beginnings(row);
    let isBusy = false;
    let isHeldUp = false;
    for (let index = 0; index < actors.length; index += 1) {
      for (const move of this.actorMoves[index]?.of(row[2 + index] ?? 0, row[0] ?? 0) ?? []) {
        isBusy ||= !move.begins;
        if (move.begins && mayBegin?.(actors[index]?.name ?? '', move.request) === false) continue;
        if (behind > 0 && behind + this.parts.lengthOf(move.batch) > maxBehind) {
          isHeldUp = true;
          continue;
        }
        this.next.set(row);
        this.next[0] = move.store;
        this.next[2 + index] = move.actor;
        for (let at = this.monitorsFrom; at < this.width; at += 2) this.publish(at, move.batch);
        for (const says of move.complaints) complaints.push({ says, next: this.next.slice() });
        emit(this.next, move.begins ? notQuiet : index, () => [move.says]);
      }
    }
    return { isBusy, isHeldUp };
  }

  private beginnings(row: Int32Array): (actor: string, request: Request) => boolean {
    const now = {
      ...this.nowIn(row),
      areMonitorsAtRest: () => this.areMonitorsAtRest(row),
    };
    return (actor, request) => this.options.mayBegin?.({ ...now, actor, request }) !== false;
  }

  private nowIn(row: Int32Array): Pick<Beginning, 'store' | 'actors' | 'waiting'> {
    const states = this.options.actors.map((_, index) => this.parts.actors.valueOf(row[2 + index] ?? 0));
    return {
      store: this.parts.stores.valueOf(row[0] ?? 0),
      actors: states.map(({ own }) => own),
      waiting: states.flatMap(({ waits }) => (waits === undefined ? [] : [waits.progress])),
    };
  }

  private areMonitorsAtRest(row: Int32Array): boolean {
    for (let at = this.monitorsFrom; at < this.width; at += 2) {
      if (row[at] === isDown) return false;
      const isBusy = this.inwards(row[at] ?? 0, row[at + 1] ?? 0).some(({ monitor }) =>
        this.parts.stepsOf(monitor).some(({ step }) => step.do !== 'think'),
      );
      if (isBusy) return false;
    }
    return true;
  }

  // Others wait until it has heard more: it does so without a read or write.
  private catchUp(row: Int32Array, at: number, emit: Emit): void {
    const monitor = row[at] ?? isDown;
    const queue = row[at + 1] ?? this.parts.empty;
    const first = monitor === isDown || !this.parts.mayHear(monitor) ? undefined : this.parts.firstOf(queue);
    if (first === undefined) return;
    this.next.set(row);
    this.next.set([this.parts.hear(monitor, first), this.parts.shorten(queue)], at);
    emit(this.next, monitorTurns * at, () => [`${this.nameOf(at)} hears ${this.parts.describe(first)}`]);
  }

  private moveMonitor(
    row: Int32Array,
    at: number,
    context: { readonly emit: Emit; readonly complaints: Complaint[]; readonly isBusy: boolean },
  ): void {
    const { emit } = context;
    const name = this.nameOf(at);
    if (row[at] === isDown) {
      this.next.set(row);
      this.next[at] = this.started;
      emit(this.next, monitorTurns * at, () => [`${name} starts`]);
      return;
    }
    for (const inward of this.inwards(row[at] ?? 0, row[at + 1] ?? 0)) {
      for (const known of this.parts.stepsOf(inward.monitor)) {
        if (known.step.do === 'write') this.write(row, { at, inward, known }, context);
        else if (known.step.do === 'read') this.read(row, { at, inward, known }, emit);
        else if (known.step.do === 'wait') this.wait(row, { at, inward, known }, context);
      }
    }
    if ((row[1] ?? 0) % failureUnit === 0) return;
    this.next.set(row);
    this.next.set([isDown, this.parts.empty], at);
    this.next[1] = (row[1] ?? 0) - 1;
    emit(this.next, notQuiet, () => [`${name} is killed`]);
  }

  /** Where a monitor can get by hearing and thinking alone; itself first. */
  private inwards(monitor: number, queue: number): readonly Inward<S>[] {
    const { parts } = this;
    const found: Inward<S>[] = [{ monitor, queue }];
    const add = (inward: Inward<S>): void => {
      if (!found.some((one) => one.monitor === inward.monitor && one.queue === inward.queue)) found.push(inward);
    };
    for (let index = 0; index < found.length; index += 1) {
      const before = found[index];
      if (before === undefined) break;
      const first = parts.firstOf(before.queue);
      if (first !== undefined && parts.mayHear(before.monitor)) {
        const queued = parts.shorten(before.queue);
        add({ monitor: parts.hear(before.monitor, first), queue: queued, before, heard: first });
      }
      for (const known of parts.stepsOf(before.monitor)) {
        if (known.step.do === 'think') add({ monitor: known.next, queue: before.queue, before, thought: known });
      }
    }
    return found;
  }

  private read(
    row: Int32Array,
    { at, inward, known }: { readonly at: number; readonly inward: Inward<S>; readonly known: KnownStep<S> },
    emit: Emit,
  ): void {
    const store = row[0] ?? 0;
    const after = this.parts.read(known, store);
    if (this.couldComeLater(inward, known, { after, then: (earlier) => this.parts.read(earlier, store) })) return;
    this.next.set(row);
    this.next.set([after, inward.queue], at);
    emit(this.next, readTurns * at + known.subject, () => this.tell(at, inward, describeStep(known.step)));
  }

  private wait(
    row: Int32Array,
    { at, inward, known }: { readonly at: number; readonly inward: Inward<S>; readonly known: KnownStep<S> },
    { emit, complaints, isBusy }: { readonly emit: Emit; readonly complaints: Complaint[]; readonly isBusy: boolean },
  ): void {
    if (isBusy || inward.queue !== this.parts.empty) return;
    this.next.set(row);
    this.next.set([known.next, inward.queue], at);
    const wrong = this.options.judgeWait?.(this.parts.stores.valueOf(row[0] ?? 0), this.actorsIn(row)) ?? [];
    for (const says of wrong) complaints.push({ says, next: this.next.slice() });
    emit(this.next, monitorTurns * at + 1, () => this.tell(at, inward, describeStep(known.step)));
  }

  private write(
    row: Int32Array,
    { at, inward, known }: { readonly at: number; readonly inward: Inward<S>; readonly known: KnownStep<S> },
    { emit, complaints }: { readonly emit: Emit; readonly complaints: Complaint[] },
  ): void {
    const { parts } = this;
    const carried = parts.write(known, row[0] ?? 0);
    const after = parts.answer(known, carried);
    const tell = (more: string): (() => readonly string[]) => {
      return () => this.tell(at, inward, `${describeStep(known.step)}${more}`);
    };
    const set = (monitor: number, isCarriedOut: boolean): Int32Array => {
      this.next.set(row);
      this.next.set([monitor, inward.queue], at);
      if (!isCarriedOut) return this.next;
      this.next[0] = carried.store;
      for (let other = this.monitorsFrom; other < this.width; other += 2) {
        this.publish(other, other === at ? carried.own : carried.others);
      }
      return this.next;
    };
    if (!this.couldComeLater(inward, known, { after, then: (earlier) => parts.answer(earlier, carried) })) {
      const next = set(after, true);
      for (const says of carried.complaints) complaints.push({ says, next: next.slice() });
      emit(next, monitorTurns * at + 2, tell(''));
    }
    if ((row[1] ?? 0) < failureUnit) return;
    const failed = parts.fail(known);
    if (this.couldComeLater(inward, known, { after: failed, then: (earlier) => parts.fail(earlier) })) return;
    for (const isCarriedOut of [true, false]) {
      const next = set(failed, isCarriedOut);
      next[1] = (row[1] ?? 0) - failureUnit;
      emit(next, notQuiet, tell(isCarriedOut ? ', which is carried out, and not answered' : ', which fails'));
    }
  }

  // What changes nothing when it is heard may be heard at once.
  private hearTrifles(row: Int32Array): void {
    for (let at = this.monitorsFrom; at < this.width; at += 2) {
      const monitor = row[at] ?? isDown;
      if (monitor === isDown) continue;
      let queue = row[at + 1] ?? 0;
      for (;;) {
        const first = this.parts.firstOf(queue);
        if (first === undefined || !this.parts.mayHear(monitor)) break;
        if (this.parts.hear(monitor, first) !== monitor) break;
        queue = this.parts.shorten(queue);
      }
      row[at + 1] = queue;
    }
  }

  /** Whether the last inward step before a step could as well follow it. */
  private couldComeLater(
    { before, heard, thought }: Inward<S>,
    { step, subject }: KnownStep<S>,
    { after, then }: { readonly after: number; readonly then: (earlier: KnownStep<S>) => number },
  ): boolean {
    if (before === undefined) return false;
    const earlier = this.parts
      .stepsOf(before.monitor)
      .find((one) => one.step.do === step.do && one.subject === subject);
    if (earlier === undefined) return false;
    const without = then(earlier);
    if (heard !== undefined) return this.parts.mayHear(without) && this.parts.hear(without, heard) === after;
    const same = this.parts.stepsOf(without).find((one) => one.step.do === 'think' && one.subject === thought?.subject);
    return same?.next === after;
  }

  private tell(at: number, inward: Inward<S>, last: string): readonly string[] {
    const name = this.nameOf(at);
    const lines = [`${name} ${last}`];
    for (let one: Inward<S> | undefined = inward; one !== undefined; one = one.before) {
      if (one.heard !== undefined) lines.push(`${name} hears ${this.parts.describe(one.heard)}`);
      if (one.thought !== undefined) lines.push(`${name} ${describeStep(one.thought.step)}`);
    }
    return lines.reverse();
  }

  private publish(at: number, batch: number): void {
    if (this.next[at] !== isDown) this.next[at + 1] = this.parts.join(this.next[at + 1] ?? 0, batch);
  }

  private behind(row: Int32Array): number {
    let most = 0;
    for (let at = this.monitorsFrom; at < this.width; at += 2) {
      most = Math.max(most, this.parts.lengthOf(row[at + 1] ?? 0));
    }
    return most;
  }

  private nameOf(at: number): string {
    return this.options.monitors === 1 ? 'monitor' : `monitor ${(at - this.monitorsFrom) / 2 + 1}`;
  }

  private settle(row: Int32Array): Int32Array {
    for (let count = 0; count < settleWithin; count += 1) {
      const found: Int32Array[] = [];
      this.expand(row, (next, doer) => {
        if (doer !== notQuiet && found.length === 0 && next.some((cell, index) => cell !== row[index]))
          found.push(next.slice());
      });
      const [first] = found;
      if (first === undefined) return this.digested(row);
      row = first;
    }
    throw new Error('the first state does not come to rest');
  }

  // All is heard and thought about.
  private digested(row: Int32Array): Int32Array {
    const digested = row.slice();
    for (let at = this.monitorsFrom; at < this.width; at += 2) {
      const last = this.inwards(row[at] ?? 0, row[at + 1] ?? 0).at(-1);
      if (last !== undefined) digested.set([last.monitor, last.queue], at);
    }
    return digested;
  }

  // A quiet system has zero writes, whoever looks at it: a process that starts there finds nothing to do.
  private writesAfterRestart(store: number): readonly string[] {
    let monitor = this.started;
    const seen = new Set<number>();
    for (let count = 0; count < settleWithin; count += 1) {
      const known = this.parts.stepsOf(monitor).find(({ next }) => next !== monitor);
      // It goes round if it looks again from time to time.
      if (known === undefined || seen.has(monitor)) return [];
      seen.add(monitor);
      if (known.step.do === 'write') {
        const isAllowed = this.options.mayWriteAtRest?.(known.step.write) === true;
        return isAllowed ? [] : [`a monitor that starts now ${describeStep(known.step)}`];
      }
      monitor = known.step.do === 'read' ? this.parts.read(known, store) : known.next;
    }
    return ['a monitor that starts now does not come to rest'];
  }
}
