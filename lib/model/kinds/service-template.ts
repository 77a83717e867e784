import { z } from 'zod';
import { optional, structured } from '../common.js';
import { defineKind } from '../kind.js';

const interfaceTypeSchema = z.looseObject({
  service_interface_type: optional(z.string()),
  shared_ip: optional(z.boolean()),
  static_route_enable: optional(z.boolean()),
});

/** One kind of interface that each instance of a template has. */
export interface TemplateInterface {
  /** `left`, `right`, `management`, `other0` and so on. */
  readonly type: string;
  /** All instances have one address. */
  readonly isShared: boolean;
  readonly hasStaticRoutes: boolean;
}

/** What a service instance is made after. */
export const serviceTemplate = defineKind({
  name: 'service-template',
  properties: {
    service_template_properties: structured(
      z.looseObject({
        version: optional(z.number()),
        service_mode: optional(z.string()),
        service_type: optional(z.string()),
        service_virtualization_type: optional(z.string()),
        interface_type: optional(z.array(interfaceTypeSchema)),
      }),
    ),
  },
  references: [],
  entity: (from) => ({
    /** 1: instances are launched; 2: port tuples. Absent is 1. */
    version: from(['service_template_properties'], ({ service_template_properties: own }) => own?.version ?? 1),
    /** `transparent`, `in-network` or `in-network-nat`. */
    mode: from(['service_template_properties'], ({ service_template_properties: own }) => own?.service_mode),
    /** `firewall`, `analyzer`, `source-nat` or `loadbalancer`. */
    type: from(['service_template_properties'], ({ service_template_properties: own }) => own?.service_type),
    /** `virtual-machine`, `network-namespace`, `vrouter-instance` or `physical-device`. */
    virtualization: from(
      ['service_template_properties'],
      ({ service_template_properties: own }) => own?.service_virtualization_type,
    ),
    /** In the order in which the interfaces of an instance pair with them. */
    interfaces: from(
      ['service_template_properties'],
      ({ service_template_properties: own }): readonly TemplateInterface[] =>
        (own?.interface_type ?? []).map((one) => ({
          type: one.service_interface_type ?? '',
          isShared: one.shared_ip === true,
          hasStaticRoutes: one.static_route_enable === true,
        })),
    ),
  }),
  indexes: { name: ({ fqName }) => [fqName.join(':')] },
});
