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
    /** Of one that is named like an instance of a service instance. */
    displayName: from(['display_name', 'fq_name'], ({ display_name: name, fq_name: fqName }) =>
      isServiceName(fqName.at(-1) ?? '') ? name : undefined,
    ),
  }),
  indexes: {
    /** Those that are named like one instance of a service instance, by name: whoever made them. */
    serviceName: ({ fqName }) => {
      const name = fqName.at(-1) ?? '';
      return isServiceName(name) ? [name] : [];
    },
  },
});

function isServiceName(name: string): boolean {
  return /__\d+$/.test(name);
}
