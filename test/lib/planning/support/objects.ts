import type { EntityOf } from '../../../../lib/model/index.js';
import type {
  CreateWrite,
  EntriesWrite,
  Plan,
  ReferenceWrite,
  SetWrite,
  Stage,
  Write,
} from '../../../../lib/planning/index.js';
import { uuidOf } from '../../../support/change-messages.js';

export const [port1, port2, port3] = [uuidOf(0x11), uuidOf(0x12), uuidOf(0x13)];
export const [floatingIp, otherFloatingIp, virtualIp] = [uuidOf(0x31), uuidOf(0x32), uuidOf(0x40)];

export const port = (uuid: string) => ({ kind: 'virtual-machine-interface', uuid }) as const;
export const ofFloatingIp = (uuid = floatingIp) => ({ kind: 'floating-ip', uuid }) as const;
export const ofVirtualIp = (uuid = virtualIp) => ({ kind: 'virtual-ip', uuid }) as const;

/** A relaxed reference of a floating ip to a port. */
export function add(portUuid: string, uuid = floatingIp): ReferenceWrite {
  return { do: 'add-reference', on: ofFloatingIp(uuid), to: port(portUuid), relaxed: true };
}

export function drop(portUuid: string, uuid = floatingIp): ReferenceWrite {
  return { do: 'delete-reference', on: ofFloatingIp(uuid), to: port(portUuid), relaxed: true };
}

/** Properties of a floating ip. */
export function set(properties: Readonly<Record<string, unknown>>, uuid = floatingIp): SetWrite {
  return { do: 'set', on: ofFloatingIp(uuid), properties };
}

/** Annotations of a virtual-ip. */
export function annotate(entries: Readonly<Record<string, string>>, ...remove: readonly string[]): EntriesWrite {
  return { do: 'set-entries', on: ofVirtualIp(), field: 'annotations', set: entries, remove };
}

export const create: CreateWrite = {
  do: 'create',
  kind: 'virtual-ip',
  as: 'it',
  fqName: ['default-domain', 'shop', 'a'],
  parent: { kind: 'project', uuid: uuidOf(0xa1) },
  properties: { virtual_ip_properties: { address: '10.0.0.3', subnet_id: uuidOf(0xb1) } },
};

/** A reference of the virtual-ip that the plan makes. */
export const bindCreated: ReferenceWrite = {
  do: 'add-reference',
  on: { kind: 'virtual-ip', created: 'it' },
  to: port(port1),
  relaxed: true,
};

export function floatingIpEntity(uuid: string, ...ports: readonly string[]): EntityOf<'floating-ip'> {
  return {
    uuid,
    fqName: ['public', uuid],
    fixedIp: '10.0.0.3',
    isVirtualIp: false,
    refs: { 'virtual-machine-interface': ports, project: [] },
  };
}

export function virtualIpEntity(annotations: Readonly<Record<string, string>> = {}): EntityOf<'virtual-ip'> {
  return {
    uuid: virtualIp,
    fqName: ['default-domain', 'shop', 'a'],
    annotations,
    refs: { 'virtual-machine-interface': [], 'floating-ip': [], 'loadbalancer-pool': [] },
  };
}

/** Stages with these writes. */
export function stagesOf(...lists: readonly (readonly Write[])[]): readonly Stage[] {
  return lists.map((writes, index) => ({ name: `stage ${index}`, writes }));
}

/** A plan that heeds nothing, and has nothing verified, unless told otherwise. */
export function planOf(stages: readonly Stage[], delta: Partial<Plan> = {}): Plan {
  return { stages, verdicts: [], heeds: [], verify: [], ...delta };
}
