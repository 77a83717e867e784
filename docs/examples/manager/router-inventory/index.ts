import { number, setting } from '../../base/settings/index.js';
import { anyController, type ControllerSpec } from '../../controller/index.js';
import { defineManager } from '../manager.js';
import { inventoryKey, planRouter, type RouterSeen } from './plan.js';

/** Notes on each physical-router how many vRouters it has. */
export const routerInventory = defineManager({
  name: 'router-inventory',
  settings: {
    manyVrouters: setting('inventory.many_vrouters', number(1, 1000), 2, 'More vRouters than this are many.'),
  },
  create: ({ cache }, settings) => {
    const spec: ControllerSpec<string, RouterSeen> = {
      name: 'router-inventory',
      // The cache reads and the stream watches what stands here; whatever changes, the router is looked at as a whole.
      touches: { 'physical-router': ({ uuid }) => [uuid] },
      keys: (reader) => [...reader.all('physical-router')].map(({ uuid }) => uuid),
      observe: (uuid) => {
        const router = cache.get('physical-router', uuid);
        const said = router?.annotations[inventoryKey];
        return {
          uuid,
          vrouters: router?.refs['virtual-router'].length ?? 0,
          ...(said === undefined ? {} : { said }),
        };
      },
      plan: (seen) => planRouter(seen, settings),
    };
    return { controllers: [anyController(spec)] };
  },
});
