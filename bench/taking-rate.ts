import type { Stage } from './stage.js';

/** Sent and taken before anything is timed. */
const warmUp = 5_000;

/** Whoever takes messages from a broker. */
export interface Taker {
  readonly process: { readonly halt: () => void; readonly resume: () => void };
  /** Resolves when so many messages were taken since the beginning. */
  readonly untilTaken: (count: number) => Promise<unknown>;
  /** Processor time that it has used; milliseconds. */
  readonly cpuMs: () => Promise<number>;
}

/** Messages a second. */
export interface TakingRate {
  /** Of processor time: what one core takes that does nothing else. */
  readonly perCpuSecond: number;
  readonly perSecond: number;
}

/** How fast messages are taken that wait in a broker: it is filled while the taker is halted, so that the taking alone is timed. */
export async function takingRate(
  load: ReturnType<Stage['launchLoad']>,
  count: number,
  taker: Taker,
): Promise<TakingRate> {
  await load.call('make', { count: warmUp });
  await load.call('send', undefined);
  await taker.untilTaken(warmUp);
  await load.call('make', { count });
  const cpuBefore = await taker.cpuMs();
  taker.process.halt();
  await load.call('send', undefined);
  const startedAt = performance.now();
  taker.process.resume();
  await taker.untilTaken(warmUp + count);
  const wallMs = performance.now() - startedAt;
  const cpuMs = (await taker.cpuMs()) - cpuBefore;
  return { perCpuSecond: (count / cpuMs) * 1_000, perSecond: (count / wallMs) * 1_000 };
}
