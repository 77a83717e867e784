import { problemOf } from '../../../base/problems/index.js';
import type { CacheReader, ObjectRef } from '../../../cache/index.js';
import type { ControllerProblem, ControllerSpec, Settled } from '../../../controller/index.js';
import { decide, verdictOf, type Plan, type Verdict } from '../../../planning/index.js';
import { causeInService } from '../../causes.js';
import { loadbalancerProblems } from '../problem-types.js';
import { loadbalancerRef, observeLoadbalancer, viewKeys, viewTouches, type LoadbalancerView } from '../view/index.js';
import type { DriverHost } from './host.js';
import type { DriverRegistry } from './registry.js';
import { driverRules, type DriverDeed } from './rules.js';

/** What is known of a load balancer and the registered drivers: plain values. */
export interface DriversSeen {
  readonly uuid: string;
  /** Undefined: it is gone. */
  readonly view?: LoadbalancerView;
  /** The path of the registered driver that its provider names. */
  readonly wanted?: string;
  /** Its provider names a driver that is known, registered or ours. */
  readonly isKnown: boolean;
  /** The registered drivers that serve it, or may, by path. */
  readonly serving: readonly string[];
}

/** What registered drivers are told. Nothing of it is written to the config API. */
export interface DriversPlan extends Plan {
  readonly deeds: readonly { readonly path: string; readonly deed: DriverDeed }[];
  readonly view?: LoadbalancerView;
}

/** Plans what the registered drivers are told of a load balancer. Pure. */
export function planDrivers({ uuid, view, wanted, isKnown, serving }: DriversSeen): DriversPlan {
  const paths = [...new Set([...serving, ...(wanted === undefined ? [] : [wanted])])].sort();
  const verdicts: Verdict[] = [];
  const deeds = paths.map((path) => {
    const rule = decide(driverRules, {
      loadbalancer: view === undefined ? 'gone' : 'there',
      driver: view === undefined ? 'unknown' : path === wanted ? 'this' : isKnown ? 'known' : 'unknown',
    });
    verdicts.push(verdictOf({ kind: 'loadbalancer', uuid }, rule, { says: path }));
    return { path, deed: rule.stands };
  });
  return { stages: [], verdicts, heeds: [], verify: [], deeds, ...(view === undefined ? {} : { view }) };
}

/** Load balancers of drivers that an embedder has registered. The key is the uuid of one, also when it is gone. */
export class RegisteredDrivers implements ControllerSpec<string, DriversSeen, DriversPlan> {
  public readonly name = 'loadbalancer-drivers';
  public readonly touches = viewTouches;
  public readonly causeOf = causeInService;
  public readonly keys = viewKeys;

  public constructor(private readonly parts: { readonly drivers: DriverRegistry; readonly host: DriverHost }) {}

  public about(key: string, cache: CacheReader): ObjectRef {
    return loadbalancerRef(key, cache);
  }

  public observe(key: string, cache: CacheReader): DriversSeen {
    const { drivers, host } = this.parts;
    const view = observeLoadbalancer(key, cache);
    const wanted = view === undefined ? undefined : drivers.registeredFor(view.provider)?.path;
    return {
      uuid: key,
      ...(view === undefined ? {} : { view }),
      ...(wanted === undefined ? {} : { wanted }),
      isKnown: view !== undefined && drivers.kindOf(view.provider) !== 'unknown',
      serving: host.servingDrivers(key),
    };
  }

  public plan(seen: DriversSeen): DriversPlan {
    return planDrivers(seen);
  }

  public settled(key: string, { deeds, view }: DriversPlan, { dryRun }: Settled): void {
    if (dryRun) return;
    for (const { path, deed } of deeds) {
      if (deed === 'ensure' && view !== undefined) this.parts.host.ensure(path, view);
      else if (deed === 'remove') this.parts.host.remove(path, key);
    }
  }

  public forgotten(key: string): void {
    this.parts.host.forget(key);
  }

  public isOver(key: string, cache: CacheReader): boolean {
    return observeLoadbalancer(key, cache) === undefined && this.parts.host.servingDrivers(key).length === 0;
  }

  public status(): Readonly<Record<string, unknown>> {
    return { drivers: this.parts.host.counts() };
  }

  public problems(): readonly ControllerProblem[] {
    return this.parts.host.failures().map(({ path, uuid, message, since }) =>
      problemOf(loadbalancerProblems, 'driver-failed', {
        kind: 'loadbalancer',
        uuid,
        key: uuid,
        message: `${message}: ${path}`,
        since,
      }),
    );
  }
}
