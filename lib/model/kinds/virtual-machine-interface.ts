import { z } from 'zod';
import { canonicalAddress, fullPrefixLength } from '../address.js';
import {
  allowedAddressPairSchema,
  hidden,
  keyValuePairsSchema,
  optional,
  structured,
  type AllowedAddressPair,
} from '../common.js';
import { defineKind } from '../kind.js';

/**
 * How many pairs of exactly one address are taken of one port; the first, as they stand. Octavia sets one for each address of a load balancer,
 * and a tenant can set as many as he likes.
 */
export const pairBound = 32;

/** How many pairs, of whatever length, are taken of an interface in a port tuple. */
export const tuplePairBound = 129;

/** A Neutron port. */
export const virtualMachineInterface = defineKind({
  name: 'virtual-machine-interface',
  properties: {
    virtual_machine_interface_device_owner: optional(z.string()),
    virtual_machine_interface_allowed_address_pairs: structured(
      z.looseObject({ allowed_address_pair: optional(z.array(allowedAddressPairSchema)) }),
    ),
    virtual_machine_interface_bindings: structured(keyValuePairsSchema),
    virtual_machine_interface_mac_addresses: structured(z.looseObject({ mac_address: optional(z.array(z.string())) })),
    virtual_machine_interface_properties: structured(
      z.looseObject({ service_interface_type: optional(z.string()), local_preference: optional(z.number()) }),
    ),
    virtual_machine_interface_fat_flow_protocols: structured(
      z.looseObject({
        fat_flow_protocol: optional(
          z.array(z.looseObject({ protocol: optional(z.string()), port: optional(z.number()) })),
        ),
      }),
    ),
  },
  references: [
    'virtual-machine',
    'virtual-network',
    'port-tuple',
    'interface-route-table',
    'service-health-check',
    'security-group',
    'tag',
  ],
  entity: (from) => ({
    /** Device owner; empty if there is none. */
    owner: from(
      ['virtual_machine_interface_device_owner'],
      ({ virtual_machine_interface_device_owner: owner }) => owner ?? '',
    ),
    /** Names of those virtual machines that have one in the reference: `lb-<load balancer id>` for a VIP port. */
    vmNames: from(['virtual_machine_refs'], ({ virtual_machine_refs: refs }) =>
      (refs ?? []).map((ref) => ref.to.at(-1) ?? ''),
    ),
    /** Canonical addresses that it has as pairs of exactly one address, sorted. */
    pairAddresses: from(['virtual_machine_interface_allowed_address_pairs'], (object) =>
      [...firstPairs(object)].slice(0, pairBound).sort(),
    ),
    /** Of an interface in a port tuple: its pairs as the config API takes them, the first ones; left out where there are none. */
    pairs: from(
      ['virtual_machine_interface_allowed_address_pairs', 'port_tuple_refs'],
      (object): readonly AllowedAddressPair[] | undefined => {
        const pairs = object.virtual_machine_interface_allowed_address_pairs?.allowed_address_pair ?? [];
        const isInTuple = (object.port_tuple_refs ?? []).length > 0;
        return pairs.length === 0 || !isInTuple ? undefined : pairs.slice(0, tuplePairBound);
      },
    ),
    /** `left`, `right`, `management`, `other0` and so on. */
    serviceInterfaceType: from(
      ['virtual_machine_interface_properties'],
      ({ virtual_machine_interface_properties: own }) => own?.service_interface_type,
    ),
    localPreference: from(
      ['virtual_machine_interface_properties'],
      // A write of ours says null where there is none.
      ({ virtual_machine_interface_properties: own }) => own?.local_preference ?? undefined,
    ),
    /** The MAC address of an interface of a service. */
    serviceMac: from(
      ['virtual_machine_interface_properties', 'virtual_machine_interface_mac_addresses'],
      ({ virtual_machine_interface_properties: own, virtual_machine_interface_mac_addresses: macs }) =>
        own?.service_interface_type === undefined ? undefined : macs?.mac_address?.[0],
    ),
    /** Of which protocols and ports all that comes is one flow: `tcp 80`; left out where there are none. */
    fatFlows: from(
      ['virtual_machine_interface_fat_flow_protocols'],
      ({ virtual_machine_interface_fat_flow_protocols: own }): readonly string[] | undefined => {
        const flows = own?.fat_flow_protocol ?? [];
        return flows.length === 0 ? undefined : flows.map(({ protocol, port }) => `${protocol ?? ''} ${port ?? 0}`);
      },
    ),
    /** Tenants do not see it: only an admin makes such. */
    isHidden: from(['id_perms'], hidden),
  }),
  indexes: {
    /** Those that are named like an interface of one instance of a service instance, by the whole name: whoever made them. */
    serviceName: ({ fqName }) => (/__\d+__\w+__\d+$/.test(fqName.at(-1) ?? '') ? [fqName.join(':')] : []),
    /** By `<network uuid>/<address>` of each pair. */
    pair: ({ refs, pairAddresses }) => {
      const [network] = refs['virtual-network'];
      return network === undefined ? [] : pairAddresses.map((address) => `${network}/${address}`);
    },
  },
  cut: (object) => (firstPairs(object).size > pairBound ? ['allowed address pairs'] : []),
  losesReferencesTo: ['virtual-machine'],
  isAged: true,
});

interface WithPairs {
  readonly virtual_machine_interface_allowed_address_pairs?:
    { readonly allowed_address_pair?: readonly AllowedAddressPair[] | undefined } | undefined;
}

function firstPairs({ virtual_machine_interface_allowed_address_pairs: pairs }: WithPairs): ReadonlySet<string> {
  const first = new Set<string>();
  for (const { ip } of pairs?.allowed_address_pair ?? []) {
    if (ip === undefined || (ip.ip_prefix_len !== 32 && ip.ip_prefix_len !== 128)) continue;
    const address = canonicalAddress(ip.ip_prefix);
    if (address === undefined || ip.ip_prefix_len !== fullPrefixLength(address)) continue;
    first.add(address);
    if (first.size > pairBound) break;
  }
  return first;
}
