import { createHash } from 'node:crypto';
import type { RouterSeen } from '../seen.js';

/**
 * The vRouter for a virtual machine among those that may be chosen: the one of the highest weight for this machine. So the choice is the same whenever
 * it is made, and of the machines of a vRouter that is gone each goes where it would have gone without that, while all others stay.
 */
export function chooseRouter(candidates: readonly RouterSeen[], machine: string, seed: string): RouterSeen | undefined {
  let chosen: { readonly router: RouterSeen; readonly weight: string } | undefined;
  for (const router of candidates) {
    const weight = createHash('sha256').update(`${seed}\0${machine}\0${router.name}`).digest('hex');
    if (chosen === undefined || weight > chosen.weight) chosen = { router, weight };
  }
  return chosen?.router;
}
