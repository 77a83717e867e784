import type { AnyControllerSpec } from '../../controller/index.js';
import { defineManager, type ManagerContext } from '../manager.js';
import { DriverRegistry, type LoadbalancerDriver } from './drivers/index.js';

/** What a controller of load balancers is made of. */
export interface LoadbalancerContext extends ManagerContext {
  readonly drivers: DriverRegistry;
}

const controllers: readonly ((context: LoadbalancerContext) => AnyControllerSpec)[] = [];

/**
 * Load balancers of LBaaS v2 and v1: each by the driver that its provider names.
 *
 * @param registered drivers besides our two, for those who embed the library
 */
export function loadbalancerManager(registered: readonly LoadbalancerDriver[] = []) {
  return defineManager({
    name: 'loadbalancer',
    settings: {},
    create: (context) => {
      const drivers = new DriverRegistry(registered);
      return { controllers: controllers.map((create) => create({ ...context, drivers })) };
    },
  });
}

/** Load balancers of LBaaS v2 and v1, with our two drivers. */
export const loadbalancer = loadbalancerManager();
