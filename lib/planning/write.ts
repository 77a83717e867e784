import { assertNever } from '../base/errors/assert-never.js';

/** The virtual-ip of the VIP at hand: its uuid, or the one that the same plan creates. */
export type VirtualIpTarget = { readonly uuid: string } | 'created';

/** One write to the config API, as a plain value. It says all that there is to say: what is written, and to what. */
export type Write =
  | { readonly action: 'create-virtual-ip'; readonly virtualIp: NewVirtualIp }
  | { readonly action: 'delete-virtual-ip'; readonly uuid: string }
  | {
      readonly action: 'set-virtual-ip-properties';
      readonly target: VirtualIpTarget;
      readonly properties: VirtualIpProperties;
    }
  | { readonly action: 'add-virtual-ip-reference'; readonly target: VirtualIpTarget; readonly portUuid: string }
  | { readonly action: 'delete-virtual-ip-reference'; readonly target: VirtualIpTarget; readonly portUuid: string }
  | { readonly action: 'add-association-reference'; readonly target: VirtualIpTarget; readonly floatingIpUuid: string }
  | {
      readonly action: 'delete-association-reference';
      readonly target: VirtualIpTarget;
      readonly floatingIpUuid: string;
    }
  | { readonly action: 'set-record'; readonly target: VirtualIpTarget; readonly entries: readonly RecordEntry[] }
  | { readonly action: 'delete-record'; readonly target: VirtualIpTarget; readonly keys: readonly string[] }
  | { readonly action: 'set-floating-ip-properties'; readonly uuid: string; readonly properties: FloatingIpProperties }
  | { readonly action: 'add-floating-ip-reference'; readonly uuid: string; readonly portUuid: string }
  | { readonly action: 'delete-floating-ip-reference'; readonly uuid: string; readonly portUuid: string };

/** An annotation. */
export interface RecordEntry {
  readonly key: string;
  readonly value: string;
}

/** What is said of a VIP in `virtual_ip_properties`. */
export interface VirtualIpProperties {
  /** Canonical. */
  readonly address: string;
  readonly subnetUuid?: string;
}

/** A virtual-ip to be created, without references: those are added relaxed, one by one. */
export interface NewVirtualIp {
  readonly fqName: readonly string[];
  readonly properties: VirtualIpProperties;
  readonly record: readonly RecordEntry[];
}

/** The properties of a floating ip that are set; those left out stay. `fixedIp` null unsets it. */
export interface FloatingIpProperties {
  readonly fixedIp?: string | null;
  readonly isVirtualIp?: boolean;
}

/** Writes in order. Those of one stage touch different objects, or stand in the order in which they are to be made on one. */
export interface Stage {
  readonly name: string;
  readonly writes: readonly Write[];
  /** It cannot wait: it is carried out even while its VIP is slowed down. */
  readonly isUrgent?: boolean;
  /** What a lost association is restored from later. Traffic does not wait for it if the config API refuses it. */
  readonly isRecord?: boolean;
  /** Nobody's traffic waits for it: other VIPs that wait go first. */
  readonly isBookkeeping?: boolean;
  /** It drops what a lost association could be told by: the floating ips are read again before. */
  readonly dropsEvidence?: boolean;
}

/** A write as one line of text, for logs, the dry run and people. */
export function describeWrite(write: Write): string {
  switch (write.action) {
    case 'create-virtual-ip':
      return `create virtual-ip ${write.virtualIp.fqName.join(':')} for ${write.virtualIp.properties.address}`;
    case 'delete-virtual-ip':
      return `delete virtual-ip ${write.uuid}`;
    case 'set-virtual-ip-properties':
      return `set address ${write.properties.address} on virtual-ip ${describeTarget(write.target)}`;
    case 'add-virtual-ip-reference':
      return `add reference virtual-ip ${describeTarget(write.target)} -> port ${write.portUuid}`;
    case 'delete-virtual-ip-reference':
      return `delete reference virtual-ip ${describeTarget(write.target)} -> port ${write.portUuid}`;
    case 'add-association-reference':
      return `add reference virtual-ip ${describeTarget(write.target)} -> floating-ip ${write.floatingIpUuid}`;
    case 'delete-association-reference':
      return `delete reference virtual-ip ${describeTarget(write.target)} -> floating-ip ${write.floatingIpUuid}`;
    case 'set-record':
      return `set ${write.entries.map(({ key }) => key).join(', ')} on virtual-ip ${describeTarget(write.target)}`;
    case 'delete-record':
      return `remove ${write.keys.join(', ')} from virtual-ip ${describeTarget(write.target)}`;
    case 'set-floating-ip-properties':
      return `set ${describeProperties(write.properties)} on floating-ip ${write.uuid}`;
    case 'add-floating-ip-reference':
      return `add reference floating-ip ${write.uuid} -> port ${write.portUuid}`;
    case 'delete-floating-ip-reference':
      return `delete reference floating-ip ${write.uuid} -> port ${write.portUuid}`;
    default:
      return assertNever(write);
  }
}

/** The object that a write changes: two writes of one stage with the same subject are made one after the other. */
export function subjectOf(write: Write): string {
  switch (write.action) {
    case 'set-floating-ip-properties':
    case 'add-floating-ip-reference':
    case 'delete-floating-ip-reference':
      return write.uuid;
    default:
      return 'virtual-ip';
  }
}

/** The kind of object that a write changes. */
export function kindOf(write: Write): 'floating-ip' | 'virtual-ip' {
  return subjectOf(write) === 'virtual-ip' ? 'virtual-ip' : 'floating-ip';
}

/**
 * What a write does, as keys that are the same whenever the same is written for one VIP: one for each reference, value and entry. Which
 * virtual-ip is written to makes no difference: who deletes it each time that it is made undoes the same.
 */
export function keysOf(write: Write): readonly string[] {
  const { action } = write;
  switch (action) {
    case 'create-virtual-ip':
      return [`${action} ${write.virtualIp.fqName.join(':')}`];
    case 'delete-virtual-ip':
      return [`${action} ${write.uuid}`];
    case 'set-virtual-ip-properties':
      return [`${action} ${write.properties.address} ${write.properties.subnetUuid ?? ''}`];
    case 'add-virtual-ip-reference':
    case 'delete-virtual-ip-reference':
      return [`${action} ${write.portUuid}`];
    case 'add-association-reference':
    case 'delete-association-reference':
      return [`${action} ${write.floatingIpUuid}`];
    case 'set-record':
      return write.entries.map(({ key, value }) => `${action} ${key} ${value}`);
    case 'delete-record':
      return write.keys.map((key) => `${action} ${key}`);
    case 'set-floating-ip-properties':
      return Object.entries(write.properties).map(
        ([name, value]) => `${action} ${write.uuid} ${name} ${JSON.stringify(value)}`,
      );
    case 'add-floating-ip-reference':
    case 'delete-floating-ip-reference':
      return [`${action} ${write.uuid} ${write.portUuid}`];
    default:
      return assertNever(action);
  }
}

function describeTarget(target: VirtualIpTarget): string {
  return target === 'created' ? '(created)' : target.uuid;
}

function describeProperties(properties: FloatingIpProperties): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
}
