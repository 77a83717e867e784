import type { ConnectionUse } from './connection-pools.js';

/** How long the same request took each way, in the order of asking. Milliseconds. */
export type ConnectionTimes = Readonly<Record<ConnectionUse, readonly number[]>>;

/** How requests to a server are sent, and what a request cost each way where that was measured. Milliseconds. */
export interface ConnectionChoice {
  readonly use: ConnectionUse;
  readonly freshMs?: number;
  readonly reusedMs?: number;
}

/** Fewer say nothing. */
const fewestTimes = 4;

const keptShare = 3 / 4;

/** What is as fast as the present way, give or take the noise, is no reason to change. */
const clearlyFaster = 0.8;

/**
 * Which way is the faster one: the present one, unless the other costs less than four fifths of it.
 *
 * The cost is the mean without the slowest quarter: hiccups of the network or of garbage collection do not count. The middle value would not
 * do. On the stock API server often only every second answer on a reused connection waits for the client's delayed acknowledgement
 * (docs/opensdn.md, 5.5), and whether the middle one is among them is chance.
 *
 * @param present the way that is used until now
 */
export function planConnection(present: ConnectionUse, times: ConnectionTimes): ConnectionChoice {
  const fresh = costOf(times.fresh);
  const reused = costOf(times.reused);
  if (fresh === undefined || reused === undefined) return { use: present };
  const isReusedFaster = present === 'fresh' ? reused < fresh * clearlyFaster : fresh >= reused * clearlyFaster;
  return { use: isReusedFaster ? 'reused' : 'fresh', freshMs: rounded(fresh), reusedMs: rounded(reused) };
}

function costOf(times: readonly number[]): number | undefined {
  if (times.length < fewestTimes) return undefined;
  const kept = times.toSorted((one, other) => one - other).slice(0, Math.ceil(times.length * keptShare));
  return kept.reduce((total, time) => total + time, 0) / kept.length;
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
