import type { OctaviaVipSettings } from '../settings.js';
import { isAmphoraPort, isInUse, isOctaviaVipPort, loadBalancerId, portState, type PortMarks } from './detection.js';
import { isTrustedProject, type PortProject } from './trust.js';

/** A port that owns or carries the address of a VIP, as it was seen. */
export interface ObservedPort extends PortMarks {
  readonly uuid: string;
  /** Uuid of its project; undefined if its parent is none. */
  readonly projectUuid?: string;
  /** Domain and name of its project; undefined if its parent is none. */
  readonly project?: { readonly domain: string; readonly name: string };
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

/** The VIP port of a VIP. It belongs to a project: that is where its virtual-ip stands. */
export interface VipPort {
  readonly uuid: string;
  readonly projectUuid: string;
  readonly project: { readonly domain: string; readonly name: string };
  /** The load balancer's id; the port's own uuid where none is known. */
  readonly loadBalancerId: string;
  /**
   * Octavia's own, a tenant's that an amphora carries, or one that only our record names: its load balancer may be gone, or something
   * else uses it.
   */
  readonly origin: 'octavia' | 'tenant' | 'recorded';
  /** Canonical; the first is the VIP, the others are additional VIPs. */
  readonly addresses: readonly string[];
  readonly subnetUuid?: string;
}

/** A port that looks like an amphora of the VIP, and why it does not count. */
export interface RefusedPort {
  readonly uuid: string;
  readonly reason: 'untrusted-project';
  /** Undefined if it belongs to none. */
  readonly project?: PortProject;
}

/** Who carries a VIP. All lists are sorted by uuid. */
export interface LoadBalancerPlan {
  readonly vipPort?: VipPort;
  /** Amphora ports that belong: fresh and bound ones. */
  readonly members: readonly string[];
  /** Amphora ports that Nova has unbound: to be let go of before anything else. */
  readonly leaving: readonly string[];
  /** Fresh ports that have waited too long for Nova, and ports whose VIP is no more. */
  readonly orphans: readonly string[];
  readonly refused: readonly RefusedPort[];
  /** What would be the VIP port, but belongs to no project: there is nowhere to keep its virtual-ip. */
  readonly refusedVipPort?: string;
  /** Amphora ports that were left behind: something else than a load balancer has the address by now. */
  readonly leftBehind: readonly string[];
  /** Projects of bound members that would be refused if the network were shared. Sorted by uuid. */
  readonly unlistedProjects: readonly PortProject[];
  /** When to look again although nothing may change: a fresh port becomes an orphan. Milliseconds. */
  readonly recheckAfterMs?: number;
}

/** The settings that count here. @inline */
type Rules = Pick<OctaviaVipSettings, 'octaviaOwner' | 'amphoraNamePrefix' | 'amphoraProjects' | 'freshPortTimeoutMs'>;

/**
 * Tells the VIP port and the members.
 *
 * The VIP port is the first of these that there is, and belongs to a project:
 *
 * | port that owns the address | amphorae | counts as |
 * |---|---|---|
 * | Octavia's VIP port | any | `octavia` |
 * | neither Octavia's nor in use, the recorded one before others | some carry it | `tenant` |
 * | recorded, no amphora's port | none, or it is in use by now | `recorded` |
 *
 * | carrier of the address | counts as |
 * |---|---|
 * | not marked as Octavia's, or a VIP port of Octavia | nothing: a pair of its user's (recording 14) |
 * | in a shared network, project not trusted | refused |
 * | unbound, or without an address of its own (a port delete has begun) | leaving |
 * | bound or fresh, and no VIP port is left: an instance or the like has the address | orphan |
 * | bound by Nova, with an address of its own | member |
 * | fresh, younger than the timeout, with an address of its own | member |
 * | fresh and older | orphan |
 */
export function planLoadBalancer(seen: LoadBalancerObservation, rules: Rules): LoadBalancerPlan {
  const marked = sorted(seen.carriers).filter((port) => isAmphoraPort(port, rules));
  const refused: RefusedPort[] = [];
  const trusted: ObservedPort[] = [];
  for (const port of marked) {
    const project = projectOf(port);
    if (!seen.networkShared || isTrustedProject(project, rules.amphoraProjects)) trusted.push(port);
    else refused.push({ uuid: port.uuid, reason: 'untrusted-project', ...(project === undefined ? {} : { project }) });
  }
  const { vipPort, refusedVipPort } = findVipPort(seen, trusted, rules);
  const isVipLeft = vipPort !== undefined && vipPort.origin !== 'recorded';
  const isTaken = !isVipLeft && seen.owners.some(isInUse);
  const members: ObservedPort[] = [];
  const leaving: string[] = [];
  const orphans: string[] = [];
  let recheckAfterMs: number | undefined;
  for (const port of trusted) {
    const state = portState(port, rules);
    if (state === 'leaving' || port.addresses.length === 0) leaving.push(port.uuid);
    else if (isTaken || (state === 'fresh' && port.ageMs >= rules.freshPortTimeoutMs)) orphans.push(port.uuid);
    else {
      members.push(port);
      if (state === 'bound') continue;
      recheckAfterMs = Math.min(recheckAfterMs ?? Infinity, rules.freshPortTimeoutMs - port.ageMs);
    }
  }
  return {
    ...(vipPort === undefined ? {} : { vipPort }),
    members: members.map(({ uuid }) => uuid),
    leaving,
    orphans,
    refused,
    ...(refusedVipPort === undefined ? {} : { refusedVipPort }),
    leftBehind: isTaken ? trusted.map(({ uuid }) => uuid) : [],
    unlistedProjects: isVipLeft ? unlistedProjects(members, rules) : [],
    ...(recheckAfterMs === undefined ? {} : { recheckAfterMs }),
  };
}

function findVipPort(
  seen: LoadBalancerObservation,
  amphorae: readonly ObservedPort[],
  rules: Rules,
): Pick<LoadBalancerPlan, 'vipPort' | 'refusedVipPort'> {
  const found = chooseVipPort(sorted(seen.owners).filter(isOfProject), seen.recordedVipPort, { amphorae, rules });
  if (found !== undefined) return { vipPort: vipPortOf(found.port, found.origin, seen.address) };
  const refused = chooseVipPort(sorted(seen.owners), undefined, { amphorae, rules });
  return refused === undefined ? {} : { refusedVipPort: refused.port.uuid };
}

function chooseVipPort<Port extends ObservedPort>(
  owners: readonly Port[],
  recordedVipPort: string | undefined,
  { amphorae, rules }: { readonly amphorae: readonly ObservedPort[]; readonly rules: Rules },
): { readonly port: Port; readonly origin: VipPort['origin'] } | undefined {
  const octavias = owners.find((port) => isOctaviaVipPort(port, rules));
  if (octavias !== undefined) return { port: octavias, origin: 'octavia' };
  const candidates = owners.filter((port) => !isAmphoraPort(port, rules));
  const recorded = candidates.find((port) => port.uuid === recordedVipPort);
  const free = candidates.filter((port) => !isInUse(port));
  const tenants = free.find((port) => port === recorded) ?? free[0];
  if (tenants !== undefined && amphorae.length > 0) return { port: tenants, origin: 'tenant' };
  return recorded === undefined ? undefined : { port: recorded, origin: 'recorded' };
}

type PortOfProject = ObservedPort & Required<Pick<ObservedPort, 'project' | 'projectUuid'>>;

// Without both there is no project to keep its virtual-ip in: a name that spells one may spell another tenant's.
function isOfProject(port: ObservedPort): port is PortOfProject {
  return port.projectUuid !== undefined && port.project !== undefined;
}

function projectOf({ projectUuid, project }: ObservedPort): PortProject | undefined {
  if (projectUuid === undefined) return undefined;
  return { uuid: projectUuid, ...(project === undefined ? {} : { name: `${project.domain}:${project.name}` }) };
}

// Of bound ports only: anybody can make a port that waits for Nova.
function unlistedProjects(members: readonly ObservedPort[], rules: Rules): readonly PortProject[] {
  const unlisted = new Map<string, PortProject>();
  for (const port of members) {
    const project = projectOf(port);
    if (project === undefined || portState(port, rules) !== 'bound') continue;
    if (!isTrustedProject(project, rules.amphoraProjects)) unlisted.set(project.uuid, project);
  }
  return [...unlisted.values()].sort((one, other) => compare(one.uuid, other.uuid));
}

function vipPortOf(port: PortOfProject, origin: VipPort['origin'], address: string): VipPort {
  const subnetUuid = port.addresses.find((own) => own.address === address)?.subnetUuid;
  return {
    uuid: port.uuid,
    projectUuid: port.projectUuid,
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

function sorted(ports: readonly ObservedPort[]): readonly ObservedPort[] {
  return ports.toSorted((one, other) => compare(one.uuid, other.uuid));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
