import type { CacheReader } from '../../../cache/index.js';
import type { Clock } from '../../../base/clock/index.js';
import type { ManagerSettings } from '../settings.js';
import { observeFloatingIps, type FloatingIpInput } from './observe.js';
import { planFloatingIps, type FloatingIpPlan } from './plan.js';

/** Keeps the floating ips of a VIP. */
export interface FloatingIpManager {
  /** What is to be written on them, and who is associated. */
  plan(input: FloatingIpInput): FloatingIpPlan;
}

/** The floating ip manager on the cache. */
export class CachedFloatingIpManager implements FloatingIpManager {
  public constructor(
    private readonly parts: {
      readonly cache: CacheReader;
      readonly clock: Clock;
      readonly settings: ManagerSettings;
    },
  ) {}

  public plan(input: FloatingIpInput): FloatingIpPlan {
    const { observation, unknown } = observeFloatingIps(this.parts, input);
    const plan = planFloatingIps(observation, this.parts.settings);
    return { ...plan, undecided: [...plan.undecided, ...unknown].sort() };
  }
}
