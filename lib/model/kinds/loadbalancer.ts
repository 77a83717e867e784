import { z } from 'zod';
import { canonicalAddress } from '../address.js';
import { optional, structured } from '../common.js';
import { defineKind } from '../kind.js';

/** A load balancer of LBaaS v2. Octavia makes none: its own are virtual machines that Neutron knows only the ports of. */
export const loadbalancer = defineKind({
  name: 'loadbalancer',
  properties: {
    loadbalancer_provider: optional(z.string()),
    loadbalancer_properties: structured(
      z.looseObject({ vip_address: optional(z.string()), vip_subnet_id: optional(z.string()) }),
    ),
  },
  references: ['service-appliance-set', 'service-instance', 'virtual-machine-interface'],
  entity: (from) => ({
    /** The name of a service-appliance-set; undefined: the default. */
    provider: from(['loadbalancer_provider'], ({ loadbalancer_provider: provider }) => provider),
    /** Canonical. */
    vipAddress: from(['loadbalancer_properties'], ({ loadbalancer_properties: own }) =>
      canonicalAddress(own?.vip_address ?? ''),
    ),
  }),
  indexes: {
    /** By the name of its provider; empty: it names none. */
    provider: ({ provider }) => [provider ?? ''],
  },
});
