import type { AllowedAddressPair } from '../../model/index.js';
import type { ReferenceWrite, SetWrite, Target, Write } from '../../planning/index.js';
import type { AddressName } from './names.js';
import { addressName } from './names.js';
import type { LinkKind, PoolSeen, PrefixSeen } from './seen.js';

/** What the shared addresses of a type follow, and how they are used then. */
export interface Following {
  readonly tracking?: PrefixSeen;
  readonly mode: string;
}

/** What they are without pairs. */
export const followsNothing: Following = { mode: 'active-active' };

/** What is about an address that is to be made. */
export interface NewAddress {
  readonly serviceInstance: string;
  readonly name: AddressName;
  readonly from: PoolSeen;
}

/** Creates a shared address: hidden from tenants (recording svc-monitor/70). */
export function createSharedAddress(
  { serviceInstance, name, from }: NewAddress,
  { tracking, mode }: Following,
  annotations: Readonly<Record<string, string>>,
): Write {
  const fullName = addressName(serviceInstance, name);
  const entries = Object.entries(annotations).map(([key, value]) => ({ key, value }));
  return {
    do: 'create',
    kind: 'instance-ip',
    as: fullName,
    fqName: [fullName],
    parent: { kind: 'config-root' },
    properties: {
      instance_ip_family: name.family,
      service_instance_ip: true,
      instance_ip_secondary: true,
      instance_ip_mode: mode,
      ...(tracking === undefined ? {} : { secondary_ip_tracking_ip: tracking }),
      id_perms: { enable: true, user_visible: false },
      ...(entries.length === 0 ? {} : { annotations: { key_value_pair: entries } }),
    },
    references: [{ to: { kind: 'network-ipam', uuid: from.uuid, fqName: from.fqName } }],
  };
}

/** Creates the address of an end-to-end health check (recording svc-monitor/74). */
export function createCheckAddress({ serviceInstance, name, from }: NewAddress): Write {
  const fullName = addressName(serviceInstance, name);
  return {
    do: 'create',
    kind: 'instance-ip',
    as: fullName,
    fqName: [fullName],
    parent: { kind: 'config-root' },
    properties: { instance_ip_family: name.family, service_health_check_ip: true },
    references: [{ to: { kind: 'virtual-network', uuid: from.uuid, fqName: from.fqName } }],
  };
}

/** An address, by the uuid that it has, or by the name by which it is about to be made. */
export function addressTarget(address: { readonly uuid: string } | NewAddress): Target {
  return 'uuid' in address
    ? { kind: 'instance-ip', uuid: address.uuid }
    : { kind: 'instance-ip', created: addressName(address.serviceInstance, address.name) };
}

/** Gives an address to an interface. Only a relaxed reference leaves the interface its end. */
export function attach(on: Target, interfaceUuid: string, { relaxed }: { readonly relaxed: boolean }): Write {
  return { do: 'add-reference', on, to: { kind: 'virtual-machine-interface', uuid: interfaceUuid }, relaxed };
}

/** Takes an address from an interface. */
export function detach(address: string, interfaceUuid: string): Write {
  const on = { kind: 'instance-ip', uuid: address } as const;
  return { do: 'delete-reference', on, to: { kind: 'virtual-machine-interface', uuid: interfaceUuid }, relaxed: true };
}

/** Has the service instance refer to a shared address, which keeps it from being deleted, as the original does. */
export function linkAddress(serviceInstance: string, address: string, type: string): Write {
  return {
    do: 'add-reference',
    on: { kind: 'service-instance', uuid: serviceInstance },
    to: { kind: 'instance-ip', uuid: address },
    attr: { interface_type: type },
    relaxed: false,
  };
}

/** Has the network of a health check's address let go of it: a network can be deleted all the same. */
export function relaxNetwork(on: Target, network: string): Write {
  return { do: 'add-reference', on, to: { kind: 'virtual-network', uuid: network }, relaxed: true };
}

/** Passes a route table or health check on to an interface, or takes it away. */
export function link(
  action: ReferenceWrite['do'],
  interfaceUuid: string,
  to: { readonly kind: LinkKind; readonly uuid: string },
): Write {
  return { do: action, on: { kind: 'virtual-machine-interface', uuid: interfaceUuid }, to, relaxed: true };
}

/** Has a shared address follow another one, or none. */
export function follow(address: string, { tracking, mode }: Following): SetWrite {
  return {
    do: 'set',
    on: { kind: 'instance-ip', uuid: address },
    properties: { secondary_ip_tracking_ip: tracking ?? null, instance_ip_mode: mode },
  };
}

/** Replaces the pairs of an interface. */
export function setPairs(interfaceUuid: string, pairs: readonly AllowedAddressPair[]): SetWrite {
  return {
    do: 'set',
    on: { kind: 'virtual-machine-interface', uuid: interfaceUuid },
    properties: { virtual_machine_interface_allowed_address_pairs: { allowed_address_pair: pairs } },
  };
}

/** Notes on a shared address what is passed on to interfaces of its type. */
export function note(address: string, set: Readonly<Record<string, string>>, remove: readonly string[]): Write {
  return { do: 'set-entries', on: { kind: 'instance-ip', uuid: address }, field: 'annotations', set, remove };
}

/** Deletes an address, with all its references. */
export function deleteAddress(uuid: string): Write {
  return { do: 'delete', on: { kind: 'instance-ip', uuid } };
}
