import { z } from 'zod';
import { optional, structured } from '../common.js';
import { defineKind } from '../kind.js';

/** Routes of a router, by prefix and next hop. */
export const routeTable = defineKind({
  name: 'route-table',
  properties: { routes: structured(z.looseObject({ route: optional(z.array(z.looseObject({}))) })) },
  references: [],
  entity: (from) => ({
    /** As the config API shows them. */
    routes: from(['routes'], ({ routes }): readonly Readonly<Record<string, unknown>>[] => routes?.route ?? []),
  }),
  indexes: { name: ({ fqName }) => [fqName.join(':')] },
});
