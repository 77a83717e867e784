import { setTimeout as wait } from 'node:timers/promises';
import type { SeededLoadBalancer } from '../cloud.js';
import type { Journal } from '../journal.js';
import { publishedAt, untilWritten } from '../references.js';
import { oldestAmphora } from './failovers.js';

/** Reaction times, milliseconds. */
export interface Reactions {
  /** From the CREATE of a new amphora port to the floating ip's reference to it. */
  readonly wired: readonly number[];
  /** From the unbind of an old amphora port to the end of the floating ip's reference to it. */
  readonly letGo: readonly number[];
}

/**
 * Begins the failover of one load balancer after the other at a fixed pace, whether the measured process keeps up or not, and unbinds
 * each old port once the new one is wired. The old ports stay.
 *
 * @param isOver asked before each: true ends it
 */
export async function changeAtPace(
  targets: readonly SeededLoadBalancer[],
  options: { readonly everyMs: number; readonly timeoutMs?: number; readonly isOver?: () => boolean },
  journal: Journal,
): Promise<Reactions> {
  const underWay: Promise<{ readonly wired: number; readonly letGo: number }>[] = [];
  const startedAt = performance.now();
  for (const [index, target] of targets.entries()) {
    await wait(Math.max(0, startedAt + index * options.everyMs - performance.now()));
    if (options.isOver?.() === true) break;
    const replacing = replace(target, journal, options.timeoutMs);
    underWay.push(replacing);
    // One that fails early is reported below, with the others.
    replacing.catch(() => undefined);
  }
  const done = await Promise.all(underWay);
  return { wired: done.map(({ wired }) => wired), letGo: done.map(({ letGo }) => letGo) };
}

async function replace(
  target: SeededLoadBalancer,
  journal: Journal,
  timeoutMs: number | undefined,
): Promise<{ readonly wired: number; readonly letGo: number }> {
  const { loadBalancer, floatingIp, octavia } = target;
  const old = oldestAmphora(target);
  const failover = octavia.failoverAmphora(loadBalancer, old);
  await failover.step();
  const portId = loadBalancer.amphorae.at(-1)?.portId ?? '';
  const added = await untilWritten({ operation: 'ADD', referrerId: floatingIp.id, portId }, journal, timeoutMs);
  const wired = added.endedAt - publishedAt(portId, 0, journal);
  await failover.step();
  const since = performance.now();
  await failover.step();
  const dropped = await untilWritten(
    { operation: 'DELETE', referrerId: floatingIp.id, portId: old.portId },
    journal,
    timeoutMs,
  );
  const letGo = dropped.endedAt - publishedAt(old.portId, since, journal);
  return { wired, letGo };
}
