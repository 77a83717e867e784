import { begun, stepOf, type Answer, type Progress, type Request, type Stepped } from './requests.js';
import type { Id, Notification, Said, Store } from './store.js';

/** Something that an actor can do next. */
export interface Choice {
  /** Tells it from its other choices, and from one state to the next. */
  readonly key: string;
  readonly request: Request;
}

/** An actor as a machine of requests over the store. Its state is plain. */
export interface ActorModel<S> {
  readonly name: string;
  start(): S;
  /** What it may begin now: none, one or several of which it takes any. It never has to. */
  choices(state: S, store: Store): readonly Choice[];
  /** Takes the answer to a choice. */
  conclude(state: S, choice: Choice, answer: Answer): S;
  /** Names the request that comes next: all that is published of it bears this. Never the same for two requests of one story. */
  requestId(state: S, choice: Choice): string;
}

/** An actor and the request that it waits for. */
export interface ActorState<S> {
  readonly own: S;
  readonly waits?: { readonly choice: Choice; readonly progress: Progress; readonly requestId: string };
}

/** One step of an actor, or rather of the server on its behalf. */
export interface ActorStep<S> {
  readonly says: string;
  /** It is the first step of a request: an actor that acts no more does not take it. */
  readonly begins: boolean;
  readonly request: Request;
  readonly store: Store;
  readonly actor: ActorState<S>;
  readonly notifications: readonly Notification[];
  /** What kept a delete from being carried out. */
  readonly blockers: readonly Id[];
}

/**
 * How finely requests are cut: into all their steps; or only where it matters most, which is a port delete after it has looked around, and
 * once more before the port goes.
 */
export type Grain = 'fine' | 'coarse';

/** The steps that an actor can take now. */
export function stepsOf<S>(
  model: ActorModel<S>,
  actor: ActorState<S>,
  { store, grain }: { readonly store: Store; readonly grain: Grain },
): readonly ActorStep<S>[] {
  const { own, waits } = actor;
  if (waits !== undefined) return [take(model, { own, waits }, { store, grain, begins: false })];
  return model.choices(own, store).map((choice) => {
    const first = { choice, progress: begun(choice.request), requestId: model.requestId(own, choice) };
    return take(model, { own, waits: first }, { store, grain, begins: true });
  });
}

function take<S>(
  model: ActorModel<S>,
  { own, waits }: Required<ActorState<S>>,
  { store, grain, begins }: { readonly store: Store; readonly grain: Grain; readonly begins: boolean },
): ActorStep<S> {
  const { choice, progress, requestId } = waits;
  const {
    says,
    then,
    said,
    store: after,
    blockers = [],
  } = grain === 'fine' ? stepOf(store, progress) : stride(store, progress);
  const actor: ActorState<S> =
    typeof then === 'string'
      ? { own: model.conclude(own, choice, then) }
      : { own, waits: { choice, requestId, progress: then } };
  return {
    says: `${model.name}: ${choice.key}: ${says}`,
    begins,
    request: choice.request,
    store: after,
    actor,
    notifications: said.map((one) => ({ ...one, request: requestId, by: 'actor' as const })),
    blockers,
  };
}

function stride(store: Store, progress: Progress): Stepped {
  let taken = stepOf(store, progress);
  while (typeof taken.then !== 'string' && !isPause(taken.then)) {
    const more = stepOf(taken.store, taken.then);
    taken = { ...more, said: [...taken.said, ...more.said], says: `${taken.says}, ${more.says}` };
  }
  return { ...taken, said: taken.said.filter(isFirst) };
}

// What is said of an object again at the same moment brings nothing new: it is read once. So is what follows a CREATE.
function isFirst({ kind, id, operation }: Said, index: number, said: readonly Said[]): boolean {
  const isTold = said.slice(0, index).some((other) => other.kind === kind && other.id === id);
  return operation !== 'UPDATE' || !isTold;
}

function isPause({ request, step, seen = [] }: Progress): boolean {
  return request.do === 'delete port' && (step === 2 || step === 2 + seen.length);
}

/** One request of a program, and what may follow it. */
export interface Line {
  /** Undefined: it cannot be made now. */
  readonly request: (store: Store) => Request | undefined;
  /** Names of lines of which one may follow. */
  readonly then: readonly string[];
  /** The same where it was refused; defaults to the line itself, up to three times. */
  readonly refused?: readonly string[];
}

/** Lines by name; `start` stands before the first. */
export type Program = Readonly<Record<string, Line>>;

/** How far a program is. */
export interface ProgramState {
  /** The line that was carried out last. */
  readonly at: string;
  readonly refusals: number;
}

const tries = 3;

/** An actor that follows a program: Octavia does, and a stranger. */
export class ProgramActor implements ActorModel<ProgramState> {
  public constructor(
    public readonly name: string,
    private readonly program: Program,
  ) {}

  public start(): ProgramState {
    return { at: 'start', refusals: 0 };
  }

  public choices({ at, refusals }: ProgramState, store: Store): readonly Choice[] {
    const line = this.program[at];
    const names = refusals > 0 ? (line?.refused ?? (refusals < tries ? [at] : [])) : (line?.then ?? []);
    return names.flatMap((key) => {
      const request = this.program[key]?.request(store);
      return request === undefined ? [] : [{ key, request }];
    });
  }

  public conclude({ at, refusals }: ProgramState, { key }: Choice, answer: Answer): ProgramState {
    if (answer === 'done' || answer === 'not found') return { at: key, refusals: 0 };
    return { at: key, refusals: key === at ? refusals + 1 : 1 };
  }

  public requestId({ refusals }: ProgramState, { key }: Choice): string {
    return `${this.name}: ${key}${refusals === 0 ? '' : `, try ${refusals + 1}`}`;
  }
}

/** What a user can do with his floating ip. */
export type Act =
  | { readonly do: 'associate'; readonly port: Id }
  | { readonly do: 'move'; readonly port: Id }
  | { readonly do: 'disassociate' }
  | { readonly do: 'describe' };

/** How many acts a user has left, and what he wants: the word of the oracle. */
export interface UserState {
  readonly acts: number;
  /** The association that he made and did not end. That the port is gone ends it, too. */
  readonly association?: { readonly port: Id; readonly address: string };
}

/** The user of a floating ip. */
export class UserActor implements ActorModel<UserState> {
  public readonly name = 'user';

  /**
   * @param acts those he chooses from
   * @param count how many he does in one story
   */
  public constructor(
    private readonly floatingIp: Id,
    private readonly acts: readonly Act[],
    private readonly count: number,
  ) {}

  public start(): UserState {
    return { acts: this.count };
  }

  public choices({ acts, association }: UserState, store: Store): readonly Choice[] {
    if (acts === 0) return [];
    return this.acts.flatMap((act): readonly Choice[] => {
      if (act.do === 'disassociate' || act.do === 'describe') {
        const isIdle = act.do === 'disassociate' && association === undefined;
        return isIdle ? [] : [{ key: act.do, request: { do: act.do, id: this.floatingIp } }];
      }
      const { port } = act;
      const ip = Object.values(store['instance-ip']).find((one) => one.port === port);
      if (ip === undefined) return [];
      const request = { do: 'associate', id: this.floatingIp, port, address: ip.address } as const;
      return [{ key: `associate with ${port}`, request }];
    });
  }

  public conclude({ acts, association }: UserState, { request }: Choice, answer: Answer): UserState {
    const left = { acts: acts - 1 };
    const kept = association === undefined ? left : { ...left, association };
    if (answer !== 'done' || request.do === 'describe') return kept;
    return request.do === 'associate'
      ? { ...left, association: { port: request.port, address: request.address } }
      : left;
  }

  public requestId({ acts }: UserState): string {
    return `user: act ${this.count - acts + 1}`;
  }
}
