import { z } from 'zod';
import { optional, structured } from '../common.js';
import { defineKind } from '../kind.js';
import { routerOfTable } from '../snat-names.js';

/** Routes of a router, by prefix and next hop. */
export const routeTable = defineKind({
  name: 'route-table',
  properties: { routes: structured(z.looseObject({ route: optional(z.array(z.looseObject({}))) })) },
  references: [],
  entity: (from) => ({
    /** As the config API shows them. */
    routes: from(['routes'], ({ routes }): readonly Readonly<Record<string, unknown>>[] => routes?.route ?? []),
  }),
  indexes: {
    name: ({ fqName }) => [fqName.join(':')],
    /** By the router whose SNAT it is for by its name. */
    snatRouter: ({ fqName }) => [routerOfTable(fqName.at(-1) ?? '') ?? []].flat(),
  },
});
