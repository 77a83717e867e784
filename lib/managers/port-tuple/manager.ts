import { defineManager } from '../manager.js';

/** Port tuples: what the interfaces of a service of version 2 need to be part of it. */
export const portTuple = defineManager({ name: 'port-tuple', settings: {}, create: () => ({ controllers: [] }) });
