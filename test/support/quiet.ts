import { eventually } from './eventually.js';
import { after } from './real-time.js';

/** Longer than a session of a group of these tests, than any pause of a monitor between two writes, and than any repeat of one. */
const quietMs = 3_000;

/**
 * Resolves as soon as all is right, and nobody has written anything for a while: a process of its own does not tell when it has done what it has
 * begun, and bookkeeping follows what can be seen. A fight never gets there.
 */
export async function atRest(seen: {
  readonly writes: () => number;
  readonly remaining: () => readonly string[];
}): Promise<void> {
  let last = seen.writes();
  let isOver = after(quietMs);
  try {
    await eventually('all is right, and nothing is written any more', () => {
      if (seen.writes() === last && seen.remaining().length === 0) return isOver();
      last = seen.writes();
      isOver = after(quietMs);
      return false;
    });
  } catch (error) {
    throw new Error(['not at rest', ...seen.remaining().slice(0, 20)].join('\n'), { cause: error });
  }
}
