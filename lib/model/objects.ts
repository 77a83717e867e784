import { z } from 'zod';
import {
  allowedAddressPairSchema,
  commonFields,
  keyValuePairsSchema,
  optional,
  referenceSchema,
  referencesSchema,
  subnetSchema,
} from './common.js';
import type { Kind } from './kinds.js';

/** A tenant. Its uuid is the Keystone project's, with dashes. */
export const projectSchema = z.looseObject({ ...commonFields });

/** A Neutron network. `is_shared`, or access for others in `perms2`, opens it to other tenants (recording 21). */
export const virtualNetworkSchema = z.looseObject({
  ...commonFields,
  is_shared: optional(z.boolean()),
  router_external: optional(z.boolean()),
  network_ipam_refs: optional(
    z.array(
      referenceSchema.extend({ attr: optional(z.looseObject({ ipam_subnets: optional(z.array(subnetSchema)) })) }),
    ),
  ),
});

/** An instance, by its Nova uuid; for an Octavia VIP port a placeholder named `lb-<load balancer id>`. */
export const virtualMachineSchema = z.looseObject({ ...commonFields });

/** A Neutron port. */
export const virtualMachineInterfaceSchema = z.looseObject({
  ...commonFields,
  virtual_machine_interface_device_owner: optional(z.string()),
  virtual_machine_interface_allowed_address_pairs: optional(
    z.looseObject({ allowed_address_pair: optional(z.array(allowedAddressPairSchema)) }),
  ),
  virtual_machine_interface_bindings: optional(keyValuePairsSchema),
  virtual_machine_refs: referencesSchema,
  virtual_network_refs: referencesSchema,
});

/** An address of a port. */
export const instanceIpSchema = z.looseObject({
  ...commonFields,
  instance_ip_address: optional(z.string()),
  instance_ip_family: optional(z.string()),
  subnet_uuid: optional(z.string()),
  virtual_machine_interface_refs: referencesSchema,
  virtual_network_refs: referencesSchema,
});

/** A floating ip. `floating_ip_fixed_ip_address` is the address that the vRouter translates it to on each interface it references. */
export const floatingIpSchema = z.looseObject({
  ...commonFields,
  floating_ip_address: optional(z.string()),
  floating_ip_fixed_ip_address: optional(z.string()),
  floating_ip_is_virtual_ip: optional(z.boolean()),
  virtual_machine_interface_refs: referencesSchema,
  project_refs: referencesSchema,
});

/** What is said of a VIP. The server enforces the enumerations, not that anything be there (recording 08). */
export const virtualIpPropertiesSchema = z.looseObject({
  address: optional(z.string()),
  subnet_id: optional(z.string()),
  admin_state: optional(z.boolean()),
  protocol: optional(z.string()),
  protocol_port: optional(z.number()),
});

/** A virtual ip: the layer between the floating ips of a VIP and the interfaces that carry it. */
export const virtualIpSchema = z.looseObject({
  ...commonFields,
  virtual_ip_properties: optional(virtualIpPropertiesSchema),
  virtual_machine_interface_refs: referencesSchema,
  loadbalancer_pool_refs: referencesSchema,
  floating_ip_refs: referencesSchema,
});

/** The schema of each kind: tolerant in reading, unknown fields are kept. */
export const objectSchemas = {
  project: projectSchema,
  'virtual-network': virtualNetworkSchema,
  'virtual-machine': virtualMachineSchema,
  'virtual-machine-interface': virtualMachineInterfaceSchema,
  'instance-ip': instanceIpSchema,
  'floating-ip': floatingIpSchema,
  'virtual-ip': virtualIpSchema,
} as const satisfies Record<Kind, z.ZodType>;

/** An object of a kind as the config API shows it, parsed. */
export type ConfigObject<K extends Kind = Kind> = z.output<(typeof objectSchemas)[K]>;

export type Project = ConfigObject<'project'>;
export type VirtualNetwork = ConfigObject<'virtual-network'>;
export type VirtualMachine = ConfigObject<'virtual-machine'>;
export type VirtualMachineInterface = ConfigObject<'virtual-machine-interface'>;
export type InstanceIp = ConfigObject<'instance-ip'>;
export type FloatingIp = ConfigObject<'floating-ip'>;
export type VirtualIp = ConfigObject<'virtual-ip'>;
