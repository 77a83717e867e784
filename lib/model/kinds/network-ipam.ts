import { z } from 'zod';
import { optional, structured, subnetSchema } from '../common.js';
import { familiesOf } from '../families.js';
import { defineKind } from '../kind.js';

/** Where addresses come from. */
export const networkIpam = defineKind({
  name: 'network-ipam',
  properties: { ipam_subnets: structured(z.looseObject({ subnets: optional(z.array(subnetSchema)) })) },
  references: [],
  entity: (from) => ({
    /** The prefixes of its own subnets, that all networks with it share; left out if it has none. */
    flatPrefixes: from(['ipam_subnets'], ({ ipam_subnets: own }): readonly string[] | undefined => {
      const prefixes = (own?.subnets ?? []).map(({ subnet }) => subnet?.ip_prefix ?? '');
      return prefixes.length === 0 ? undefined : prefixes;
    }),
    /** Of which families it has subnets of its own: `v4`, `v6`. */
    families: from(['ipam_subnets'], ({ ipam_subnets: own }) => familiesOf(own?.subnets ?? [])),
  }),
  indexes: { name: ({ fqName }) => [fqName.join(':')] },
});
