import type { WatchedFields } from '../change-stream/index.js';
import {
  canonicalAddress,
  fullPrefixLength,
  readRecord,
  refUuids,
  type AllowedAddressPair,
  type ConfigObject,
  type FloatingIp,
  type InstanceIp,
  type VirtualIp,
  type VirtualIpRecord,
  type VirtualMachineInterface,
  type VirtualNetwork,
} from '../model/index.js';

/** The kinds of which the cache holds every object, in the order in which they are read: what is referenced comes first. */
export const cachedKinds = [
  'virtual-network',
  'virtual-machine-interface',
  'instance-ip',
  'floating-ip',
  'virtual-ip',
] as const;

/** One of {@link cachedKinds}. */
export type CachedKind = (typeof cachedKinds)[number];

/** The fields that are read of each kind, besides identity, id_perms and perms2. */
export const cachedFields: Readonly<Record<CachedKind, readonly string[]>> = {
  'virtual-network': ['is_shared'],
  'virtual-machine-interface': [
    'virtual_machine_interface_device_owner',
    'virtual_machine_interface_allowed_address_pairs',
    'virtual_machine_refs',
    'virtual_network_refs',
  ],
  'instance-ip': ['instance_ip_address', 'subnet_uuid', 'virtual_machine_interface_refs', 'virtual_network_refs'],
  'floating-ip': [
    'floating_ip_address',
    'floating_ip_fixed_ip_address',
    'floating_ip_is_virtual_ip',
    'virtual_machine_interface_refs',
    'project_refs',
  ],
  'virtual-ip': ['virtual_ip_properties', 'virtual_machine_interface_refs', 'floating_ip_refs', 'annotations'],
};

/**
 * What a `WatchSource` has to watch for the cache: what it reads, the kinds with few objects first; and virtual-machines, whose deletes
 * change their ports.
 */
export const watchedFields: WatchedFields = {
  ...Object.fromEntries(cachedKinds.toReversed().map((kind) => [kind, cachedFields[kind]])),
  'virtual-machine': [],
};

/**
 * How much is taken of one object. What there is more of is left out, as it stands, and the object is marked as cut: tenants can make their
 * objects as large as they like, and each pair is a VIP to be looked at.
 *
 * Octavia sets one pair for each address of a load balancer; a virtual-ip of ours references VIP port, members and floating ips.
 */
export const objectBounds = { pairs: 32, portReferences: 128, floatingIpReferences: 64 } as const;

/** A virtual network, as far as it matters. */
export interface NetworkEntity {
  readonly uuid: string;
  /** Others than its own tenant may make ports in it. */
  readonly shared: boolean;
}

/** A virtual-machine-interface, as far as it matters. */
export interface PortEntity {
  readonly uuid: string;
  readonly name: string;
  readonly fqName: readonly string[];
  /** Uuid of the project that it belongs to; undefined if its parent is none. */
  readonly projectUuid?: string;
  /** Device owner; empty if there is none. */
  readonly owner: string;
  readonly networkUuid?: string;
  readonly vmUuids: readonly string[];
  /** Names of those virtual machines that have one in the reference: `lb-<load balancer id>` for a VIP port. */
  readonly vmNames: readonly string[];
  /** Canonical addresses that it has as pairs of exactly one address, sorted. */
  readonly pairAddresses: readonly string[];
  /** What of it was left out: see {@link objectBounds}. */
  readonly cut?: readonly string[];
  /** When the server made it, by the server's wall clock, milliseconds since 1970. */
  readonly createdAt?: number;
}

/** An instance-ip. */
export interface InstanceIpEntity {
  readonly uuid: string;
  /** Canonical. */
  readonly address?: string;
  readonly networkUuid?: string;
  readonly subnetUuid?: string;
  readonly portUuids: readonly string[];
  readonly createdAt?: number;
}

/** A floating ip. */
export interface FloatingIpEntity {
  readonly uuid: string;
  readonly address?: string;
  /** Canonical. */
  readonly fixedIp?: string;
  readonly isVirtualIp: boolean;
  /** The interfaces that it references, sorted; some may be gone (relaxed references are shown until the next write). */
  readonly portUuids: readonly string[];
  readonly projectUuids: readonly string[];
}

/** A virtual-ip, ours or somebody else's. */
export interface VirtualIpEntity {
  readonly uuid: string;
  readonly fqName: readonly string[];
  readonly projectUuid?: string;
  readonly address?: string;
  readonly subnetUuid?: string;
  readonly adminState?: boolean;
  readonly portUuids: readonly string[];
  /** The floating ips that it references, sorted: on an extended schema only. Some may be gone. */
  readonly floatingIpUuids: readonly string[];
  /** Present if its annotations say that this project keeps it. */
  readonly record?: VirtualIpRecord;
  /** What of it was left out, of references and record: see {@link objectBounds}. */
  readonly cut?: readonly string[];
}

/**
 * The floating ips that a virtual-ip of ours records as associated, sorted: in its annotations, or by reference on an extended schema,
 * or, while one follows the other, in both. None for a virtual-ip of others.
 */
export function recordedFloatingIps(virtualIp: VirtualIpEntity): readonly string[] {
  if (virtualIp.record === undefined) return [];
  return sortedUnique([...virtualIp.record.floatingIps, ...virtualIp.floatingIpUuids]);
}

/**
 * The ports that a virtual-ip of ours names as those that carry the VIP, by reference or in its record, sorted, the VIP port among them.
 * References to ports that are gone vanish from the server's database with them (recording 16); the record stays.
 */
export function recordedPorts(virtualIp: VirtualIpEntity): readonly string[] {
  return sortedUnique([...virtualIp.portUuids, ...(virtualIp.record?.members ?? [])]);
}

/** What the cache holds of each kind. */
export interface Entities {
  readonly 'virtual-network': NetworkEntity;
  readonly 'virtual-machine-interface': PortEntity;
  readonly 'instance-ip': InstanceIpEntity;
  readonly 'floating-ip': FloatingIpEntity;
  readonly 'virtual-ip': VirtualIpEntity;
}

/** The entity of a kind. */
export type Entity<K extends CachedKind = CachedKind> = Entities[K];

const known: ReadonlySet<string> = new Set(cachedKinds);

/** Whether the cache holds objects of this kind. */
export function isCachedKind(kind: string): kind is CachedKind {
  return known.has(kind);
}

const converters: { readonly [K in CachedKind]: (object: ConfigObject<K>) => Entities[K] } = {
  'virtual-network': networkEntity,
  'virtual-machine-interface': portEntity,
  'instance-ip': instanceIpEntity,
  'floating-ip': floatingIpEntity,
  'virtual-ip': virtualIpEntity,
};

/** Keeps of an object what matters: a cache of 100,000 ports would not fit otherwise. */
export function toEntity<K extends CachedKind>(kind: K, object: ConfigObject<K>): Entities[K] {
  return converters[kind](object);
}

function networkEntity(object: VirtualNetwork): NetworkEntity {
  const othersMay = (object.perms2?.global_access ?? 0) > 0 || (object.perms2?.share ?? []).length > 0;
  return { uuid: object.uuid, shared: object.is_shared === true || othersMay };
}

function portEntity(object: VirtualMachineInterface): PortEntity {
  const pairs = object.virtual_machine_interface_allowed_address_pairs?.allowed_address_pair ?? [];
  const addresses = firstOf(exactAddresses(pairs), objectBounds.pairs);
  return {
    uuid: object.uuid,
    name: object.fq_name.at(-1) ?? '',
    fqName: object.fq_name,
    ...(object.parent_type === 'project' ? defined('projectUuid', object.parent_uuid) : {}),
    owner: object.virtual_machine_interface_device_owner ?? '',
    ...defined('networkUuid', refUuids(object, 'virtual-network')[0]),
    vmUuids: refUuids(object, 'virtual-machine'),
    vmNames: (object.virtual_machine_refs ?? []).map((ref) => ref.to.at(-1) ?? ''),
    pairAddresses: addresses.values,
    ...cutOf({ 'allowed address pairs': addresses.isCut }),
    ...defined('createdAt', serverTime(object.id_perms?.created)),
  };
}

function instanceIpEntity(object: InstanceIp): InstanceIpEntity {
  return {
    uuid: object.uuid,
    ...defined('address', canonicalAddress(object.instance_ip_address ?? '')),
    ...defined('networkUuid', refUuids(object, 'virtual-network')[0]),
    ...defined('subnetUuid', object.subnet_uuid),
    portUuids: sortedUnique(refUuids(object, 'virtual-machine-interface')),
    ...defined('createdAt', serverTime(object.id_perms?.created)),
  };
}

function floatingIpEntity(object: FloatingIp): FloatingIpEntity {
  return {
    uuid: object.uuid,
    ...defined('address', object.floating_ip_address),
    ...defined('fixedIp', canonicalAddress(object.floating_ip_fixed_ip_address ?? '')),
    isVirtualIp: object.floating_ip_is_virtual_ip === true,
    portUuids: sortedUnique(refUuids(object, 'virtual-machine-interface')),
    projectUuids: sortedUnique(refUuids(object, 'project')),
  };
}

function virtualIpEntity(object: VirtualIp): VirtualIpEntity {
  const ports = firstOf(refUuids(object, 'virtual-machine-interface'), objectBounds.portReferences);
  const floatingIps = firstOf(refUuids(object, 'floating-ip'), objectBounds.floatingIpReferences);
  const record = readRecord(object.annotations);
  return {
    uuid: object.uuid,
    fqName: object.fq_name,
    ...(object.parent_type === 'project' ? defined('projectUuid', object.parent_uuid) : {}),
    ...defined('address', canonicalAddress(object.virtual_ip_properties?.address ?? '')),
    ...defined('subnetUuid', object.virtual_ip_properties?.subnet_id),
    ...defined('adminState', object.virtual_ip_properties?.admin_state),
    portUuids: ports.values,
    floatingIpUuids: floatingIps.values,
    ...defined('record', record),
    ...cutOf({
      'references to ports': ports.isCut,
      'references to floating ips': floatingIps.isCut,
      'floating ips in the record': record?.cut?.includes('floatingIps') === true,
      'members in the record': record?.cut?.includes('members') === true,
    }),
  };
}

function* exactAddresses(pairs: readonly AllowedAddressPair[]): Iterable<string> {
  for (const { ip } of pairs) {
    if (ip === undefined || (ip.ip_prefix_len !== 32 && ip.ip_prefix_len !== 128)) continue;
    const address = canonicalAddress(ip.ip_prefix);
    if (address !== undefined && ip.ip_prefix_len === fullPrefixLength(address)) yield address;
  }
}

/** The first different values, as they stand, sorted; and whether there are more. */
function firstOf(
  values: Iterable<string>,
  bound: number,
): { readonly values: readonly string[]; readonly isCut: boolean } {
  const first = new Set<string>();
  for (const value of values) {
    if (first.size === bound && !first.has(value)) return { values: [...first].sort(), isCut: true };
    first.add(value);
  }
  return { values: [...first].sort(), isCut: false };
}

function cutOf(lists: Readonly<Record<string, boolean>>): { readonly cut?: readonly string[] } {
  const cut = Object.keys(lists).filter((name) => lists[name] === true);
  return cut.length === 0 ? {} : { cut };
}

// The server writes UTC without a zone.
function serverTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parsed = Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

function sortedUnique(values: readonly string[]): readonly string[] {
  return values.length < 2 ? values : [...new Set(values)].sort();
}

function defined<N extends string, V>(name: N, value: V | undefined): Partial<Record<N, V>> {
  return value === undefined ? {} : ({ [name]: value } as Record<N, V>);
}
