import { stepsOf, type ActorModel, type ActorState, type Grain } from './actors.js';
import { Interned, Memo } from './interned.js';
import type { MonitorModel, MonitorStep, Read, Snapshot } from './monitor.js';
import { carryOut, type OwnWrite, type OwnWritten } from './own-writes.js';
import type { Request } from './requests.js';
import { find, type Kind, type Notification, type Objects, type Store } from './store.js';

/** A step of an actor, in numbers. */
export interface ActorMove {
  readonly says: string;
  readonly begins: boolean;
  readonly request: Request;
  readonly store: number;
  readonly actor: number;
  readonly batch: number;
  readonly complaints: readonly string[];
}

/** A step of a monitor, in numbers. */
export interface KnownStep<S> {
  readonly step: MonitorStep<S>;
  readonly number: number;
  /** Equal for equal reads, writes and waits of different states. */
  readonly subject: number;
  /** What it becomes by a step that is neither a read nor a write. */
  readonly next: number;
}

/** What a write does, in numbers. */
export interface Carried {
  readonly store: number;
  /** What is published, as the writer and as another monitor hears it. */
  readonly own: number;
  readonly others: number;
  readonly answer: number;
  readonly complaints: readonly string[];
}

interface NamedWrite {
  readonly write: OwnWrite;
  readonly requestId: string;
}

/**
 * By what monitors hear of changes: the bus names the request, and shows what was made or deleted; the API server's watch names none, and shows
 * what a floating ip is like then (recordings 52 to 57).
 */
export type Hears = 'bus' | 'watch';

/** What is wrong with a write of a monitor. */
export type WriteJudge = (write: OwnWrite, store: Store) => readonly string[];

/**
 * All parts that states are made of, each with a number, and what becomes of them, each worked out once: a state is new much oftener than
 * one of its parts.
 */
export class Parts<S> {
  public readonly stores = new Interned<Store>();
  public readonly actors = new Interned<ActorState<unknown>>();
  public readonly monitors = new Interned<S>();
  /** Of notifications, by number. */
  public readonly queues = new Interned<readonly number[]>();
  /** A queue with nothing in it. */
  public readonly empty = this.queues.numberOf([]);
  private readonly notifications = new Interned<Notification>();
  private readonly subjects = new Interned<Read | NamedWrite | string>();
  private readonly snapshots = new Interned<Snapshot>();
  private readonly answers = new Interned<OwnWritten['answer']>();
  private readonly steps: KnownStep<S>[] = [];
  private readonly known = new Memo((monitor) => this.findSteps(monitor));
  private readonly hears = new Memo((monitor) => this.parts.monitor.mayHear(this.monitors.valueOf(monitor)));
  private readonly heard = new Memo((monitor, notification) =>
    this.monitors.numberOf(
      this.parts.monitor.hear(this.monitors.valueOf(monitor), this.notifications.valueOf(notification)),
    ),
  );
  private readonly shown = new Memo((store, subject) =>
    this.snapshots.numberOf(snapshotOf(this.stores.valueOf(store), this.subjects.valueOf(subject) as Read)),
  );
  private readonly afterRead = new Memo((step, snapshot) => {
    const { step: known } = this.stepOf(step);
    if (known.do !== 'read') throw new RangeError('this step is no read');
    return this.monitors.numberOf(known.next(this.snapshots.valueOf(snapshot)));
  });
  private readonly carried = new Memo((store, subject) => this.carryOut(store, subject));
  private readonly afterWrite = new Memo((step, answer) => {
    const { step: known } = this.stepOf(step);
    if (known.do !== 'write') throw new RangeError('this step is no write');
    return this.monitors.numberOf(known.next(this.answers.valueOf(answer)));
  });
  private readonly failed = new Memo((step) => {
    const { step: known } = this.stepOf(step);
    if (known.do !== 'write') throw new RangeError('this step is no write');
    return this.monitors.numberOf(known.failed());
  });
  private readonly joined = new Memo((queue, batch) =>
    this.queues.numberOf([...this.queues.valueOf(queue), ...this.queues.valueOf(batch)]),
  );
  private readonly shortened = new Memo((queue) => this.queues.numberOf(this.queues.valueOf(queue).slice(1)));

  public constructor(
    private readonly parts: {
      readonly monitor: MonitorModel<S>;
      readonly grain: Grain;
      readonly hears?: Hears;
      readonly judgeWrite: WriteJudge;
    },
  ) {}

  /** The steps of a monitor. */
  public stepsOf(monitor: number): readonly KnownStep<S>[] {
    return this.known.of(monitor);
  }

  /** Whether a monitor takes the next notification now. */
  public mayHear(monitor: number): boolean {
    return this.hears.of(monitor);
  }

  /** A monitor after it has heard a notification. */
  public hear(monitor: number, notification: number): number {
    return this.heard.of(monitor, notification);
  }

  /** A monitor after it has read. */
  public read({ number, subject }: KnownStep<S>, store: number): number {
    return this.afterRead.of(number, this.shown.of(store, subject));
  }

  /** What a write does to the store. */
  public write({ subject }: KnownStep<S>, store: number): Carried {
    return this.carried.of(store, subject);
  }

  /** A monitor after a write was answered. */
  public answer({ number }: KnownStep<S>, { answer }: Carried): number {
    return this.afterWrite.of(number, answer);
  }

  /** A monitor after a write has failed. */
  public fail({ number }: KnownStep<S>): number {
    return this.failed.of(number);
  }

  /** A queue with more notifications behind. */
  public join(queue: number, batch: number): number {
    return batch === this.empty ? queue : this.joined.of(queue, batch);
  }

  /** The first notification of a queue. */
  public firstOf(queue: number): number | undefined {
    return this.queues.valueOf(queue)[0];
  }

  /** A queue without its first notification. */
  public shorten(queue: number): number {
    return this.shortened.of(queue);
  }

  /** How many notifications a queue has. */
  public lengthOf(queue: number): number {
    return this.queues.valueOf(queue).length;
  }

  /** What an actor can do next, in a store. */
  public movesOf(model: ActorModel<unknown>, actor: number, store: number): readonly ActorMove[] {
    const context = { store: this.stores.valueOf(store), grain: this.parts.grain };
    return stepsOf(model, this.actors.valueOf(actor), context).map((step) => ({
      says: step.says,
      begins: step.begins,
      request: step.request,
      store: this.stores.numberOf(step.store),
      actor: this.actors.numberOf(step.actor),
      batch: this.batchOf(step.notifications, step.store),
      complaints: step.blockers
        .filter((id) => id in context.store['virtual-ip'])
        .map((id) => `the virtual-ip ${id} blocks a delete`),
    }));
  }

  /** A notification in a line. */
  public describe(notification: number): string {
    const { operation, kind, id, request } = this.notifications.valueOf(notification);
    return `${operation} ${kind} ${id}${request === undefined ? '' : ` (${request})`}`;
  }

  private stepOf(number: number): KnownStep<S> {
    const step = this.steps[number];
    if (step === undefined) throw new RangeError(`there is no step ${number}`);
    return step;
  }

  private findSteps(monitor: number): readonly KnownStep<S>[] {
    return this.parts.monitor.steps(this.monitors.valueOf(monitor)).map((step) => {
      const next = step.do === 'write' || step.do === 'read' ? undefined : step.next;
      const known: KnownStep<S> = {
        step,
        number: this.steps.length,
        subject: this.subjects.numberOf(subjectOf(step)),
        next: next === undefined ? -1 : this.monitors.numberOf(next),
      };
      this.steps.push(known);
      return known;
    });
  }

  private carryOut(store: number, subject: number): Carried {
    const { write, requestId: request } = this.subjects.valueOf(subject) as NamedWrite;
    const before = this.stores.valueOf(store);
    const { store: after, said, answer } = carryOut(before, write);
    return {
      store: this.stores.numberOf(after),
      own: this.batchOf(
        said.map((one) => ({ ...one, request, by: 'self' })),
        after,
      ),
      others: this.batchOf(
        said.map((one) => ({ ...one, request, by: 'monitor' })),
        after,
      ),
      answer: this.answers.numberOf(answer),
      complaints: this.parts.judgeWrite(write, before),
    };
  }

  private batchOf(notifications: readonly Notification[], store: Store): number {
    const { monitor, hears } = this.parts;
    const meant = notifications
      .filter((one) => monitor.listensTo(one))
      .map((one) => (hears === 'watch' ? watched(one, store) : one));
    return this.queues.numberOf(meant.map((one) => this.notifications.numberOf(one)));
  }
}

// Nobody tells whose it is, not even of a write of one's own.
function watched({ operation, kind, id, object }: Notification, store: Store): Notification {
  const now = operation === 'UPDATE' && kind === 'floating-ip' ? find(store, kind, id) : object;
  return { operation, kind, id, by: 'actor', ...(now === undefined ? {} : { object: now }) };
}

function subjectOf<S>(step: MonitorStep<S>): Read | NamedWrite | string {
  switch (step.do) {
    case 'read':
      return step.read;
    case 'write':
      return { write: step.write, requestId: step.requestId };
    default:
      return step.says;
  }
}

function snapshotOf(store: Store, read: Read): Snapshot {
  if (read.one === undefined) return store[read.all];
  const objects = store[read.one] as Readonly<Record<string, Objects[Kind] | undefined>>;
  const object = objects[read.id];
  return object === undefined ? {} : { [read.id]: object };
}

/** A step in a line. */
export function describeStep<S>(step: MonitorStep<S>): string {
  switch (step.do) {
    case 'read':
      return step.read.one === undefined ? `reads all ${step.read.all}s` : `reads ${step.read.one} ${step.read.id}`;
    case 'write':
      return `writes: ${describeWrite(step.write)}`;
    default:
      return step.says;
  }
}

function describeWrite(write: OwnWrite): string {
  const { do: what, ...details } = write;
  if (what !== 'add reference' && what !== 'delete reference') return `${what} ${JSON.stringify(details)}`;
  const { kind, id, to } = write;
  return `${what} ${kind} ${id} -> ${to.kind} ${to.id}`;
}
