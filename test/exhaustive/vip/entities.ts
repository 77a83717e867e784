import { parseObject, toEntity, type EntityOf } from '../../../lib/model/index.js';
import type { Write } from '../../../lib/planning/write.js';
import { canonicalText } from '../interned.js';
import type { OwnWrite } from '../own-writes.js';
import {
  shownPorts,
  type FloatingIp,
  type Id,
  type InstanceIp,
  type Kind,
  type Network,
  type Objects,
  type Port,
  type VirtualIp,
} from '../store.js';

const domain = 'default-domain';

/** The name of the project: its uuid, which is as good as any. */
function projectName(project: Id): readonly string[] {
  return [domain, project];
}

function refs(ids: readonly Id[]): readonly { readonly uuid: Id; readonly to: readonly string[] }[] {
  return ids.map((uuid) => ({ uuid, to: [uuid] }));
}

function childOf(project: Id): object {
  return { parent_type: 'project', parent_uuid: project };
}

const wires: { readonly [K in Kind]: (uuid: Id, object: Objects[K]) => object } = {
  'virtual-machine-interface': (uuid, { name, project, network, owner, machine, pairs }: Port) => ({
    uuid,
    fq_name: [...projectName(project), name],
    ...childOf(project),
    virtual_machine_interface_device_owner: owner,
    virtual_network_refs: refs([network]),
    virtual_machine_refs: machine === '' ? [] : [{ uuid: `${uuid.slice(0, -2)}ee`, to: [machine] }],
    virtual_machine_interface_allowed_address_pairs: {
      allowed_address_pair: pairs.map((address) => ({ ip: { ip_prefix: address, ip_prefix_len: 32 } })),
    },
  }),
  'instance-ip': (uuid, { address, network, port }: InstanceIp) => ({
    uuid,
    fq_name: [uuid],
    instance_ip_address: address,
    virtual_network_refs: refs([network]),
    virtual_machine_interface_refs: refs([port]),
  }),
  'floating-ip': (uuid, floatingIp: FloatingIp) => ({
    uuid,
    fq_name: [domain, 'public', uuid],
    floating_ip_fixed_ip_address: floatingIp.fixedIp === '' ? null : floatingIp.fixedIp,
    floating_ip_is_virtual_ip: floatingIp.flag,
    project_refs: refs([floatingIp.project]),
    virtual_machine_interface_refs: refs(shownPorts(floatingIp)),
  }),
  'virtual-ip': (uuid, virtualIp: VirtualIp) => ({
    uuid,
    fq_name: [...projectName(virtualIp.project), virtualIp.name],
    ...childOf(virtualIp.project),
    virtual_ip_properties: { address: virtualIp.address, admin_state: true },
    annotations: {
      key_value_pair: Object.entries(virtualIp.annotations)
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([key, value]) => ({ key, value })),
    },
    virtual_machine_interface_refs: refs(shownPorts(virtualIp)),
    floating_ip_refs: refs(virtualIp.floatingIps),
  }),
  'virtual-network': (uuid, { project, shared }: Network) => ({
    uuid,
    fq_name: [...projectName(project), 'tenant'],
    ...childOf(project),
    is_shared: shared,
  }),
};

/** An object as it stands in answers and notifications. */
export function wireOf(kind: Kind, uuid: Id, object: Objects[Kind]): object {
  return (wires[kind] as (uuid: Id, object: Objects[Kind]) => object)(uuid, object);
}

const known = new Map<string, EntityOf>();

/** What the cache keeps of an object, as a GET shows it. */
export function entityOf(kind: Kind, uuid: Id, object: Objects[Kind]): EntityOf {
  const key = `${uuid} ${canonicalText(object)}`;
  const entity = known.get(key);
  if (entity !== undefined) return entity;
  const made: EntityOf = toEntity(kind, parseObject(kind, wireOf(kind, uuid, object)));
  known.set(key, made);
  return made;
}

/** A write of a plan, as the store takes it; `on` is the uuid of what it is to. */
export function ownWriteOf(write: Write, on: Id): OwnWrite {
  switch (write.do) {
    case 'create': {
      const { virtual_ip_properties: properties, annotations } = write.properties;
      const pairs = (annotations as { readonly key_value_pair: readonly { key: string; value: string }[] })
        .key_value_pair;
      return {
        do: 'create virtual-ip',
        name: write.fqName.at(-1) ?? '',
        project: write.parent.uuid ?? '',
        address: (properties as { readonly address: string }).address,
        annotations: Object.fromEntries(pairs.map(({ key, value }) => [key, value])),
      };
    }
    case 'delete':
      return { do: 'delete virtual-ip', id: on };
    case 'set':
      return setOf(write.properties, on);
    case 'set-entries':
      return { do: 'set entries', id: on, set: write.set, remove: write.remove };
    case 'add-reference':
    case 'delete-reference': {
      const { to, relaxed } = write;
      const what = write.do === 'add-reference' ? 'add reference' : 'delete reference';
      const kind = write.on.kind as 'floating-ip' | 'virtual-ip';
      return { do: what, kind, id: on, to: { kind: to.kind as 'floating-ip', id: to.uuid }, relaxed };
    }
  }
}

function setOf(properties: Readonly<Record<string, unknown>>, id: Id): OwnWrite {
  const {
    virtual_ip_properties: vip,
    floating_ip_fixed_ip_address: fixedIp,
    floating_ip_is_virtual_ip: flag,
  } = properties;
  if (vip !== undefined) return { do: 'set virtual-ip', id, address: (vip as { readonly address: string }).address };
  return {
    do: 'set floating-ip',
    id,
    ...(fixedIp === undefined ? {} : { fixedIp: typeof fixedIp === 'string' ? fixedIp : '' }),
    ...(typeof flag === 'boolean' ? { flag } : {}),
  };
}
