import type { BrokerTarget } from '../broker-target.js';
import type { Stage } from '../stage.js';
import { takingRate, type TakingRate } from '../taking-rate.js';

/** How fast a consumer takes messages from a broker that does nothing but parse and acknowledge them. */
export async function plainRate(stage: Stage, target: BrokerTarget, count: number): Promise<TakingRate> {
  const load = stage.launchLoad();
  await load.call('start', target);
  const consumer = stage.launchPlainConsumer();
  await consumer.call('start', target);
  const rate = await takingRate(load, count, {
    process: consumer,
    untilTaken: (atLeast) => consumer.call('untilTaken', { atLeast }),
    cpuMs: () => consumer.call('cpuMs', undefined),
  });
  await stage.end(consumer);
  await stage.end(load);
  return rate;
}
