import { defineKind } from '../kind.js';

/** The interfaces of one instance of a service. A child of the service instance; the interfaces refer to it. */
export const portTuple = defineKind({
  name: 'port-tuple',
  properties: {},
  references: [],
  indexes: {
    /** By the uuid of its service instance, which may be gone (recording svc-monitor/77). */
    parent: ({ parent }) => (parent === undefined ? [] : [parent.uuid]),
  },
});
