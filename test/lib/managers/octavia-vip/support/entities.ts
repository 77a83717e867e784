import { noRefs } from '../../../../support/entities.js';
import { vipKey, writeRecord, type VirtualIpRecord } from '../../../../../lib/managers/octavia-vip/index.js';
import type { EntityOf } from '../../../../../lib/model/index.js';
import { uuidOf } from '../../../../support/change-messages.js';
import { vipPort } from './floating-ips.js';
import { tenant, vip } from './ports.js';

/** The network of the VIP, and its key. */
export const network = uuidOf(0xb0);
export const key = vipKey(network, vip);

/** What of a port is otherwise. */
export interface PortDelta {
  readonly name?: string;
  readonly owner?: string;
  /** Null: its parent is no project. */
  readonly project?: string | null;
  /** Null: it has none. */
  readonly network?: string | null;
  readonly vms?: readonly string[];
  readonly vmNames?: readonly string[];
  readonly pairAddresses?: readonly string[];
  readonly cut?: readonly string[];
}

/** A port: bound, in the tenant's project. */
export function portEntity(uuid: string, delta: PortDelta = {}): EntityOf<'virtual-machine-interface'> {
  const { name = 'web', owner = 'compute:nova', vms = [uuidOf(0xd0)], vmNames = [], pairAddresses = [], cut } = delta;
  const on = delta.network === undefined ? network : delta.network;
  return {
    uuid,
    fqName: [tenant.project.domain, tenant.project.name, name],
    ...parentOf(delta.project),
    ...(cut === undefined ? {} : { cut }),
    refs: {
      ...noRefs('virtual-machine-interface'),
      'virtual-machine': vms,
      'virtual-network': on === null ? [] : [on],
    },
    owner,
    vmNames: [...vmNames],
    pairAddresses: [...pairAddresses],
  };
}

/** An address of ports. */
export function instanceIpEntity(
  uuid: string,
  delta: { readonly address?: string; readonly network?: string | null; readonly ports?: readonly string[] } = {},
): EntityOf<'instance-ip'> {
  const { address, ports = [] } = delta;
  const on = delta.network === undefined ? network : delta.network;
  return {
    uuid,
    fqName: [uuid],
    refs: { ...noRefs('instance-ip'), 'virtual-machine-interface': ports, 'virtual-network': on === null ? [] : [on] },
    ...(address === undefined ? {} : { address }),
  };
}

/** A floating ip of the tenant's: attached to nothing. */
export function floatingIpEntity(
  uuid: string,
  delta: {
    readonly fixedIp?: string | undefined;
    readonly isVirtualIp?: boolean;
    readonly ports?: readonly string[];
    readonly projects?: readonly string[];
  } = {},
): EntityOf<'floating-ip'> {
  const { fixedIp, isVirtualIp = false, ports = [], projects = [tenant.projectUuid] } = delta;
  return {
    uuid,
    fqName: ['default-domain', 'public', 'public', 'floating-ip-pool', uuid],
    refs: { 'virtual-machine-interface': ports, project: projects },
    isVirtualIp,
    ...(fixedIp === undefined ? {} : { fixedIp }),
  };
}

/** What of a virtual-ip is otherwise. */
export interface VirtualIpDelta {
  readonly fqName?: readonly string[];
  readonly project?: string | null;
  readonly address?: string;
  readonly ports?: readonly string[];
  /** Those that it references, on an extended schema. */
  readonly floatingIps?: readonly string[];
  /** Null: it is none of ours. */
  readonly record?: Partial<VirtualIpRecord> | null;
  readonly cut?: readonly string[];
}

/** A virtual-ip of ours in the tenant's project, which records nobody. */
export function virtualIpEntity(uuid: string, delta: VirtualIpDelta = {}): EntityOf<'virtual-ip'> {
  const { fqName = ['default-domain', 'shop', 'octavia-lb-1'], address = vip, ports = [], floatingIps = [] } = delta;
  return {
    uuid,
    fqName,
    ...parentOf(delta.project),
    ...(delta.cut === undefined ? {} : { cut: delta.cut }),
    refs: { 'virtual-machine-interface': ports, 'floating-ip': floatingIps, 'loadbalancer-pool': [] },
    address,
    annotations: delta.record === null ? {} : annotationsOf(delta.record),
  };
}

/** The annotations of a record. */
export function annotationsOf(delta: Partial<VirtualIpRecord> = {}): Readonly<Record<string, string>> {
  const record = { vip: key, loadBalancer: 'lb', vipPort, floatingIps: [], members: [], ...delta };
  return Object.fromEntries(writeRecord(record, vip).map((entry) => [entry.key, entry.value]));
}

/** A network, the tenant's own unless it is shared. */
export function networkEntity(uuid: string, shared = false): EntityOf<'virtual-network'> {
  return { uuid, fqName: ['default-domain', 'shop', 'net'], refs: noRefs('virtual-network'), shared, families: [] };
}

function parentOf(project: string | null = tenant.projectUuid): {
  readonly parent: { readonly kind: string; readonly uuid: string };
} {
  return project === null
    ? { parent: { kind: 'virtual-machine', uuid: uuidOf(0xd9) } }
    : { parent: { kind: 'project', uuid: project } };
}
