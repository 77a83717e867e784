import type { EntityOf } from '../../../../lib/model/index.js';
import { uuidOf } from '../../../support/change-messages.js';

/** An object as the config API shows it, unparsed. */
export type Raw = Readonly<Record<string, unknown>> & { readonly uuid: string };

export const project = uuidOf(0xa1);
export const network = uuidOf(0xb0);
export const vip = '10.107.0.3';

function common(uuid: string, name: string): Raw {
  return {
    uuid,
    fq_name: ['default-domain', 'shop', name],
    parent_type: 'project',
    parent_uuid: project,
    id_perms: { created: '2026-11-22T07:32:40.601629', enable: true },
    perms2: { owner: project, owner_access: 7, global_access: 0, share: [] },
  };
}

function refs(...uuids: readonly string[]): readonly unknown[] {
  return uuids.map((uuid) => ({ to: ['default-domain', 'shop', uuid], uuid, attr: null }));
}

export function rawNetwork(uuid: string, delta: object = {}): Raw {
  return { ...common(uuid, 'tenant'), is_shared: false, ...delta };
}

export function rawPort(uuid: string, delta: object = {}): Raw {
  return {
    ...common(uuid, `port-${uuid}`),
    virtual_machine_interface_device_owner: 'compute:nova',
    virtual_network_refs: refs(network),
    ...delta,
  };
}

/** A pair, as Neutron makes it: one address at full length unless told otherwise. */
export function pairs(...prefixes: readonly string[]): object {
  return {
    virtual_machine_interface_allowed_address_pairs: {
      allowed_address_pair: prefixes.map((prefix) => {
        const [address = '', length] = prefix.split('/');
        const full = address.includes(':') ? 128 : 32;
        return {
          ip: { ip_prefix: address, ip_prefix_len: length === undefined ? full : Number(length) },
          mac: '',
          address_mode: 'active-standby',
        };
      }),
    },
  };
}

export function rawInstanceIp(uuid: string, address: string, ...portUuids: readonly string[]): Raw {
  return {
    uuid,
    fq_name: [uuid],
    instance_ip_address: address,
    subnet_uuid: uuidOf(0xb1),
    virtual_machine_interface_refs: refs(...portUuids),
    virtual_network_refs: refs(network),
  };
}

export function rawFloatingIp(uuid: string, fixedIp: string | null, ...portUuids: readonly string[]): Raw {
  return {
    uuid,
    fq_name: ['default-domain', 'public', 'public', 'floating-ip-pool', uuid],
    parent_type: 'floating-ip-pool',
    floating_ip_address: '100.64.200.3',
    floating_ip_fixed_ip_address: fixedIp,
    ...(portUuids.length === 0 ? {} : { virtual_machine_interface_refs: refs(...portUuids) }),
    project_refs: refs(project),
  };
}

export function rawVirtualIp(uuid: string, annotations: Readonly<Record<string, string>>, ...portUuids: string[]): Raw {
  return {
    ...common(uuid, 'octavia-lb-1'),
    virtual_ip_properties: { address: vip, subnet_id: uuidOf(0xb1), admin_state: true },
    virtual_machine_interface_refs: refs(...portUuids),
    annotations: { key_value_pair: Object.entries(annotations).map(([key, value]) => ({ key, value })) },
  };
}

/** The annotations of a virtual-ip of ours. */
export function ourRecord(vipPort: string, ...floatingIps: readonly string[]): Readonly<Record<string, string>> {
  const prefix = 'opensdn-svc-monitor/';
  return {
    [`${prefix}managed-by`]: 'opensdn-svc-monitor',
    [`${prefix}vip`]: `${network}/${vip}`,
    [`${prefix}loadbalancer`]: 'lb',
    [`${prefix}vip-port`]: vipPort,
    ...Object.fromEntries(floatingIps.map((uuid) => [`${prefix}floating-ip/${uuid}`, vip])),
  };
}

/** A floating ip with references to just these ports. */
export function withPorts(floatingIp: EntityOf<'floating-ip'>, ...ports: readonly string[]): EntityOf<'floating-ip'> {
  return { ...floatingIp, refs: { ...floatingIp.refs, 'virtual-machine-interface': ports } };
}
