import { number, setting } from '../../base/settings/index.js';
import { anyController, type ControllerSpec } from '../../controller/index.js';
import { defineManager } from '../manager.js';
import { inventoryKey, planRouter, type RouterSeen } from './plan.js';

/** Notes on each virtual-router how many instances it has. */
export const routerInventory = defineManager({
  name: 'router-inventory',
  settings: {
    manyInstances: setting('inventory.many_instances', number(1, 1000), 2, 'More instances than this are many.'),
  },
  create: ({ cache }, settings) => {
    const spec: ControllerSpec<string, RouterSeen> = {
      name: 'router-inventory',
      // The cache reads and the stream watches what stands here; whatever changes, the router is looked at as a whole.
      touches: { 'virtual-router': ({ uuid }) => [uuid] },
      keys: (reader) => [...reader.all('virtual-router')].map(({ uuid }) => uuid),
      observe: (uuid) => {
        const router = cache.get('virtual-router', uuid);
        const said = router?.annotations[inventoryKey];
        return {
          uuid,
          instances: router?.refs['virtual-machine'].length ?? 0,
          ...(said === undefined ? {} : { said }),
        };
      },
      plan: (seen) => planRouter(seen, settings),
    };
    return { controllers: [anyController(spec)] };
  },
});
