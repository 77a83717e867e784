import { z } from 'zod';
import {
  allowedAddressPairSchema,
  isUuid,
  keyValuePairsSchema,
  optional,
  structured,
  type AllowedAddressPair,
} from '../common.js';
import { defineKind } from '../kind.js';
import { routerOfInstance } from '../snat-names.js';

const routesSchema = z.looseObject({ route: optional(z.array(z.looseObject({}))) });

const interfaceSchema = z.looseObject({
  virtual_network: optional(z.string()),
  ip_address: optional(z.string()),
  static_routes: structured(routesSchema),
  allowed_address_pairs: structured(
    z.looseObject({ allowed_address_pair: optional(z.array(allowedAddressPairSchema)) }),
  ),
});

/** What a service instance says of one of its interfaces. */
export interface InstanceInterface {
  /** `domain:project:name`; empty: a network is made for it. */
  readonly network: string;
  readonly address?: string;
  /** As the config API takes them; none: empty. */
  readonly routes: readonly Readonly<Record<string, unknown>>[];
  /** As the config API takes them; undefined: it says nothing of them. */
  readonly pairs?: readonly AllowedAddressPair[];
}

/** A service: what is launched for it, or the port tuples in it, follow from its template. */
export const serviceInstance = defineKind({
  name: 'service-instance',
  properties: {
    service_instance_properties: structured(
      z.looseObject({
        auto_policy: optional(z.boolean()),
        ha_mode: optional(z.string()),
        interface_list: optional(z.array(interfaceSchema)),
        left_virtual_network: optional(z.string()),
        right_virtual_network: optional(z.string()),
        management_virtual_network: optional(z.string()),
        scale_out: structured(
          z.looseObject({ max_instances: optional(z.number()), auto_scale: optional(z.boolean()) }),
        ),
      }),
    ),
    service_instance_bindings: structured(keyValuePairsSchema),
  },
  references: ['service-template', 'instance-ip'],
  entity: (from) => ({
    /** Paired with those of the template by their places; undefined: it has no such list. */
    interfaces: from(['service_instance_properties'], ({ service_instance_properties: own }) =>
      own?.interface_list?.map(toInterface),
    ),
    /** `active-active` or `active-standby`. */
    haMode: from(['service_instance_properties'], ({ service_instance_properties: own }) => own?.ha_mode),
    maxInstances: from(
      ['service_instance_properties'],
      ({ service_instance_properties: own }) => own?.scale_out?.max_instances,
    ),
    autoPolicy: from(['service_instance_properties'], ({ service_instance_properties: own }) => own?.auto_policy),
    /** As it stands on the wire: to be written again with a part changed, since the server takes it as a whole. */
    properties: from(
      ['service_instance_properties'],
      ({ service_instance_properties: own }) => own as Readonly<Record<string, unknown>> | undefined,
    ),
    /** What is handed to the vRouter's agent, by key; left out where there is nothing. */
    bindings: from(['service_instance_bindings'], ({ service_instance_bindings: own }) => {
      const pairs = own?.key_value_pair ?? [];
      return pairs.length === 0 ? undefined : Object.fromEntries(pairs.map(({ key, value }) => [key, value ?? '']));
    }),
  }),
  indexes: {
    /** By the whole name, joined by colons. */
    name: ({ fqName }) => [fqName.join(':')],
    /** By the name that those of its virtual machines begin with: two can have the same. */
    joinedName: ({ fqName }) => [fqName.join('__')],
    /** By its project's name. */
    project: ({ fqName }) => [fqName.slice(0, -1).join(':')],
    /** By the names of the networks of its interfaces. */
    network: ({ interfaces }) => [...new Set((interfaces ?? []).map(({ network }) => network))],
    /** By the load balancer, or pool, whose it is by its name. */
    loadbalancer: ({ fqName }) => [fqName.at(-1) ?? ''].filter(isUuid),
    /** By the router whose SNAT it is by its name. */
    snatRouter: ({ fqName }) => [routerOfInstance(fqName.at(-1) ?? '') ?? []].flat(),
  },
});

function toInterface(own: z.output<typeof interfaceSchema>): InstanceInterface {
  const pairs = own.allowed_address_pairs?.allowed_address_pair;
  return {
    network: own.virtual_network ?? '',
    ...(own.ip_address === undefined ? {} : { address: own.ip_address }),
    routes: own.static_routes?.route ?? [],
    ...(pairs === undefined ? {} : { pairs }),
  };
}
