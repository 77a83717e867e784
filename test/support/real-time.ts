import { setTimeout as wait } from 'node:timers/promises';

// The one file of the tests that knows the time of the machine (the linter sees to it). A test waits for conditions, or steps a clock.

/** Longest waits, milliseconds. */
export const within = {
  /** What has not come by then does not come: it turns a hang into a failure, and is no measure of speed. Less than mocha's timeout. */
  aHang: 240_000,
} as const;

const lookEveryMs = 5;

/** Comes round every few milliseconds: with true as long as the time is not over, then once with false. */
export async function* moments(forMs: number): AsyncGenerator<boolean> {
  const isOver = after(forMs);
  while (!isOver()) {
    yield true;
    await wait(lookEveryMs);
  }
  yield false;
}

/** Tells whether at least so much time has passed since this call: for what a real broker or process does by its own clock. */
export function after(ms: number): () => boolean {
  const due = performance.now() + ms;
  return () => performance.now() >= due;
}

/** Lets at least so much time pass. Nothing may depend on how much more it was. */
export async function pass(ms: number, signal?: AbortSignal): Promise<void> {
  await wait(ms, undefined, signal === undefined ? {} : { signal });
}
