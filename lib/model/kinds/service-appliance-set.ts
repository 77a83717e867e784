import { z } from 'zod';
import { optional } from '../common.js';
import { defineKind } from '../kind.js';

/** A provider of load balancers: who asks for one names the set, and the set names the driver. */
export const serviceApplianceSet = defineKind({
  name: 'service-appliance-set',
  properties: { service_appliance_driver: optional(z.string()) },
  references: [],
  entity: (from) => ({
    /** A Python class path, as the original loads it. */
    driver: from(['service_appliance_driver'], ({ service_appliance_driver: driver }) => driver),
  }),
  indexes: { name: ({ fqName }) => [fqName.join(':')] },
});
