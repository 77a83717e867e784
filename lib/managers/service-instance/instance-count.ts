import type { InstanceFacts } from './seen.js';

/** How many instances a service instance may have. Nobody needs more, and each costs the work of its interfaces. */
export const mostInstances = 64;
/** How many interfaces each instance may have. */
export const mostSides = 16;

/** How many instances a service instance is to have; undefined: it does not say. */
export function wantedInstances({
  haMode,
  maxInstances,
}: Pick<InstanceFacts, 'haMode' | 'maxInstances'>): number | undefined {
  // Whatever it says besides (recording svc-monitor/80).
  return haMode === 'active-standby'
    ? 2
    : maxInstances === undefined
      ? undefined
      : Math.max(0, Math.floor(maxInstances));
}
