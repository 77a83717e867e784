import type { SettingsOf } from '../../base/settings/index.js';
import { anyController, type AnyControllerSpec } from '../../controller/index.js';
import { defineManager, type Manager, type ManagerContext } from '../manager.js';
import { DriverHost, DriverRegistry, RegisteredDrivers, type LoadbalancerDriver } from './drivers/index.js';
import { HaproxyController, haproxyProblems, haproxySettings } from './haproxy/index.js';
import { NativeController, nativeProblems } from './native/index.js';
import { loadbalancerProblems } from './problem-types.js';
import { ProviderController } from './providers/index.js';
import { ruleTables } from './rule-tables.js';

/** What a controller of load balancers is made of. */
export interface LoadbalancerContext extends ManagerContext {
  readonly drivers: DriverRegistry;
  readonly settings: SettingsOf<typeof settings>;
}

/** One line a controller. */
const controllers: readonly ((context: LoadbalancerContext) => AnyControllerSpec)[] = [
  (context) => anyController(new ProviderController(context)),
  ({ clock, drivers }) => anyController(new NativeController(clock, drivers)),
  (context) => anyController(new HaproxyController(context)),
];

const settings = { ...haproxySettings };
const problems = { ...loadbalancerProblems, ...haproxyProblems, ...nativeProblems };

/**
 * Load balancers of LBaaS v2 and v1: each by the driver that its provider names.
 *
 * @param registered drivers besides our two, for those who embed the library
 */
export function loadbalancerManager(registered: readonly LoadbalancerDriver[] = []): Manager<typeof settings> {
  return defineManager({
    name: 'loadbalancer',
    settings,
    problems,
    rules: ruleTables,
    create: (context, own) => {
      const drivers = new DriverRegistry(registered);
      const host = new DriverHost({ ...context, drivers, onListed: context.requeue });
      const ours = controllers.map((create) => create({ ...context, drivers, settings: own }));
      return registered.length === 0
        ? { controllers: ours }
        : { controllers: [...ours, anyController(new RegisteredDrivers({ drivers, host }))], tasks: [host] };
    },
  });
}

/** Load balancers of LBaaS v2 and v1, with our two drivers. */
export const loadbalancer = loadbalancerManager();
