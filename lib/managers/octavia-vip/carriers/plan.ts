import { decide, sortedVerdicts, verdictOf, type Verdict } from '../../../planning/index.js';
import type { OctaviaVipSettings } from '../settings.js';
import { isInUse, loadBalancerId, portKind, portState, type PortMarks } from './detection.js';
import { carrierRules, ownerRules, type CarrierFacts, type Membership, type OwnerStanding } from './rules.js';
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
  /** Somebody has said that it is about to be deleted. Defaults to no. */
  readonly departing?: boolean;
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
   * Octavia's own, a tenant's that an amphora carries, one that other ports of its project carry, or one that only our record names: its
   * load balancer may be gone, or something else uses it.
   */
  readonly origin: 'octavia' | 'tenant' | 'virtual' | 'recorded';
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
  /** Ports that belong: fresh and bound ones. */
  readonly members: readonly string[];
  /** Ports that Nova has unbound, or that are about to be deleted: to be let go of before anything else. */
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
  /** One of each port that owns the address or carries it. */
  readonly verdicts: readonly Verdict[];
}

/** The settings that count here. @inline */
type Rules = Pick<OctaviaVipSettings, 'octaviaOwner' | 'amphoraNamePrefix' | 'amphoraProjects' | 'freshPortTimeoutMs'> &
  Partial<Pick<OctaviaVipSettings, 'virtualPorts'>>;

/** Tells the VIP port and the members (docs/rules.md, "Which port is the VIP port" and "What a carrier counts as"). */
export function planLoadBalancer(seen: LoadBalancerObservation, rules: Rules): LoadBalancerPlan {
  const carriers = sorted(seen.carriers).map((port) => ({ port, facts: carrierFacts(port, seen, rules) }));
  const amphorae = carriers.filter(({ facts }) => facts.kind === 'amphora' && (facts.trusted || !facts.shared));
  const pairing = rules.virtualPorts === 'all' ? carriers.filter(({ facts }) => facts.kind === 'neither') : [];
  const owners = decideOwners(
    seen,
    { carried: amphorae.length > 0, pairing: byProject(pairing.map(({ port }) => port)) },
    rules,
  );
  const vipPort = owners.vipPort === undefined ? undefined : vipPortOf(owners.vipPort, seen.address);
  const isVipLeft = vipPort !== undefined && vipPort.origin !== 'recorded';
  const taken = !isVipLeft && seen.owners.some(isInUse);
  const decided = carriers.map(({ port, facts }) => {
    const virtual = vipPort?.origin === 'virtual' && port.uuid !== vipPort.uuid;
    const known = { ...facts, taken, virtual, own: vipPort !== undefined && port.projectUuid === vipPort.projectUuid };
    return { port, facts: known, rule: decide(carrierRules, known) };
  });
  const counting = (membership: Membership): readonly ObservedPort[] =>
    decided.filter(({ rule }) => rule.stands === membership).map(({ port }) => port);
  const members = counting('member');
  const waits = decided
    .filter(({ facts, rule }) => rule.stands === 'member' && facts.state === 'fresh')
    .map(({ port }) => rules.freshPortTimeoutMs - port.ageMs);
  return {
    ...(vipPort === undefined ? {} : { vipPort }),
    members: uuidsOf(members),
    leaving: uuidsOf(counting('leaving')),
    orphans: uuidsOf(counting('orphan')),
    refused: counting('refused').map(refusedPort),
    ...(owners.refusedVipPort === undefined ? {} : { refusedVipPort: owners.refusedVipPort }),
    leftBehind: taken ? uuidsOf(amphorae.map(({ port }) => port)) : [],
    unlistedProjects: isVipLeft && vipPort.origin !== 'virtual' ? unlistedProjects(members, rules) : [],
    ...(waits.length === 0 ? {} : { recheckAfterMs: Math.min(...waits) }),
    verdicts: verdictsOf(owners.decided, decided),
  };
}

function carrierFacts(port: ObservedPort, seen: LoadBalancerObservation, rules: Rules): CarrierFacts {
  const kind = portKind(port, rules);
  const state = kind === 'amphora' ? portState(port, rules) : port.hasVirtualMachine ? 'bound' : 'fresh';
  return {
    kind,
    virtual: false,
    own: false,
    shared: seen.networkShared,
    trusted: isTrustedProject(projectOf(port), rules.amphoraProjects),
    state,
    address: port.addresses.length > 0,
    taken: false,
    overdue: port.ageMs >= rules.freshPortTimeoutMs,
    departing: port.departing === true,
    surplus: false,
  };
}

/** A port, and the rule that applied to it. */
interface DecidedPort {
  readonly port: ObservedPort;
  readonly rule: Pick<Verdict, 'rule' | 'says'> & { readonly stands: OwnerStanding | Membership };
}

type FoundVipPort = { readonly port: PortOfProject; readonly origin: VipPort['origin'] };

function decideOwners(
  seen: LoadBalancerObservation,
  { carried, pairing }: { readonly carried: boolean; readonly pairing: ReadonlyMap<string, readonly string[]> },
  rules: Rules,
): { readonly vipPort?: FoundVipPort; readonly refusedVipPort?: string; readonly decided: readonly DecidedPort[] } {
  const asked = sorted(seen.owners).map((port) => {
    const facts = {
      outranked: false,
      kind: portKind(port, rules),
      inUse: isInUse(port),
      recorded: port.uuid === seen.recordedVipPort,
      carried,
      paired: isOfProject(port) && (pairing.get(port.projectUuid) ?? []).some((uuid) => uuid !== port.uuid),
      ofProject: isOfProject(port),
    };
    return { port, facts, rule: decide(ownerRules, facts) };
  });
  const rank = ({ rule }: (typeof asked)[number]): number => ownerRules.rules.indexOf(rule);
  const [first] = asked.filter(({ rule }) => rule.stands !== 'none').sort((one, other) => rank(one) - rank(other));
  const decided = asked.map((one) =>
    one === first || one.rule.stands === 'none'
      ? one
      : { ...one, rule: decide(ownerRules, { ...one.facts, outranked: true }) },
  );
  if (first === undefined || first.rule.stands === 'none') return { decided };
  const { port } = first;
  if (first.rule.stands === 'refused' || !isOfProject(port)) return { decided, refusedVipPort: port.uuid };
  return { decided, vipPort: { port, origin: first.rule.stands } };
}

// Of a port that owns the address and carries it, too, one counts: that it carries it, if that makes it anything.
function verdictsOf(owners: readonly DecidedPort[], carriers: readonly DecidedPort[]): readonly Verdict[] {
  const byUuid = new Map(carriers.map((one) => [one.port.uuid, one]));
  for (const one of owners) {
    if ((byUuid.get(one.port.uuid)?.rule.stands ?? 'none') === 'none') byUuid.set(one.port.uuid, one);
  }
  return sortedVerdicts(
    [...byUuid.values()].map(({ port, rule }) =>
      verdictOf({ kind: 'virtual-machine-interface', uuid: port.uuid }, rule),
    ),
  );
}

type PortOfProject = ObservedPort & Required<Pick<ObservedPort, 'project' | 'projectUuid'>>;

// Without both there is no project to keep its virtual-ip in: a name that spells one may spell another tenant's.
function isOfProject(port: ObservedPort): port is PortOfProject {
  return port.projectUuid !== undefined && port.project !== undefined;
}

function refusedPort(port: ObservedPort): RefusedPort {
  const project = projectOf(port);
  return { uuid: port.uuid, reason: 'untrusted-project', ...(project === undefined ? {} : { project }) };
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

function vipPortOf({ port, origin }: FoundVipPort, address: string): VipPort {
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

function byProject(ports: readonly ObservedPort[]): ReadonlyMap<string, readonly string[]> {
  const uuids = new Map<string, string[]>();
  for (const { uuid, projectUuid } of ports) {
    if (projectUuid === undefined) continue;
    const ofProject = uuids.get(projectUuid) ?? [];
    ofProject.push(uuid);
    uuids.set(projectUuid, ofProject);
  }
  return uuids;
}

function uuidsOf(ports: readonly ObservedPort[]): readonly string[] {
  return ports.map(({ uuid }) => uuid);
}

function sorted(ports: readonly ObservedPort[]): readonly ObservedPort[] {
  return ports.toSorted((one, other) => compare(one.uuid, other.uuid));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
