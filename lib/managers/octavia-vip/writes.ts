import type { ReferenceWrite, SetWrite, Target, Write } from '../../planning/index.js';
import type { VirtualIpRecord } from './record/annotations.js';
import { writeRecord } from './record/annotations.js';

/** The virtual-ip of the VIP at hand: the one that there is, or the one that the same plan creates. */
export type VirtualIpTarget = Target & { readonly kind: 'virtual-ip' };

/** The mark of the virtual-ip that a plan creates. */
export const createdVirtualIp: VirtualIpTarget = { kind: 'virtual-ip', created: 'virtual-ip' };

/** A virtual-ip that there is. */
export function virtualIp(uuid: string): { readonly kind: 'virtual-ip'; readonly uuid: string } {
  return { kind: 'virtual-ip', uuid };
}

/** A floating ip. */
export function floatingIp(uuid: string): { readonly kind: 'floating-ip'; readonly uuid: string } {
  return { kind: 'floating-ip', uuid };
}

/** A port. */
export function port(uuid: string): { readonly kind: 'virtual-machine-interface'; readonly uuid: string } {
  return { kind: 'virtual-machine-interface', uuid };
}

/** What is said of a VIP in `virtual_ip_properties`. */
export interface VipProperties {
  /** Canonical. */
  readonly address: string;
  readonly subnetUuid?: string;
}

/** Creates the virtual-ip of a VIP, without references: those are added relaxed, one by one. */
export function createVirtualIp(made: {
  readonly fqName: readonly string[];
  readonly projectUuid: string;
  readonly properties: VipProperties;
  readonly record: VirtualIpRecord;
}): Write {
  const { fqName, projectUuid, properties, record } = made;
  return {
    do: 'create',
    kind: 'virtual-ip',
    as: 'virtual-ip',
    fqName,
    parent: { kind: 'project', uuid: projectUuid },
    properties: {
      virtual_ip_properties: vipProperties(properties),
      annotations: { key_value_pair: writeRecord(record, properties.address) },
    },
  };
}

/** Deletes a virtual-ip. */
export function deleteVirtualIp(uuid: string): Write {
  return { do: 'delete', on: virtualIp(uuid) };
}

/** Sets what is said of a VIP. */
export function setVipProperties(on: VirtualIpTarget, properties: VipProperties): Write {
  return { do: 'set', on, properties: { virtual_ip_properties: vipProperties(properties) } };
}

/** Sets and removes entries of the record. */
export function setRecord(
  on: VirtualIpTarget,
  { set = {}, remove = [] }: { readonly set?: Readonly<Record<string, string>>; readonly remove?: readonly string[] },
): Write {
  return { do: 'set-entries', on, field: 'annotations', set, remove };
}

/** Adds or removes a reference to a port, always relaxed: nothing that we write keeps anybody from deleting anything. */
export function portReference(
  change: 'add-reference' | 'delete-reference',
  on: Target,
  portUuid: string,
): ReferenceWrite {
  return { do: change, on, to: port(portUuid), relaxed: true };
}

/** Adds or removes a reference of a virtual-ip to a floating ip. A stock server does not keep it, and answers 200 (docs/opensdn.md, 5.1). */
export function associationReference(
  change: 'add-reference' | 'delete-reference',
  on: VirtualIpTarget,
  floatingIpUuid: string,
): ReferenceWrite {
  const write: ReferenceWrite = { do: change, on, to: floatingIp(floatingIpUuid), relaxed: true };
  return change === 'add-reference' ? { ...write, isTrial: true } : write;
}

/** The properties of a floating ip that are set; those left out stay. `fixedIp` null unsets it. */
export interface FloatingIpProperties {
  readonly fixedIp?: string | null;
  readonly isVirtualIp?: boolean;
}

/** Sets properties of a floating ip. */
export function setFloatingIp(uuid: string, properties: FloatingIpProperties, purpose?: string): SetWrite {
  const { fixedIp, isVirtualIp } = properties;
  return {
    do: 'set',
    on: floatingIp(uuid),
    properties: {
      ...(fixedIp === undefined ? {} : { floating_ip_fixed_ip_address: fixedIp }),
      ...(isVirtualIp === undefined ? {} : { floating_ip_is_virtual_ip: isVirtualIp }),
    },
    ...(purpose === undefined ? {} : { purpose }),
  };
}

/** What a write sets of a floating ip. */
export function floatingIpPropertiesOf({ properties }: SetWrite): FloatingIpProperties {
  const { floating_ip_fixed_ip_address: fixedIp, floating_ip_is_virtual_ip: isVirtualIp } = properties;
  return {
    ...(typeof fixedIp === 'string' || fixedIp === null ? { fixedIp } : {}),
    ...(typeof isVirtualIp === 'boolean' ? { isVirtualIp } : {}),
  };
}

function vipProperties({ address, subnetUuid }: VipProperties): Readonly<Record<string, unknown>> {
  return { address, ...(subnetUuid === undefined ? {} : { subnet_id: subnetUuid }), admin_state: true };
}
