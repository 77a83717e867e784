import { z } from 'zod';
import {
  emptyStore,
  put,
  shownPorts,
  type FloatingIp,
  type Kind,
  type Objects,
  type Store,
  type VirtualIp,
} from './store.js';

const uuids = z
  .array(z.object({ uuid: z.string(), to: z.array(z.string()).optional() }))
  .nullish()
  .transform((references) => (references ?? []).map(({ uuid }) => uuid).sort());
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const identity = { uuid: z.string(), fq_name: z.array(z.string()), parent_uuid: z.string().optional() };

const readers: { readonly [K in Kind]: z.ZodType<Objects[K]> } = {
  'virtual-machine-interface': z
    .object({
      ...identity,
      virtual_network_refs: uuids,
      virtual_machine_interface_device_owner: text,
      virtual_machine_refs: z.array(z.object({ to: z.array(z.string()) })).nullish(),
      virtual_machine_interface_allowed_address_pairs: z
        .object({ allowed_address_pair: z.array(z.object({ ip: z.object({ ip_prefix: z.string() }) })).default([]) })
        .nullish(),
    })
    .transform((json) => ({
      name: json.fq_name.at(-1) ?? '',
      project: json.parent_uuid ?? '',
      network: json.virtual_network_refs[0] ?? '',
      owner: json.virtual_machine_interface_device_owner,
      machine: json.virtual_machine_refs?.[0]?.to[0] ?? '',
      pairs: (json.virtual_machine_interface_allowed_address_pairs?.allowed_address_pair ?? []).map(
        ({ ip }) => ip.ip_prefix,
      ),
      relaxed: [],
    })),
  'instance-ip': z
    .object({
      ...identity,
      instance_ip_address: text,
      virtual_network_refs: uuids,
      virtual_machine_interface_refs: uuids,
    })
    .transform((json) => ({
      address: json.instance_ip_address,
      network: json.virtual_network_refs[0] ?? '',
      port: json.virtual_machine_interface_refs[0] ?? '',
    })),
  'floating-ip': z
    .object({
      ...identity,
      project_refs: uuids,
      virtual_machine_interface_refs: uuids,
      floating_ip_fixed_ip_address: text,
      floating_ip_is_virtual_ip: z.boolean().nullish(),
    })
    .transform((json) => ({
      project: json.project_refs[0] ?? '',
      ports: json.virtual_machine_interface_refs,
      dead: [],
      fixedIp: json.floating_ip_fixed_ip_address,
      flag: json.floating_ip_is_virtual_ip ?? false,
    })),
  'virtual-ip': z
    .object({
      ...identity,
      virtual_ip_properties: z.object({ address: text }).nullish(),
      virtual_machine_interface_refs: uuids,
      floating_ip_refs: uuids,
      annotations: z
        .object({ key_value_pair: z.array(z.object({ key: z.string(), value: z.string() })).default([]) })
        .nullish(),
    })
    .transform((json) => ({
      name: json.fq_name.at(-1) ?? '',
      project: json.parent_uuid ?? '',
      address: json.virtual_ip_properties?.address ?? '',
      ports: json.virtual_machine_interface_refs,
      dead: [],
      floatingIps: json.floating_ip_refs,
      annotations: Object.fromEntries((json.annotations?.key_value_pair ?? []).map(({ key, value }) => [key, value])),
    })),
  'virtual-network': z
    .object({ ...identity, is_shared: z.boolean().nullish() })
    .transform((json) => ({ project: json.parent_uuid ?? '', shared: json.is_shared ?? false })),
};

/** What the abstract store keeps of an object that a server shows. References that went with their target are among the others. */
export function objectOf(kind: Kind, json: unknown): Objects[Kind] {
  return readers[kind].parse(json);
}

/** A store of all that a server shows; of networks the first one only. */
export function storeOf(schema: Store['schema'], list: (kind: Kind) => readonly unknown[]): Store {
  let store = emptyStore(schema);
  for (const kind of Object.keys(readers) as Kind[]) {
    for (const json of list(kind)) {
      const { uuid, fq_name: name } = z.object(identity).parse(json);
      if (kind === 'virtual-network' && name.join(':') !== 'default-domain:user:tenant') continue;
      store = put(store, kind, uuid, objectOf(kind, json));
    }
  }
  return store;
}

/** The store as a server shows it: without what no answer tells. */
export function withoutRelaxed(store: Store): Store {
  let shown = { ...store, made: 0 };
  for (const [id, port] of Object.entries(store['virtual-machine-interface'])) {
    shown = put(shown, 'virtual-machine-interface', id, { ...port, relaxed: [] });
  }
  const merged = (object: FloatingIp | VirtualIp): object => ({ ...object, ports: shownPorts(object), dead: [] });
  for (const kind of ['floating-ip', 'virtual-ip'] as const) {
    const objects = Object.entries<FloatingIp | VirtualIp>(store[kind]);
    shown = { ...shown, [kind]: Object.fromEntries(objects.map(([id, object]) => [id, merged(object)])) };
  }
  return shown;
}
