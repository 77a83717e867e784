import type { ManagerSettings } from '../settings.js';
import { isAmphoraPort, isOctaviaVipPort, loadBalancerId, portState, type PortMarks } from './detection.js';

/** A port that owns or carries the address of a VIP, as it was seen. */
export interface ObservedPort extends PortMarks {
  readonly uuid: string;
  /** Uuid of its project; undefined if its parent is none. */
  readonly projectUuid?: string;
  /** Domain and name of its project. */
  readonly project: { readonly domain: string; readonly name: string };
  /** The addresses that it owns by instance-ips. */
  readonly addresses: readonly ObservedAddress[];
  /** How long ago it was made, milliseconds. */
  readonly ageMs: number;
}

/** An address that a port owns. */
export interface ObservedAddress {
  /** Canonical. */
  readonly address: string;
  readonly subnetUuid?: string;
  /** When it was made, by the server's clock, milliseconds since 1970. */
  readonly createdAt?: number;
}

/** What was seen of a VIP and of the ports around it. Lists may come in any order. */
export interface LoadBalancerObservation {
  /** Canonical. */
  readonly address: string;
  /** Whether others than its own tenant may make ports in the network. Taken as shared while unknown. */
  readonly networkShared: boolean;
  /** Ports that own the address. */
  readonly owners: readonly ObservedPort[];
  /** Ports that have exactly the address among their allowed address pairs. */
  readonly carriers: readonly ObservedPort[];
  /** The VIP port that our record names, if there is a record. */
  readonly recordedVipPort?: string;
}

/** The VIP port of a VIP. */
export interface VipPort {
  readonly uuid: string;
  readonly projectUuid?: string;
  readonly project: { readonly domain: string; readonly name: string };
  /** The load balancer's id; the port's own uuid where none is known. */
  readonly loadBalancerId: string;
  /** Octavia's own, a tenant's that an amphora carries, or one that only our record names: its load balancer may be gone. */
  readonly origin: 'octavia' | 'tenant' | 'recorded';
  /** Canonical; the first is the VIP, the others are additional VIPs. */
  readonly addresses: readonly string[];
  readonly subnetUuid?: string;
}

/** A port that looks like an amphora of the VIP, and why it does not count. */
export interface RefusedPort {
  readonly uuid: string;
  readonly reason: 'untrusted-project';
}

/** Who carries a VIP. All lists are sorted by uuid. */
export interface LoadBalancerPlan {
  readonly vipPort?: VipPort;
  /** Amphora ports that belong: fresh and bound ones. */
  readonly members: readonly string[];
  /** Amphora ports that Nova has unbound: to be let go of before anything else. */
  readonly leaving: readonly string[];
  /** Fresh ports that have waited too long for Nova. */
  readonly orphans: readonly string[];
  readonly refused: readonly RefusedPort[];
  /** When to look again although nothing may change: a fresh port becomes an orphan. Milliseconds. */
  readonly recheckAfterMs?: number;
}

/** The settings that count here. @inline */
type Rules = Pick<ManagerSettings, 'octaviaOwner' | 'amphoraNamePrefix' | 'amphoraProjects' | 'freshPortTimeoutMs'>;

/**
 * Tells the VIP port and the members of a VIP.
 *
 * | carrier of the address | counts as |
 * |---|---|
 * | not marked as Octavia's, or a VIP port of Octavia | nothing: a pair of its user's (recording 14) |
 * | in a shared network, project not trusted | refused |
 * | bound by Nova, with an address of its own | member |
 * | fresh, younger than the timeout, with an address of its own | member |
 * | fresh and older | orphan |
 * | unbound, or without an address of its own (a port delete has begun) | leaving |
 */
export function planLoadBalancer(seen: LoadBalancerObservation, rules: Rules): LoadBalancerPlan {
  const marked = sorted(seen.carriers).filter((port) => isAmphoraPort(port, rules));
  const refused: RefusedPort[] = [];
  const trusted: ObservedPort[] = [];
  for (const port of marked) {
    if (!seen.networkShared || isTrustedProject(port, rules.amphoraProjects)) trusted.push(port);
    else refused.push({ uuid: port.uuid, reason: 'untrusted-project' });
  }
  const vipPort = findVipPort(seen, trusted, rules);
  const members: string[] = [];
  const leaving: string[] = [];
  const orphans: string[] = [];
  let recheckAfterMs: number | undefined;
  for (const port of trusted) {
    const state = portState(port, rules);
    if (state === 'leaving' || port.addresses.length === 0) leaving.push(port.uuid);
    else if (state === 'bound') members.push(port.uuid);
    else if (port.ageMs >= rules.freshPortTimeoutMs) orphans.push(port.uuid);
    else {
      members.push(port.uuid);
      recheckAfterMs = Math.min(recheckAfterMs ?? Infinity, rules.freshPortTimeoutMs - port.ageMs);
    }
  }
  return {
    ...(vipPort === undefined ? {} : { vipPort }),
    members,
    leaving,
    orphans,
    refused,
    ...(recheckAfterMs === undefined ? {} : { recheckAfterMs }),
  };
}

function findVipPort(
  seen: LoadBalancerObservation,
  amphorae: readonly ObservedPort[],
  rules: Rules,
): VipPort | undefined {
  const owners = sorted(seen.owners);
  const octavias = owners.find((port) => isOctaviaVipPort(port, rules));
  if (octavias !== undefined) return vipPortOf(octavias, 'octavia', seen.address);
  const candidates = owners.filter((port) => !isAmphoraPort(port, rules));
  const recorded = candidates.find((port) => port.uuid === seen.recordedVipPort);
  const tenants = recorded ?? candidates[0];
  if (tenants !== undefined && amphorae.length > 0) return vipPortOf(tenants, 'tenant', seen.address);
  return recorded === undefined ? undefined : vipPortOf(recorded, 'recorded', seen.address);
}

function vipPortOf(port: ObservedPort, origin: VipPort['origin'], address: string): VipPort {
  const subnetUuid = port.addresses.find((own) => own.address === address)?.subnetUuid;
  return {
    uuid: port.uuid,
    ...(port.projectUuid === undefined ? {} : { projectUuid: port.projectUuid }),
    project: port.project,
    loadBalancerId: loadBalancerId(port.name, port.vmNames) ?? port.uuid,
    origin,
    addresses: port.addresses.toSorted(byAgeThenFamily).map((own) => own.address),
    ...(subnetUuid === undefined ? {} : { subnetUuid }),
  };
}

// Neutron makes the VIP's instance-ip first; where times tell nothing, Octavia's VIP is more often the IPv4 one.
function byAgeThenFamily(one: ObservedAddress, other: ObservedAddress): number {
  const age = (one.createdAt ?? 0) - (other.createdAt ?? 0);
  if (age !== 0) return age;
  const family = Number(one.address.includes(':')) - Number(other.address.includes(':'));
  return family === 0 ? compare(one.address, other.address) : family;
}

function isTrustedProject(port: ObservedPort, trusted: readonly string[]): boolean {
  const { domain, name } = port.project;
  return trusted.some(
    (project) =>
      // Keystone writes project ids without dashes.
      project.replaceAll('-', '') === port.projectUuid?.replaceAll('-', '') ||
      project === `${domain}:${name}` ||
      (project === name && domain === 'default-domain'),
  );
}

function sorted(ports: readonly ObservedPort[]): readonly ObservedPort[] {
  return ports.toSorted((one, other) => compare(one.uuid, other.uuid));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
