import { z } from 'zod';
import { canonicalAddress } from '../address.js';
import { optional } from '../common.js';
import { defineKind } from '../kind.js';

/** An address of a port. */
export const instanceIp = defineKind({
  name: 'instance-ip',
  properties: {
    instance_ip_address: optional(z.string()),
    instance_ip_family: optional(z.string()),
    subnet_uuid: optional(z.string()),
  },
  references: ['virtual-machine-interface', 'virtual-network'],
  entity: (from) => ({
    /** Canonical. */
    address: from(['instance_ip_address'], ({ instance_ip_address: address }) => canonicalAddress(address ?? '')),
    subnetUuid: from(['subnet_uuid'], ({ subnet_uuid: subnet }) => subnet),
  }),
  indexes: {
    /** By `<network uuid>/<address>`. */
    address: ({ refs, address }) => {
      const [network] = refs['virtual-network'];
      return network === undefined || address === undefined ? [] : [`${network}/${address}`];
    },
  },
});
