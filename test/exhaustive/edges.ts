import { Numbers } from './numbers.js';

/** The quiet moves of states, in the order in which the states were expanded: where to, and who makes them. */
export class Edges {
  private readonly starts = new Numbers();
  private readonly targets = new Numbers();
  private readonly doers = new Numbers();

  /** The edges that follow are those of the next state. */
  public begin(): void {
    this.starts.push(this.targets.length);
  }

  public add(target: number, doer: number): void {
    this.targets.push(target);
    this.doers.push(doer);
  }

  /** Where the edges of a state begin. */
  public startOf(state: number): number {
    return state < this.starts.length ? this.starts.at(state) : this.targets.length;
  }

  public targetOf(edge: number): number {
    return this.targets.at(edge);
  }

  public doerOf(edge: number): number {
    return this.doers.at(edge);
  }
}

/** Whether all that moves comes to rest. */
export interface Rest {
  /** The most moves on the way there; undefined if some go round. */
  readonly length?: number;
  /** How many groups of states there are in which it can go round as long as somebody does not get his turn. */
  readonly rounds: number;
  /** States among which it can go round for ever though everybody gets his turn: a way round. */
  readonly cycle?: readonly number[];
}

const unseen = -1;
const done = -2;

/**
 * Looks for rounds, by Tarjan's strongly connected components. One is no fault if it takes somebody who never gets his turn: who can move in
 * all of its states, and does in none. In the end he will, and his move leads out.
 */
export function restOf(edges: Edges, states: number): Rest {
  const components = new Components(edges, states);
  let rounds = 0;
  for (const component of components.all()) {
    if (component.length < 2) continue;
    if (isFair(edges, component)) return { rounds, cycle: wayRound(edges, component) };
    rounds += 1;
  }
  return rounds > 0 ? { rounds } : { rounds, length: components.longest };
}

class Components {
  /** The most moves from a state to rest, as long as there are no rounds. */
  public longest = 0;
  private readonly order: Int32Array;
  private readonly lowest: Int32Array;
  private readonly lengths: Int32Array;
  private readonly open: number[] = [];
  private readonly path: { readonly state: number; edge: number }[] = [];
  private count = 0;

  public constructor(
    private readonly edges: Edges,
    private readonly states: number,
  ) {
    this.order = new Int32Array(states).fill(unseen);
    this.lowest = new Int32Array(states);
    this.lengths = new Int32Array(states);
  }

  public *all(): Iterable<readonly number[]> {
    for (let root = 0; root < this.states; root += 1) {
      if (this.order[root] !== unseen) continue;
      this.enter(root);
      for (let top = this.path.at(-1); top !== undefined; top = this.path.at(-1)) {
        if (top.edge < this.edges.startOf(top.state + 1)) this.follow(top);
        else yield* this.leave(top.state);
      }
    }
  }

  private enter(state: number): void {
    this.order[state] = this.count;
    this.lowest[state] = this.count;
    this.count += 1;
    this.open.push(state);
    this.path.push({ state, edge: this.edges.startOf(state) });
  }

  private follow(top: { readonly state: number; edge: number }): void {
    const target = this.edges.targetOf(top.edge);
    top.edge += 1;
    const order = this.order[target] ?? unseen;
    if (order === unseen) this.enter(target);
    else if (order === done) this.lengthen(top.state, target);
    else this.lower(top.state, order);
  }

  private *leave(state: number): Iterable<readonly number[]> {
    this.path.pop();
    const parent = this.path.at(-1)?.state;
    const lowest = this.lowest[state] ?? 0;
    if (lowest === this.order[state]) {
      const component = this.open.splice(this.open.lastIndexOf(state));
      for (const member of component) this.order[member] = done;
      yield component;
    }
    if (parent === undefined) return;
    this.lower(parent, lowest);
    this.lengthen(parent, state);
  }

  private lower(state: number, to: number): void {
    this.lowest[state] = Math.min(this.lowest[state] ?? 0, to);
  }

  private lengthen(state: number, by: number): void {
    const length = Math.max(this.lengths[state] ?? 0, (this.lengths[by] ?? 0) + 1);
    this.lengths[state] = length;
    this.longest = Math.max(this.longest, length);
  }
}

function isFair(edges: Edges, component: readonly number[]): boolean {
  const members = new Set(component);
  const inside = new Set<number>();
  let always: ReadonlySet<number> | undefined;
  for (const state of component) {
    const able = new Set<number>();
    for (let edge = edges.startOf(state); edge < edges.startOf(state + 1); edge += 1) {
      able.add(edges.doerOf(edge));
      if (members.has(edges.targetOf(edge))) inside.add(edges.doerOf(edge));
    }
    always = always === undefined ? able : new Set([...always].filter((doer) => able.has(doer)));
  }
  return [...(always ?? [])].every((doer) => inside.has(doer));
}

function wayRound(edges: Edges, component: readonly number[]): readonly number[] {
  const members = new Set(component);
  const way: number[] = [];
  const at = new Map<number, number>();
  for (let state = component[0] ?? 0; ;) {
    const before = at.get(state);
    if (before !== undefined) return way.slice(before);
    at.set(state, way.push(state) - 1);
    state = nextWithin(edges, state, members);
  }
}

function nextWithin(edges: Edges, state: number, members: ReadonlySet<number>): number {
  for (let edge = edges.startOf(state); edge < edges.startOf(state + 1); edge += 1) {
    const target = edges.targetOf(edge);
    if (members.has(target)) return target;
  }
  throw new Error('a component of several states has no way on');
}
