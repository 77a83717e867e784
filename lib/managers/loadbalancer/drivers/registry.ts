import { driverPaths } from '../../driver-paths.js';
import type { Provider } from '../view/index.js';
import type { LoadbalancerDriver } from './contract.js';

/**
 * Who serves a load balancer: one of our two, one that an embedder has registered, or nobody that is known. Unknown is also who has no
 * service-appliance-set any more: whoever has served it before leaves everything as it is then.
 */
export type DriverKind = 'haproxy' | 'native' | 'registered' | 'unknown';

/** The drivers that there are. */
export class DriverRegistry {
  private readonly byPath: ReadonlyMap<string, LoadbalancerDriver>;

  /** @param drivers of embedders, by the strings by which service-appliance-sets name them; the last one of a name counts */
  public constructor(drivers: readonly LoadbalancerDriver[] = []) {
    this.byPath = new Map(drivers.map((driver) => [driver.path, driver]));
  }

  /** Those that embedders have registered. */
  public get registered(): readonly LoadbalancerDriver[] {
    return [...this.byPath.values()];
  }

  /** Who serves those of a provider. */
  public kindOf({ driver }: Provider): DriverKind {
    if (driver === undefined) return 'unknown';
    if (this.byPath.has(driver)) return 'registered';
    if (driver === driverPaths.haproxy) return 'haproxy';
    return driver === driverPaths.native ? 'native' : 'unknown';
  }

  /** The registered one that serves those of a provider. */
  public registeredFor({ driver }: Provider): LoadbalancerDriver | undefined {
    return driver === undefined ? undefined : this.byPath.get(driver);
  }
}
