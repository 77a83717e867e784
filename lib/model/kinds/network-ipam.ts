import { defineKind } from '../kind.js';

/** Where addresses come from. */
export const networkIpam = defineKind({
  name: 'network-ipam',
  properties: {},
  references: [],
  indexes: { name: ({ fqName }) => [fqName.join(':')] },
});
