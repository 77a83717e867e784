// Beyond 30 doublings the number would be of no use.
const mostDoublings = 30;

/**
 * How long to wait after a failure: `lowMs` after the first one, twice as long after each further one, up to `highMs`.
 *
 * @param failures how many there were before this one, in a row
 */
export function backoffMs(failures: number, lowMs: number, highMs: number): number {
  return Math.min(lowMs * 2 ** Math.min(failures, mostDoublings), highMs);
}
