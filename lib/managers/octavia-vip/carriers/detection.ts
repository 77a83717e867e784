import type { OctaviaVipSettings } from '../settings.js';

/** The marks by which a port is told apart. */
export interface PortMarks {
  readonly name: string;
  /** Device owner; empty if there is none. */
  readonly owner: string;
  /** Whether it references a virtual machine. */
  readonly hasVirtualMachine: boolean;
  /** Names of the virtual machines that it references: an instance's uuid, or Octavia's placeholder. */
  readonly vmNames: readonly string[];
}

/** The settings by which ports are told apart. */
export type MarkRules = Pick<OctaviaVipSettings, 'octaviaOwner' | 'amphoraNamePrefix'>;

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const vipPortName = new RegExp(`^octavia-lb-(${uuid})`);
const placeholderName = new RegExp(`^lb-(${uuid})$`);

/**
 * Whether a port is an amphora's: by its name, or by its owner as long as Nova has not bound it. A VIP port of Octavia is none: whatever
 * pairs its user gave it, no amphora stands behind it.
 */
export function isAmphoraPort(port: Pick<PortMarks, 'name' | 'owner' | 'vmNames'>, rules: MarkRules): boolean {
  if (isOctaviaVipPort(port, rules)) return false;
  return port.name.startsWith(rules.amphoraNamePrefix) || port.owner === rules.octaviaOwner;
}

/**
 * Whether Octavia made the port to reserve a VIP. Its pairs tell nothing: a user may give it some.
 *
 * | owner is Octavia | its placeholder is the virtual machine | named as a VIP port is | named as an amphora's is | VIP port |
 * |---|---|---|---|---|
 * | no | any | any | any | no |
 * | yes | yes | any | any | yes |
 * | yes | no | yes | no | yes |
 * | yes | no | any | yes | no: an amphora's, not bound yet |
 * | yes | no | no | no | no: an amphora's that was renamed |
 */
export function isOctaviaVipPort(port: Pick<PortMarks, 'name' | 'owner' | 'vmNames'>, rules: MarkRules): boolean {
  if (port.owner !== rules.octaviaOwner) return false;
  if (port.vmNames.some((name) => placeholderName.test(name))) return true;
  return vipPortName.test(port.name) && !port.name.startsWith(rules.amphoraNamePrefix);
}

/**
 * Whether something else than a load balancer has the port: an instance, or what Neutron makes ports for, as routers and DHCP.
 * Octavia takes no port with a device for a VIP port, and who has one is not to be wired to amphorae.
 */
export function isInUse({ owner, vmNames }: Pick<PortMarks, 'owner' | 'vmNames'>): boolean {
  return /^(?:compute|network):/.test(owner) || vmNames.some((name) => !placeholderName.test(name));
}

/**
 * Where an amphora port stands: `fresh` until Nova binds it, then `bound`, and `leaving` once Nova has unbound it.
 * While Nova unbinds, the owner and the virtual machine go one after the other: either being gone is leaving (recording 04).
 */
export function portState(
  port: Pick<PortMarks, 'owner' | 'hasVirtualMachine'>,
  rules: MarkRules,
): 'fresh' | 'bound' | 'leaving' {
  if (port.hasVirtualMachine && port.owner !== '') return 'bound';
  return !port.hasVirtualMachine && port.owner === rules.octaviaOwner ? 'fresh' : 'leaving';
}

/** The load balancer's id, from the VIP port's name or its placeholder virtual machine; undefined for a tenant's own port. */
export function loadBalancerId(name: string, vmNames: readonly string[]): string | undefined {
  const fromName = vipPortName.exec(name)?.[1];
  if (fromName !== undefined) return fromName;
  return vmNames.map((vm) => placeholderName.exec(vm)?.[1]).find((id) => id !== undefined);
}
