import { decide, type Rule } from '../../../planning/index.js';
import type { OctaviaVipSettings } from '../settings.js';
import { portKindRules, portStateRules, type PortKind, type PortMarkFacts, type PortState } from './rules.js';

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
export type MarkRules = Pick<OctaviaVipSettings, 'octaviaOwner' | 'amphoraNamePrefix'> &
  Partial<Pick<OctaviaVipSettings, 'virtualPorts'>>;

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const vipPortName = new RegExp(`^octavia-lb-(${uuid})`);
const placeholderName = new RegExp(`^lb-(${uuid})$`);

/** What a port is by its marks (docs/rules.md, "What a port is"). */
export function portKind(port: Pick<PortMarks, 'name' | 'owner' | 'vmNames'>, rules: MarkRules): PortKind {
  return decidePortKind(port, rules).stands;
}

/** The same, with the rule that says so. */
export function decidePortKind(
  port: Pick<PortMarks, 'name' | 'owner' | 'vmNames'>,
  rules: MarkRules,
): Rule<PortMarkFacts, PortKind> {
  return decide(portKindRules, markFacts(port, rules));
}

function markFacts(port: Pick<PortMarks, 'name' | 'owner' | 'vmNames'>, rules: MarkRules): PortMarkFacts {
  const isNamedAsVipPort = vipPortName.test(port.name);
  return {
    owner: port.owner === rules.octaviaOwner ? 'octavia' : 'another',
    placeholder: port.vmNames.some((name) => placeholderName.test(name)),
    named: port.name.startsWith(rules.amphoraNamePrefix) ? 'amphora' : isNamedAsVipPort ? 'vip-port' : 'otherwise',
  };
}

/**
 * Whether what a port has as allowed address pairs may be VIPs: it is an amphora's by its marks; or, where virtual ports in general count,
 * anybody's but Octavia's VIP port (docs/design.md, "Virtual ports in general").
 */
export function mayCarry(port: Pick<PortMarks, 'name' | 'owner' | 'vmNames'>, rules: MarkRules): boolean {
  const kind = portKind(port, rules);
  return kind === 'amphora' || (kind === 'neither' && rules.virtualPorts === 'all');
}

/** Whether Octavia made the port to reserve a VIP. Its pairs tell nothing: a user may give it some. */
export function isOctaviaVipPort(port: Pick<PortMarks, 'name' | 'owner' | 'vmNames'>, rules: MarkRules): boolean {
  return portKind(port, rules) === 'vip-port';
}

/**
 * Whether something else than a load balancer has the port: an instance, or what Neutron makes ports for, as routers and DHCP.
 * Octavia takes no port with a device for a VIP port, and who has one is not to be wired to amphorae.
 */
export function isInUse({ owner, vmNames }: Pick<PortMarks, 'owner' | 'vmNames'>): boolean {
  return /^(?:compute|network):/.test(owner) || vmNames.some((name) => !placeholderName.test(name));
}

/** Where an amphora port stands (docs/rules.md, "Where an amphora port stands"). */
export function portState(port: Pick<PortMarks, 'owner' | 'hasVirtualMachine'>, rules: MarkRules): PortState {
  return decide(portStateRules, {
    virtualMachine: port.hasVirtualMachine,
    owner: port.owner === '' ? 'none' : port.owner === rules.octaviaOwner ? 'octavia' : 'another',
  }).stands;
}

/** The load balancer's id, from the VIP port's name or its placeholder virtual machine; undefined for a tenant's own port. */
export function loadBalancerId(name: string, vmNames: readonly string[]): string | undefined {
  const fromName = vipPortName.exec(name)?.[1];
  if (fromName !== undefined) return fromName;
  return vmNames.map((vm) => placeholderName.exec(vm)?.[1]).find((id) => id !== undefined);
}
