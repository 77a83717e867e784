import { Edges, restOf } from './edges.js';
import { Numbers } from './numbers.js';
import { StateTable } from './state-table.js';

/** By whom a move that is not quiet is made: somebody who may as well not. */
export const notQuiet = -1;

/**
 * Takes a state that can follow. It is handed over as a row that is used again for the next one. `doer` is a number of who gets his turn, or
 * {@link notQuiet}; `says` tells the move in lines, for people.
 */
export type Emit = (row: Int32Array, doer: number, says: () => readonly string[]) => void;

/** A system whose states are rows of numbers. */
export interface System {
  /** How many numbers a state has. */
  readonly width: number;
  initial(): readonly Int32Array[];
  /**
   * Emits all that can follow. A move is quiet if it happens also when nobody acts any more: the rest of a request that is under way, and all
   * that monitors do of themselves.
   *
   * @returns what is wrong with the moves
   */
  expand(row: Int32Array, emit: Emit): readonly Complaint[];
  /** What is wrong with a state in which nothing moves of itself. */
  judge(row: Int32Array): readonly string[];
}

/** Something that must not be done. */
export interface Complaint {
  readonly says: string;
  /** What has come of the move. */
  readonly next: Int32Array;
}

/** How far to search. */
export interface SearchOptions {
  /** Ends the search after so many states. */
  readonly maxStates: number;
  /** Ends it after so many counterexamples; defaults to 1. They come shortest first. */
  readonly maxFindings?: number;
}

/** A story that ends badly. */
export interface Finding {
  readonly kind: 'broken' | 'wrong at rest' | 'never at rest';
  readonly complaints: readonly string[];
  /** The moves from the beginning, the shortest way. */
  readonly story: readonly string[];
}

/** What a search has seen. */
export interface Report {
  readonly states: number;
  readonly transitions: number;
  /** Moves that led to a state that was known, those that change nothing left out. */
  readonly duplicates: number;
  /** States in which nothing moves of itself. */
  readonly atRest: number;
  /** The most moves from the beginning to a state. */
  readonly depth: number;
  /** The most moves from a state to rest when nobody acts; undefined if the search was cut off or there is no such bound. */
  readonly toRest?: number;
  /** Groups of states in which it goes round only as long as somebody does not get his turn; undefined if the search was cut off. */
  readonly rounds?: number;
  /** All states were searched. */
  readonly complete: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Searches all states breadth first: the first counterexample is a shortest one.
 *
 * What moves of itself has to come to rest, and rest has to be right. Each state that is reached so is searched as well; so it is enough that
 * the quiet moves have no cycle, and that each state without one is right.
 */
export function search(system: System, options: SearchOptions): Report {
  return new Search(system, options).run();
}

class Search {
  private readonly table: StateTable;
  private readonly edges = new Edges();
  private readonly findings: Finding[] = [];
  private readonly parents = new Numbers();
  private transitions = 0;
  private duplicates = 0;
  private atRest = 0;

  public constructor(
    private readonly system: System,
    private readonly options: SearchOptions,
  ) {
    this.table = new StateTable(system.width);
  }

  public run(): Report {
    const { maxStates, maxFindings = 1 } = this.options;
    for (const row of this.system.initial()) this.add(row, -1);
    let expanded = 0;
    while (expanded < this.table.size && this.table.size < maxStates && this.findings.length < maxFindings) {
      this.expand(expanded);
      expanded += 1;
    }
    const complete = expanded === this.table.size;
    const rest = complete ? restOf(this.edges, this.table.size) : undefined;
    if (rest?.cycle !== undefined) this.reportCycle(rest.cycle);
    return {
      states: this.table.size,
      transitions: this.transitions,
      duplicates: this.duplicates,
      atRest: this.atRest,
      depth: this.pathTo(this.table.size - 1).length - 1,
      ...(rest?.length === undefined ? {} : { toRest: rest.length }),
      ...(rest === undefined ? {} : { rounds: rest.rounds }),
      complete,
      findings: this.findings,
    };
  }

  private expand(state: number): void {
    const row = this.table.row(state);
    let quietMoves = 0;
    this.edges.begin();
    const complaints = this.system.expand(row, (next, doer) => {
      this.transitions += 1;
      const before = this.table.size;
      const reached = this.add(next, state);
      if (reached === state) return;
      if (reached < before) this.duplicates += 1;
      if (doer === notQuiet) return;
      quietMoves += 1;
      this.edges.add(reached, doer);
    });
    for (const { says, next } of complaints) {
      this.report('broken', [says], [...this.pathTo(state), next]);
    }
    if (quietMoves > 0) return;
    this.atRest += 1;
    const wrong = this.system.judge(row);
    if (wrong.length > 0) this.report('wrong at rest', wrong, this.pathTo(state));
  }

  private add(row: Int32Array, parent: number): number {
    const size = this.table.size;
    const state = this.table.numberOf(row);
    if (state === size) this.parents.push(parent);
    return state;
  }

  private pathTo(state: number): readonly Int32Array[] {
    const path: Int32Array[] = [];
    for (let at = state; at >= 0; at = this.parents.at(at)) path.push(this.table.row(at));
    return path.reverse();
  }

  private report(kind: Finding['kind'], complaints: readonly string[], path: readonly Int32Array[]): void {
    this.findings.push({ kind, complaints, story: this.tell(path) });
  }

  private reportCycle(cycle: readonly number[]): void {
    const [first = 0] = cycle;
    const round = this.tell([...cycle, first].map((state) => this.table.row(state)));
    this.report('never at rest', ['then for ever:', ...round], this.pathTo(first));
  }

  private tell(path: readonly Int32Array[]): readonly string[] {
    return path.flatMap((row, index) => {
      const after = path[index + 1];
      return after === undefined ? [] : movesBetween(this.system, row, after);
    });
  }
}

function movesBetween(system: System, row: Int32Array, after: Int32Array): readonly string[] {
  let told: readonly string[] = ['?'];
  system.expand(row, (next, _doer, says) => {
    if (next.every((cell, index) => cell === after[index])) told = says();
  });
  return told;
}

/** A finding as people read it. */
export function describeFinding({ kind, complaints, story }: Finding): string {
  const steps = story.map((step, index) => `${String(index + 1).padStart(4)}. ${step}`);
  return [`${kind}, after ${story.length} steps:`, ...steps, ...complaints.map((line) => `   => ${line}`)].join('\n');
}
