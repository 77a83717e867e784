import type { Clock } from '../../base/clock/index.js';
import type { CacheReader, ObjectRef } from '../../cache/index.js';
import type { ControllerProblem, ControllerSpec, Touches } from '../../controller/index.js';
import { instanceOfLeftNetwork, routerOfInstance, routerOfTable, type EntityOf } from '../../model/index.js';
import { causeInService } from '../causes.js';
import { sharedIpam, snatTemplate } from './names.js';
import { observeSnat } from './observe.js';
import { planSnat, type SnatPlan } from './plan.js';
import { SnatReports } from './reports.js';
import type { SnatSeen } from './seen.js';

/** SNAT of routers that have an external network. Its key is the uuid of the router, whether that is there or not. */
export class SnatController implements ControllerSpec<string, SnatSeen, SnatPlan> {
  public readonly name = 'snat';
  public readonly causeOf = causeInService;
  public readonly touches: Touches<string> = {
    'logical-router': ({ uuid }) => [uuid],
    'service-instance': ({ fqName }) => [routerOfInstance(fqName.at(-1) ?? '') ?? []].flat(),
    'route-table': ({ fqName }) => [routerOfTable(fqName.at(-1) ?? '') ?? []].flat(),
    'virtual-network': (network, cache) => [...leftNetworkRouter(network), ...this.waitingAt(network, cache)],
    'virtual-machine-interface': ({ refs }, cache) => inhabitedRouters(refs['virtual-network'], cache),
    'instance-ip': ({ refs }, cache) => inhabitedRouters(refs['virtual-network'], cache),
    'service-template': ({ fqName }) => (fqName.join(':') === snatTemplate ? this.reports.waiting() : []),
    'network-ipam': ({ fqName }) => (fqName.join(':') === sharedIpam ? this.reports.waiting() : []),
  };
  private readonly reports: SnatReports;

  public constructor(parts: { readonly clock: Clock }) {
    this.reports = new SnatReports(parts.clock);
  }

  public *keys(cache: CacheReader): Iterable<string> {
    for (const { uuid, externalNetworks } of cache.all('logical-router')) if (externalNetworks.length > 0) yield uuid;
    yield* cache.keys('service-instance', 'snatRouter');
    yield* cache.keys('route-table', 'snatRouter');
    yield* cache.keys('virtual-network', 'snatRouter');
  }

  public about(uuid: string): ObjectRef {
    return { kind: 'logical-router', uuid };
  }

  public observe(key: string, cache: CacheReader): SnatSeen {
    return observeSnat(key, cache);
  }

  public plan(seen: SnatSeen): SnatPlan {
    return planSnat(seen);
  }

  public planned(key: string, plan: SnatPlan): void {
    this.reports.update(key, plan);
  }

  public forgotten(key: string): void {
    this.reports.forget(key);
  }

  public isOver(key: string, cache: CacheReader): boolean {
    const isThere = cache.get('logical-router', key) !== undefined;
    return !isThere && planSnat(observeSnat(key, cache)).deed === 'nothing';
  }

  public status(): Readonly<Record<string, unknown>> {
    return { routers: this.reports.counts() };
  }

  public problems(): readonly ControllerProblem[] {
    return this.reports.problems();
  }

  // Only those that wait for it: an external network can have thousands of routers, and changes otherwise, too.
  private waitingAt({ uuid }: EntityOf<'virtual-network'>, cache: CacheReader): readonly string[] {
    return cache
      .referrers('logical-router', 'virtual-network', uuid)
      .map((router) => router.uuid)
      .filter((router) => this.reports.isWaiting(router));
  }
}

// A network by such a name that is not hidden can keep a name from being used.
function leftNetworkRouter({ fqName }: EntityOf<'virtual-network'>): readonly string[] {
  const instance = instanceOfLeftNetwork(fqName.at(-1) ?? '');
  return instance === undefined ? [] : [routerOfInstance(instance) ?? []].flat();
}

function inhabitedRouters(networks: readonly string[], cache: CacheReader): readonly string[] {
  return networks.flatMap((uuid) => {
    const network = cache.get('virtual-network', uuid);
    return network?.isHidden === true ? leftNetworkRouter(network) : [];
  });
}
