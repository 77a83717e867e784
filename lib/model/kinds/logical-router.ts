import { z } from 'zod';
import { defineKind } from '../kind.js';

const attributeSchema = z.looseObject({ logical_router_virtual_network_type: z.string().nullish() });

/** A Neutron router. */
export const logicalRouter = defineKind({
  name: 'logical-router',
  properties: {},
  references: ['virtual-network', 'service-instance', 'route-table', 'virtual-machine-interface'],
  entity: (from) => ({
    /** Networks that it reaches the outside by: every one of which the link does not say that it is an internal one. Sorted. */
    externalNetworks: from(['virtual_network_refs'], ({ virtual_network_refs: refs }) =>
      (refs ?? [])
        .flatMap(({ uuid, attr }) => {
          const { data } = attributeSchema.safeParse(attr);
          const isInternal = data?.logical_router_virtual_network_type === 'InternalVirtualNetwork';
          return uuid === undefined || isInternal ? [] : [uuid];
        })
        .sort(),
    ),
  }),
});
