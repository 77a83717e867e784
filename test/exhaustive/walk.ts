import { notQuiet, type Finding, type System } from './search.js';

/** How many quiet moves may come after the last choice: more than any story of the searches needs, by far. */
const mostMovesToRest = 2_000;

interface Move {
  readonly doer: number;
  readonly row: Int32Array;
  readonly says: readonly string[];
}

/** What a walk has seen. */
export interface Walked {
  readonly moves: number;
  /** How often nothing moved of itself. */
  readonly rests: number;
  readonly finding?: Finding;
}

/**
 * One story of a system whose states are too many for a search: each choice is a number that says who gets his turn and what he does; after the last
 * one nobody acts any more, and everybody gets his turn until all is at rest. What is wrong with moves and rest counts as in a search.
 *
 * @param choices whole numbers from 0. The same ones tell the same story
 */
export function walk(system: System, choices: readonly number[]): Walked {
  return new Walk(system).run(choices);
}

class Walk {
  private readonly story: string[] = [];
  private moves = 0;
  private rests = 0;

  public constructor(private readonly system: System) {}

  public run(choices: readonly number[]): Walked {
    let [row] = this.system.initial();
    const end = choices.length + mostMovesToRest;
    for (let turn = 0; row !== undefined && turn < end; turn += 1) {
      const { moves, complaints } = this.movesFrom(row);
      if (complaints.length > 0) return this.seen('broken', complaints);
      const quiet = moves.filter(({ doer }) => doer !== notQuiet);
      if (quiet.length === 0) {
        this.rests += 1;
        const wrong = this.system.judge(row);
        if (wrong.length > 0) return this.seen('wrong at rest', wrong);
      }
      const choice = choices[turn];
      const move = choice === undefined ? chosen(quiet, turn) : chosen(moves, choice);
      if (move === undefined) return this.seen();
      this.moves += 1;
      this.story.push(...move.says);
      row = move.row;
    }
    return this.seen('never at rest', [`it still moves after ${mostMovesToRest} moves in which nobody acted`]);
  }

  private movesFrom(row: Int32Array): { readonly moves: readonly Move[]; readonly complaints: readonly string[] } {
    const moves: Move[] = [];
    const complaints = this.system.expand(row, (next, doer, says) => {
      const changesNothing = next.every((cell, index) => cell === row[index]);
      if (!changesNothing) moves.push({ doer, row: next.slice(), says: says() });
    });
    return { moves, complaints: complaints.map(({ says }) => says) };
  }

  private seen(kind?: Finding['kind'], complaints: readonly string[] = []): Walked {
    const { moves, rests, story } = this;
    return { moves, rests, ...(kind === undefined ? {} : { finding: { kind, complaints, story } }) };
  }
}

// First who, then what: somebody who can do much gets no more turns than others.
function chosen(moves: readonly Move[], choice: number): Move | undefined {
  const doers = [...new Set(moves.map(({ doer }) => doer))];
  const doer = doers[choice % doers.length];
  const his = moves.filter((move) => move.doer === doer);
  return his[Math.floor(choice / Math.max(doers.length, 1)) % his.length];
}
