import { defineKind } from '../kind.js';

/**
 * An instance, by its Nova uuid; for an Octavia VIP port a placeholder named `lb-<load balancer id>`; or one instance of a service
 * instance, which it refers to even when that is gone (recording svc-monitor/84).
 */
export const virtualMachine = defineKind({
  name: 'virtual-machine',
  properties: {},
  references: ['service-instance'],
  entity: (from) => ({
    displayName: from(['display_name'], ({ display_name: name }) => name),
  }),
  indexes: {
    /** Those that are named like one instance of a service instance, by name: whoever made them. */
    serviceName: ({ fqName }) => {
      const name = fqName.at(-1) ?? '';
      return /__\d+$/.test(name) ? [name] : [];
    },
  },
});
