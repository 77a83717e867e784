import { defineManager } from '../manager.js';

/** SNAT for routers that have an external gateway. */
export const snat = defineManager({ name: 'snat', settings: {}, create: () => ({ controllers: [] }) });
