import { z } from 'zod';
import { optional, structured } from '../common.js';
import { defineKind } from '../kind.js';
import { interfaceTypes } from '../interface-types.js';

/** Static routes of interfaces. */
export const interfaceRouteTable = defineKind({
  name: 'interface-route-table',
  properties: {
    interface_route_table_routes: structured(z.looseObject({ route: optional(z.array(z.looseObject({}))) })),
  },
  references: ['service-instance'],
  entity: (from) => ({
    /** As the config API shows them. */
    routes: from(
      ['interface_route_table_routes'],
      ({ interface_route_table_routes: routes }): readonly Readonly<Record<string, unknown>>[] => routes?.route ?? [],
    ),
    /** By service instance: for which of its interfaces. */
    interfaceTypes: from(['service_instance_refs'], ({ service_instance_refs: refs }) => interfaceTypes(refs)),
  }),
  indexes: {
    name: ({ fqName }) => [fqName.join(':')],
    /** By the uuid of the service instance that it is named for: whoever made it. */
    namedFor: ({ fqName }) => {
      const uuid = /^(?<uuid>[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}) \w+$/.exec(fqName.at(-1) ?? '')?.groups?.[
        'uuid'
      ];
      return uuid === undefined ? [] : [uuid];
    },
  },
});
