import { defineManager } from '../manager.js';

/** Service instances of version 1 in network namespaces: their virtual machines, interfaces, addresses, and where they run. */
export const serviceInstance = defineManager({
  name: 'service-instance',
  settings: {},
  create: () => ({ controllers: [] }),
});
