import type { Clock } from '../../../base/clock/index.js';
import type { CacheReader, ObjectRef } from '../../../cache/index.js';
import type { ControllerProblem, ControllerSpec, Touches } from '../../../controller/index.js';
import { causeInService } from '../../causes.js';
import type { DriverRegistry } from '../drivers/index.js';
import { loadbalancerRef } from '../view/index.js';
import { haproxyTemplate } from './names.js';
import { observeHaproxy } from './observe.js';
import { planHaproxy, type HaproxyPlan } from './plan.js';
import { haproxyKeys, haproxyTouches } from './reactions.js';
import { HaproxyReports } from './reports.js';
import type { HaproxySeen } from './seen.js';

/** What a {@link HaproxyController} is made of. */
export interface HaproxyControllerParts {
  readonly clock: Clock;
  readonly drivers: DriverRegistry;
  readonly settings: { readonly haproxyAppsession: boolean };
}

/**
 * Load balancers in haproxy: the service instance that each runs in, what its agent is handed of it, and what its interfaces have of the VIP port.
 * The key is the uuid of a load balancer, or of a pool in LBaaS v1, whether that is there or not.
 */
export class HaproxyController implements ControllerSpec<string, HaproxySeen, HaproxyPlan> {
  public readonly name = 'loadbalancer-haproxy';
  public readonly causeOf = causeInService;
  public readonly keys = haproxyKeys;
  public readonly touches: Touches<string> = {
    ...haproxyTouches,
    // Only those that wait for it: a network can have thousands of load balancers, and changes otherwise, too.
    'service-template': ({ fqName }) =>
      fqName.join(':') === haproxyTemplate ? this.reports.ruledBy('no-template', 'name-taken') : [],
    'virtual-network': () => this.reports.ruledBy('no-network', 'foreign-network'),
  };
  private readonly reports: HaproxyReports;

  public constructor(private readonly parts: HaproxyControllerParts) {
    this.reports = new HaproxyReports(parts.clock);
  }

  public about(key: string, cache: CacheReader): ObjectRef {
    return loadbalancerRef(key, cache);
  }

  public observe(key: string, cache: CacheReader): HaproxySeen {
    return observeHaproxy(key, cache, this.parts.drivers);
  }

  public plan(seen: HaproxySeen): HaproxyPlan {
    return planHaproxy(seen, { appsession: this.parts.settings.haproxyAppsession });
  }

  public planned(key: string, plan: HaproxyPlan): void {
    this.reports.note(key, plan);
  }

  public forgotten(key: string): void {
    this.reports.forget(key);
  }

  public isOver(key: string, cache: CacheReader): boolean {
    const { deed } = this.plan(this.observe(key, cache));
    if (deed === 'nothing') this.reports.forget(key);
    return deed === 'nothing';
  }

  public status(): Readonly<Record<string, unknown>> {
    return { loadbalancers: this.reports.counts() };
  }

  public problems(): readonly ControllerProblem[] {
    return this.reports.problems();
  }
}
