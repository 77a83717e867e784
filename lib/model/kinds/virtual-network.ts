import { z } from 'zod';
import { hidden, optional, referenceSchema, subnetSchema, type Subnet } from '../common.js';
import { familiesOf } from '../families.js';
import { defineKind } from '../kind.js';
import { instanceOfLeftNetwork, routerOfInstance } from '../snat-names.js';

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
  references: ['network-ipam', 'route-table'],
  entity: (from) => ({
    /** Others than its own tenant may make ports in it. */
    shared: from(
      ['is_shared', 'perms2'],
      ({ is_shared: shared, perms2 }) =>
        shared === true || (perms2?.global_access ?? 0) > 0 || (perms2?.share ?? []).length > 0,
    ),
    /** Others than its own tenant that may use it: all, or those of these projects, by uuid; left out where there are none. */
    openTo: from(['is_shared', 'perms2'], ({ is_shared: shared, perms2 }): 'all' | readonly string[] | undefined => {
      if (shared === true || (perms2?.global_access ?? 0) > 0) return 'all';
      const projects = (perms2?.share ?? []).flatMap(({ tenant }) => projectIn(tenant));
      return projects.length === 0 ? undefined : projects;
    }),
    /** Of which families it has subnets: `v4`, `v6`. */
    families: from(['network_ipam_refs'], ({ network_ipam_refs: refs }) =>
      familiesOf((refs ?? []).flatMap(({ attr }) => attr?.ipam_subnets ?? [])),
    ),
    /** The uuids of its subnets; left out where there are none. */
    subnets: from(['network_ipam_refs'], ({ network_ipam_refs: refs }) => subnetsOf(refs ?? [])),
    /** The prefixes of a network that is named as those are that service instances get. */
    servicePrefixes: from(['fq_name', 'network_ipam_refs'], ({ fq_name: name, network_ipam_refs: refs }) =>
      name.at(-1)?.startsWith('svc-vn-') === true ? prefixesOf(refs ?? []) : undefined,
    ),
    /** Tenants do not see it: only an admin makes such. */
    isHidden: from(['id_perms'], hidden),
  }),
  indexes: {
    name: ({ fqName }) => [fqName.join(':')],
    /** By the uuid of each of its subnets. */
    subnet: ({ subnets }) => subnets ?? [],
    /** By the router whose SNAT it is the left network of: hidden ones only, as others can be anybody's. */
    snatRouter: ({ fqName, isHidden }) => {
      const instance = isHidden === true ? instanceOfLeftNetwork(fqName.at(-1) ?? '') : undefined;
      return [(instance === undefined ? undefined : routerOfInstance(instance)) ?? []].flat();
    },
  },
});

// `<uuid>`, `tenant:<uuid>` or `project:<uuid>`; not that of a domain.
function projectIn(tenant: string): readonly string[] {
  const { uuid } = /^(?:(?:tenant|project):)?(?<uuid>[\da-f-]{32,36})$/i.exec(tenant)?.groups ?? {};
  return uuid === undefined ? [] : [withDashes(uuid.toLowerCase())];
}

// Keystone has them without.
function withDashes(uuid: string): string {
  return uuid.replaceAll('-', '').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

interface WithSubnets {
  readonly attr?: { readonly ipam_subnets?: readonly Subnet[] | undefined } | undefined;
}

function prefixesOf(refs: readonly WithSubnets[]): readonly string[] {
  return refs.flatMap(({ attr }) => (attr?.ipam_subnets ?? []).map(({ subnet }) => subnet?.ip_prefix ?? ''));
}

function subnetsOf(refs: readonly WithSubnets[]): readonly string[] | undefined {
  const uuids = refs.flatMap(({ attr }) => (attr?.ipam_subnets ?? []).flatMap((one) => one.subnet_uuid ?? []));
  return uuids.length === 0 ? undefined : uuids;
}
