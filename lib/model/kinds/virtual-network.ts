import { z } from 'zod';
import { optional, referenceSchema, subnetSchema } from '../common.js';
import { defineKind } from '../kind.js';

/** A Neutron network. `is_shared`, or access for others in `perms2`, opens it to other tenants (recording 21). */
export const virtualNetwork = defineKind({
  name: 'virtual-network',
  properties: {
    is_shared: optional(z.boolean()),
    router_external: optional(z.boolean()),
    network_ipam_refs: optional(
      z.array(
        referenceSchema.extend({ attr: optional(z.looseObject({ ipam_subnets: optional(z.array(subnetSchema)) })) }),
      ),
    ),
  },
  references: [],
  entity: (from) => ({
    /** Others than its own tenant may make ports in it. */
    shared: from(
      ['is_shared', 'perms2'],
      ({ is_shared: shared, perms2 }) =>
        shared === true || (perms2?.global_access ?? 0) > 0 || (perms2?.share ?? []).length > 0,
    ),
  }),
});
