import type { ManagerSettings } from '../settings.js';

/** The marks by which a port is told apart (design, section 4, "Detection"). */
export interface PortMarks {
  readonly name: string;
  /** Device owner; empty if there is none. */
  readonly owner: string;
  readonly hasPairs: boolean;
  /** Whether it references a virtual machine. */
  readonly hasVirtualMachine: boolean;
}

/** The settings that count here. @inline */
type Rules = Pick<ManagerSettings, 'octaviaOwner' | 'amphoraNamePrefix'>;

/** Whether a port is an amphora's: by its name, or by its owner as long as Nova has not bound it. */
export function isAmphoraPort(port: Pick<PortMarks, 'name' | 'owner'>, rules: Rules): boolean {
  return port.name.startsWith(rules.amphoraNamePrefix) || port.owner === rules.octaviaOwner;
}

/** Whether Octavia made the port to reserve a VIP: its owner is Octavia, it has no pairs, and it is not named like an amphora's. */
export function isOctaviaVipPort(port: Pick<PortMarks, 'name' | 'owner' | 'hasPairs'>, rules: Rules): boolean {
  return port.owner === rules.octaviaOwner && !port.hasPairs && !port.name.startsWith(rules.amphoraNamePrefix);
}

/**
 * Where an amphora port stands: `fresh` until Nova binds it, then `bound`, and `leaving` once Nova has unbound it.
 * While Nova unbinds, the owner and the virtual machine go one after the other: either being gone is leaving (recording 04).
 */
export function portState(
  port: Pick<PortMarks, 'owner' | 'hasVirtualMachine'>,
  rules: Rules,
): 'fresh' | 'bound' | 'leaving' {
  if (port.hasVirtualMachine && port.owner !== '') return 'bound';
  return !port.hasVirtualMachine && port.owner === rules.octaviaOwner ? 'fresh' : 'leaving';
}

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const vipPortName = new RegExp(`^octavia-lb-(${uuid})`);
const placeholderName = new RegExp(`^lb-(${uuid})$`);

/** The load balancer's id, from the VIP port's name or its placeholder virtual machine; undefined for a tenant's own port. */
export function loadBalancerId(name: string, virtualMachineNames: readonly string[]): string | undefined {
  const fromName = vipPortName.exec(name)?.[1];
  if (fromName !== undefined) return fromName;
  return virtualMachineNames.map((vm) => placeholderName.exec(vm)?.[1]).find((id) => id !== undefined);
}
