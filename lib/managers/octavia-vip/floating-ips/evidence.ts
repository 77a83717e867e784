import type { OctaviaVipSettings } from '../settings.js';
import type { Known } from '../carriers/observe.js';
import { addressesOf, isUnclear } from '../ports.js';
import type { KeptVirtualIp } from '../record/record.js';

/** Where it is gathered from. */
export interface ObservationParts extends Known {
  /** Monotonic time, milliseconds. */
  readonly now: number;
  readonly settings: Pick<
    OctaviaVipSettings,
    'stripWindowMs' | 'octaviaOwner' | 'amphoraNamePrefix' | 'amphoraProjects' | 'freshPortTimeoutMs' | 'virtualPorts'
  >;
}

/**
 * Whether the VIP port that a record names may only be unreadable. Its delete begins with its address; one without an address of which
 * nobody told us so may be, and so may one of which nothing is known.
 */
export function isVipPortUnclear({ cache, history }: Known, managed: readonly KeptVirtualIp[]): boolean {
  return managed.some(({ record }) => {
    if (cache.get('virtual-machine-interface', record.vipPort) === undefined) return !cache.isGone(record.vipPort);
    return !history.requests.isDeleteExplained(record.vipPort);
  });
}

/**
 * Whether a port is gone, and whether somebody told us of its delete. One that has lost its last address is as good as gone: a port delete
 * has begun (recording 08).
 */
export function goneness({ cache, history }: Known, portUuid: string): 'no' | 'explained' | 'unexplained' {
  const isThere =
    cache.get('virtual-machine-interface', portUuid) !== undefined && addressesOf(cache, portUuid).length > 0;
  if (isThere || isUnclear(cache, portUuid)) return 'no';
  return history.requests.isDeleteExplained(portUuid) ? 'explained' : 'unexplained';
}
