import { z } from 'zod';
import { canonicalAddress } from '../address.js';
import { ownAnnotations, type OwnAnnotations } from '../annotations.js';
import { onlyTrue, optional, structured } from '../common.js';
import { defineKind } from '../kind.js';
import { markedBy } from '../loadbalancer-marks.js';

/** Which port leads to which, as the config API has it. */
export const portMappingSchema = z.looseObject({
  protocol: optional(z.string()),
  src_port: optional(z.number()),
  dst_port: optional(z.number()),
});

/** Which port of a floating ip leads to which port of the interfaces that it references. */
export interface PortMapping {
  /** `TCP` or `UDP`. */
  readonly protocol?: string | undefined;
  readonly src_port?: number | undefined;
  readonly dst_port?: number | undefined;
}

/** A floating ip. `floating_ip_fixed_ip_address` is the address that the vRouter translates it to on each interface it references. */
export const floatingIp = defineKind({
  name: 'floating-ip',
  properties: {
    floating_ip_address: optional(z.string()),
    floating_ip_fixed_ip_address: optional(z.string()),
    floating_ip_is_virtual_ip: optional(z.boolean()),
    floating_ip_traffic_direction: optional(z.string()),
    floating_ip_port_mappings_enable: optional(z.boolean()),
    floating_ip_port_mappings: structured(z.looseObject({ port_mappings: optional(z.array(portMappingSchema)) })),
  },
  references: ['virtual-machine-interface', 'project'],
  entity: (from) => ({
    address: from(['floating_ip_address'], ({ floating_ip_address: address }) => address),
    /** Canonical. */
    fixedIp: from(['floating_ip_fixed_ip_address'], ({ floating_ip_fixed_ip_address: address }) =>
      canonicalAddress(address ?? ''),
    ),
    isVirtualIp: from(['floating_ip_is_virtual_ip'], ({ floating_ip_is_virtual_ip: flag }) => flag === true),
    /** `ingress`, `egress`, `both`; left out where nothing is said. */
    direction: from(['floating_ip_traffic_direction'], ({ floating_ip_traffic_direction: direction }) => direction),
    /** Its ports lead to those of `portMappings` alone; left out if not. */
    mapsPorts: from(['floating_ip_port_mappings_enable'], ({ floating_ip_port_mappings_enable: flag }) =>
      onlyTrue(flag),
    ),
    /** As they stand; left out where there are none. */
    portMappings: from(
      ['floating_ip_port_mappings'],
      ({ floating_ip_port_mappings: own }): readonly PortMapping[] | undefined =>
        (own?.port_mappings ?? []).length === 0 ? undefined : own?.port_mappings,
    ),
    /** What this project has noted on it; left out where there is nothing. */
    annotations: from(['annotations'], ({ annotations }): OwnAnnotations | undefined => {
      const own = ownAnnotations(annotations);
      return Object.keys(own).length === 0 ? undefined : own;
    }),
  }),
  indexes: {
    /** Children of an address, by its uuid: those of native load balancers. */
    ofAddress: ({ parent }) => (parent?.kind === 'instance-ip' ? [parent.uuid] : []),
    /** By the uuid of the native load balancer whose traffic it takes, as this project notes it. */
    loadbalancer: ({ annotations }) => markedBy(annotations),
  },
});
