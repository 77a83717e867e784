import { z } from 'zod';
import { canonicalAddress } from '../address.js';
import { optional } from '../common.js';
import { defineKind } from '../kind.js';

/** A floating ip. `floating_ip_fixed_ip_address` is the address that the vRouter translates it to on each interface it references. */
export const floatingIp = defineKind({
  name: 'floating-ip',
  properties: {
    floating_ip_address: optional(z.string()),
    floating_ip_fixed_ip_address: optional(z.string()),
    floating_ip_is_virtual_ip: optional(z.boolean()),
  },
  references: ['virtual-machine-interface', 'project'],
  entity: (from) => ({
    address: from(['floating_ip_address'], ({ floating_ip_address: address }) => address),
    /** Canonical. */
    fixedIp: from(['floating_ip_fixed_ip_address'], ({ floating_ip_fixed_ip_address: address }) =>
      canonicalAddress(address ?? ''),
    ),
    isVirtualIp: from(['floating_ip_is_virtual_ip'], ({ floating_ip_is_virtual_ip: flag }) => flag === true),
  }),
});
