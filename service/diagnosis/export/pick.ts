import { z } from 'zod';
import type { Kind } from '../../../lib/model/index.js';
import type { Json } from './json.js';

// What the rules ask for, and what the fixtures need to put the object in place. All else stays where it is: an object can hold anything.
const text = z.string().nullish();
const number = z.number().nullish();
const flag = z.boolean().nullish();
const pairs = z.object({ key_value_pair: z.array(z.object({ key: z.string(), value: text })).nullish() }).nullish();
const prefix = z.object({ ip_prefix: z.string(), ip_prefix_len: z.number() }).nullish();

const references = z
  .array(z.object({ to: z.array(z.string()), uuid: text, attr: z.null().optional().catch(null) }))
  .nullish();

const common = {
  uuid: z.string(),
  fq_name: z.array(z.string()),
  parent_type: text,
  parent_uuid: text,
  display_name: text,
  id_perms: z.object({ created: text, enable: flag, user_visible: flag }).nullish(),
  perms2: z
    .object({
      owner: text,
      owner_access: number,
      global_access: number,
      share: z.array(z.object({ tenant: z.string(), tenant_access: z.number() })).nullish(),
    })
    .nullish(),
};

const subnets = z.object({
  ipam_subnets: z
    .array(
      z.object({
        subnet: prefix,
        subnet_uuid: text,
        default_gateway: text,
        dns_server_address: text,
        enable_dhcp: flag,
        addr_from_start: flag,
        allocation_pools: z.array(z.object({ start: z.string(), end: z.string() })).nullish(),
      }),
    )
    .nullish(),
});

const shapes = {
  project: z.object(common),
  'virtual-machine': z.object(common),
  'virtual-network': z.object({
    ...common,
    is_shared: flag,
    router_external: flag,
    network_ipam_refs: z.array(z.object({ to: z.array(z.string()), uuid: text, attr: subnets.nullish() })).nullish(),
  }),
  'virtual-machine-interface': z.object({
    ...common,
    virtual_machine_interface_device_owner: text,
    virtual_machine_interface_allowed_address_pairs: z
      .object({
        allowed_address_pair: z.array(z.object({ ip: prefix, mac: text, address_mode: text })).nullish(),
      })
      .nullish()
      .catch(null),
    virtual_machine_interface_mac_addresses: z.object({ mac_address: z.array(z.string()).nullish() }).nullish(),
    virtual_machine_refs: references,
    virtual_network_refs: references,
  }),
  'instance-ip': z.object({
    ...common,
    instance_ip_address: text,
    instance_ip_family: text,
    subnet_uuid: text,
    virtual_machine_interface_refs: references,
    virtual_network_refs: references,
  }),
  'floating-ip': z.object({
    ...common,
    floating_ip_address: text,
    floating_ip_fixed_ip_address: text,
    floating_ip_is_virtual_ip: flag,
    floating_ip_address_family: text,
    floating_ip_traffic_direction: text,
    virtual_machine_interface_refs: references,
    project_refs: references,
  }),
  'virtual-ip': z.object({
    ...common,
    virtual_ip_properties: z
      .object({ address: text, subnet_id: text, admin_state: flag, protocol: text, protocol_port: number })
      .nullish()
      .catch(null),
    annotations: pairs,
    virtual_machine_interface_refs: references,
    floating_ip_refs: references,
  }),
} as const satisfies Partial<Record<Kind, z.ZodType>>;

/** As above, of what is sent: nothing has to be there. */
const parts = {
  project: shapes.project.partial(),
  'virtual-machine': shapes['virtual-machine'].partial(),
  'virtual-network': shapes['virtual-network'].partial(),
  'virtual-machine-interface': shapes['virtual-machine-interface'].partial(),
  'instance-ip': shapes['instance-ip'].partial(),
  'floating-ip': shapes['floating-ip'].partial(),
  'virtual-ip': shapes['virtual-ip'].partial(),
} as const satisfies Partial<Record<Kind, z.ZodType>>;

/** The kinds of which something is exported. */
export type ExportedKind = keyof typeof shapes;

/** The part of an object that is exported. Undefined: it does not have the shape of its kind, or its kind is not exported. */
export function pick(kind: Kind, object: object): Readonly<Record<string, Json>> | undefined {
  return isExported(kind) ? asJson(shapes[kind].safeParse(object)) : undefined;
}

/** The same of what a request sends, which is an object in part. */
export function pickPart(kind: Kind, object: object): Readonly<Record<string, Json>> | undefined {
  return isExported(kind) ? asJson(parts[kind].safeParse(object)) : undefined;
}

function isExported(kind: Kind): kind is ExportedKind {
  return Object.hasOwn(shapes, kind);
}

function asJson({ success, data }: z.ZodSafeParseResult<object>): Readonly<Record<string, Json>> | undefined {
  // Undefined fields vanish, and so does what is not JSON.
  return success ? (JSON.parse(JSON.stringify(data)) as Readonly<Record<string, Json>>) : undefined;
}
