import type { Clock } from '../../../base/clock/index.js';
import type { Logger } from '../../../base/log/index.js';
import { problemOf } from '../../../base/problems/index.js';
import type { CacheReader, ObjectRef } from '../../../cache/index.js';
import type { ControllerProblem, ControllerSpec, Touches } from '../../../controller/index.js';
import { nameOf } from '../../../model/index.js';
import { decide, verdictOf, type Plan } from '../../../planning/index.js';
import type { DriverRegistry } from '../drivers/index.js';
import { loadbalancerProblems } from '../problem-types.js';
import { defaultProvider, providerNamed, type Provider } from '../view/index.js';
import { providerRules, type ProviderStand } from './rules.js';

/** How many providers that are not served are told of: tenants can name as many as they like. */
const mostTold = 100;

/** What is known of a provider: plain values. */
export interface ProviderSeen {
  readonly provider: Provider;
  readonly isKnownDriver: boolean;
  /** A load balancer that has it; undefined: none has. */
  readonly loadbalancer?: string;
}

/** What is said of a provider. Nothing is written. */
export interface ProviderPlan extends Plan {
  readonly provider: Provider;
  readonly loadbalancer?: string;
  readonly stands: ProviderStand;
  readonly says: string;
}

/** Judges a provider. Pure. */
export function planProvider({ provider, isKnownDriver, loadbalancer }: ProviderSeen): ProviderPlan {
  const rule = decide(providerRules, {
    set: provider.setUuid === undefined ? 'none' : 'there',
    driver: provider.driver === undefined ? 'none' : isKnownDriver ? 'known' : 'unknown',
    isNamed: loadbalancer !== undefined,
  });
  return {
    stages: [],
    verdicts: [verdictOf({ kind: 'service-appliance-set', uuid: provider.setUuid ?? '' }, rule)],
    heeds: [],
    verify: [],
    provider,
    ...(loadbalancer === undefined ? {} : { loadbalancer }),
    stands: rule.stands,
    says: rule.says,
  };
}

/** Says which load balancers nobody serves, once for each provider. The key is the name of a provider. */
export class ProviderController implements ControllerSpec<string, ProviderSeen, ProviderPlan> {
  public readonly name = 'loadbalancer-providers';
  public readonly touches: Touches<string> = {
    'service-appliance-set': (set) => [nameOf(set)],
    loadbalancer: ({ provider }) => [named(provider)],
    'loadbalancer-pool': ({ provider, refs }) =>
      refs['loadbalancer-listener'].length > 0 || provider === undefined ? [] : [named(provider)],
  };
  private readonly unserved = new Map<string, ControllerProblem>();

  public constructor(
    private readonly parts: { readonly drivers: DriverRegistry; readonly clock: Clock; readonly logger: Logger },
  ) {}

  public *keys(cache: CacheReader): Iterable<string> {
    for (const set of cache.all('service-appliance-set')) yield nameOf(set);
    for (const provider of cache.keys('loadbalancer', 'provider')) yield named(provider);
    for (const provider of cache.keys('loadbalancer-pool', 'provider')) yield named(provider);
  }

  public about(key: string, cache: CacheReader): ObjectRef | undefined {
    const { setUuid } = providerNamed(key, cache);
    return setUuid === undefined ? undefined : { kind: 'service-appliance-set', uuid: setUuid };
  }

  public observe(key: string, cache: CacheReader): ProviderSeen {
    const provider = providerNamed(key, cache);
    const [loadbalancer] = [
      ...cache.find('loadbalancer', 'provider', key),
      ...(key === defaultProvider ? cache.find('loadbalancer', 'provider', '') : []),
      ...cache.find('loadbalancer-pool', 'provider', key),
    ];
    return {
      provider,
      isKnownDriver: this.parts.drivers.kindOf(provider) !== 'unknown',
      ...(loadbalancer === undefined ? {} : { loadbalancer: loadbalancer.uuid }),
    };
  }

  public plan(seen: ProviderSeen): ProviderPlan {
    return planProvider(seen);
  }

  public planned(key: string, plan: ProviderPlan): void {
    const { provider, loadbalancer, stands, says } = plan;
    if (stands === 'fine') {
      this.unserved.delete(key);
      return;
    }
    const before = this.unserved.get(key);
    if (before === undefined && this.unserved.size >= mostTold) return;
    if (before?.type !== stands) {
      const about = { provider: key, loadbalancer, driver: provider.driver };
      this.parts.logger.warn('load balancers of a provider are not served', { ...about, reason: says });
    }
    const { setUuid } = provider;
    const about =
      setUuid === undefined
        ? { kind: 'loadbalancer', uuid: loadbalancer ?? '' }
        : { kind: 'service-appliance-set', uuid: setUuid };
    const since = before?.type === stands ? before.since : this.parts.clock.now();
    this.unserved.set(
      key,
      problemOf(loadbalancerProblems, stands, { ...about, key, message: `provider ${key}: ${says}`, since }),
    );
  }

  public forgotten(key: string): void {
    this.unserved.delete(key);
  }

  public isOver(key: string, cache: CacheReader): boolean {
    const { provider, loadbalancer } = this.observe(key, cache);
    return provider.setUuid === undefined && loadbalancer === undefined;
  }

  public problems(): readonly ControllerProblem[] {
    return [...this.unserved.values()];
  }
}

function named(provider: string | undefined): string {
  return provider === undefined || provider === '' ? defaultProvider : provider;
}
