import { defineKind } from '../kind.js';

/** A Neutron security group. */
export const securityGroup = defineKind({
  name: 'security-group',
  properties: {},
  references: [],
  indexes: { name: ({ fqName }) => [fqName.join(':')] },
});
