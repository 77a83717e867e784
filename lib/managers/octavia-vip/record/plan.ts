import {
  departureKey,
  floatingIpRecordKey,
  memberRecordKey,
  recordKeys,
  type DepartureState,
  type VirtualIpRecord,
} from './annotations.js';
import type { VipPort } from '../carriers/plan.js';
import { decide, sortedVerdicts, verdictOf, type Rule, type Verdict, type Write } from '../../../planning/index.js';
import type { KnownSchema } from '../schema/schema-knowledge.js';
import type { VipKey } from '../vip-key.js';
import {
  associationReference,
  createdVirtualIp,
  createVirtualIp,
  deleteVirtualIp,
  portReference,
  setRecord,
  setVipProperties,
  virtualIp,
  type VipProperties,
  type VirtualIpTarget,
} from '../writes.js';
import {
  associationRules,
  virtualIpRules,
  type RecordSteps,
  type VirtualIpFacts,
  type VirtualIpStanding,
} from './rules.js';

/** A virtual-ip that our annotations mark as kept for this VIP. */
export interface ObservedVirtualIp {
  readonly uuid: string;
  readonly fqName: readonly string[];
  readonly address?: string;
  readonly subnetUuid?: string;
  /** The ports that it references; some may be gone, and still be shown. */
  readonly portUuids: readonly string[];
  /** The floating ips that it references, on an extended schema; some may be gone, and still be shown. */
  readonly floatingIpUuids: readonly string[];
  readonly record: VirtualIpRecord;
}

/** What is known when the virtual-ip of a VIP is planned. */
export interface VirtualIpObservation {
  readonly vip: VipKey;
  /** Canonical. */
  readonly address: string;
  /** Undefined: the load balancer is gone. */
  readonly vipPort?: VipPort;
  readonly members: readonly string[];
  /** Members until a moment ago, whose delete is to come or has begun. */
  readonly leaving: readonly string[];
  /** Ours for this VIP: none, one, or for a moment several if two instances made one each. Any order. */
  readonly existing: readonly ObservedVirtualIp[];
  /** Those of a VIP port that had the address before, and has it no more: uuids. */
  readonly former?: readonly string[];
  /** The ports that a gateway has said are about to be deleted, by uuid, and how long that counts yet. Milliseconds; not positive: it is over. */
  readonly departing?: Readonly<Record<string, { readonly restMs: number }>>;
  /** Ports that its floating ips reference, once they are let go of. */
  readonly referenced: readonly string[];
  /** Ports that they reference and of which nothing is known, not even that they are gone: those references are left as they are. */
  readonly unclearPorts: readonly string[];
  /** Names, joined by colons, that virtual-ips of others have. */
  readonly takenNames: readonly string[];
  /** Uuids of the floating ips that are associated, and of those of which it is not known yet. */
  readonly associations: readonly string[];
  readonly undecided: readonly string[];
  /** Recorded ones that are not believed: nothing is written on them, and the record stays as it is. */
  readonly untrusted: readonly string[];
  /** What the API server keeps. */
  readonly schema: KnownSchema;
}

/** What is to be written on the virtual-ip, in stages: the record before the floating ips change, the rest after. */
export interface VirtualIpPlan {
  /** First: virtual-ips of a VIP port that had the address before. */
  readonly bury: readonly Write[];
  /** Departures that were asked for, and of which nothing is left to be let go of. */
  readonly answer: readonly Write[];
  /** Before a floating ip gets references to amphorae: what can be lost has to be recorded first, and by which ports it can. */
  readonly record: readonly Write[];
  /** References to VIP port and members. */
  readonly attach: readonly Write[];
  /** References to members that are leaving: the record keeps them until they are gone. */
  readonly leave: readonly Write[];
  /** References to ports that are no members any more, and the record of those that are not leaving, but gone. */
  readonly detach: readonly Write[];
  /** Associations that are over, and last of all the virtual-ip itself. */
  readonly forget: readonly Write[];
  /** All names that could be ours belong to others: floating ips are served, but nothing records them. */
  readonly nameTaken?: string;
  /** When to look again although nothing may change: a departure is over then. Milliseconds. */
  readonly recheckAfterMs?: number;
  /** One of each virtual-ip of the VIP; where there is none, one without a uuid that says why. */
  readonly verdicts: readonly Verdict[];
}

/** Plans the virtual-ip of a VIP (docs/rules.md, "What becomes of the virtual-ip"). */
export function planVirtualIp(seen: VirtualIpObservation): VirtualIpPlan {
  const decided = decideVirtualIps(seen);
  const deletesOf = (standing: VirtualIpStanding): readonly Write[] =>
    decided.filter(({ rule }) => rule.stands === standing).map(({ uuid }) => deleteVirtualIp(uuid));
  const kept = planOfOne(seen, decided);
  return {
    ...kept,
    bury: deletesOf('bury'),
    forget: [...kept.forget, ...deletesOf('delete')],
    verdicts: sortedVerdicts(decided.map(({ uuid, rule }) => verdictOf({ kind: 'virtual-ip', uuid }, rule))),
  };
}

interface DecidedVirtualIp {
  /** Empty: there is none. */
  readonly uuid: string;
  readonly virtualIp?: ObservedVirtualIp;
  readonly rule: Rule<VirtualIpFacts, VirtualIpStanding>;
}

function decideVirtualIps(seen: VirtualIpObservation): readonly DecidedVirtualIp[] {
  const { vipPort } = seen;
  const namesOf = (port: VipPort): readonly string[] => fullNames(port, seen.address).map((name) => name.join(':'));
  const ruleOf = (virtualIp: VirtualIpFacts['virtualIp']): DecidedVirtualIp['rule'] =>
    decide(virtualIpRules, {
      virtualIp,
      vipPort: vipPort === undefined ? 'gone' : vipPort.origin === 'recorded' ? 'recorded' : 'there',
      undecided: seen.undecided.length > 0,
      members: seen.members.length > 0,
      nameFree: vipPort === undefined || namesOf(vipPort).some((name) => !seen.takenNames.includes(name)),
    });
  const existing = seen.existing
    .toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
    .map((virtualIp, index) => ({
      uuid: virtualIp.uuid,
      virtualIp,
      rule: ruleOf(index === 0 ? 'first' : 'further'),
    }));
  const former = (seen.former ?? []).toSorted().map((uuid) => ({ uuid, rule: ruleOf('former') }));
  return [...(existing.length === 0 ? [{ uuid: '', rule: ruleOf('none') }] : existing), ...former];
}

/** The plan of a virtual-ip, without why. */
type VirtualIpWrites = Omit<VirtualIpPlan, 'verdicts'>;

const nothing: VirtualIpWrites = { bury: [], answer: [], record: [], attach: [], leave: [], detach: [], forget: [] };

function planOfOne(seen: VirtualIpObservation, decided: readonly DecidedVirtualIp[]): VirtualIpWrites {
  const { vipPort } = seen;
  if (vipPort === undefined) return nothing;
  // Without a name it says which are taken.
  if (decided.some(({ rule }) => rule.stands === 'create' || rule.stands === 'unnamed')) {
    return planCreate(seen, vipPort);
  }
  const kept = decided.find(({ rule }) => rule.stands === 'update')?.virtualIp;
  return kept === undefined ? nothing : planUpdate(kept, seen, vipPort);
}

/** The names that the virtual-ip of a VIP may have, the one to prefer first. */
export function candidateNames(vipPort: VipPort, address: string): readonly string[] {
  const base = `octavia-lb-${vipPort.loadBalancerId}`;
  // A colon would end a part of a fully qualified name: the API server refuses it (docs/opensdn.md, 9.1).
  const additional = `${base}-${address.replaceAll(':', '-')}`;
  const last = `${additional}-${vipPort.uuid}`;
  return vipPort.addresses[0] === address ? [base, additional, last] : [additional, last];
}

function fullNames(vipPort: VipPort, address: string): readonly (readonly string[])[] {
  const { domain, name: project } = vipPort.project;
  return candidateNames(vipPort, address).map((name) => [domain, project, name]);
}

function planCreate(seen: VirtualIpObservation, vipPort: VipPort): VirtualIpWrites {
  const names = fullNames(vipPort, seen.address);
  const fqName = names.find((name) => !seen.takenNames.includes(name.join(':')));
  if (fqName === undefined) return { ...nothing, nameTaken: names.map((name) => name.join(':')).join(', ') };
  const associations = planAssociations(
    { annotated: [], referenced: [], wanted: wantedAssociations(seen) },
    seen.schema,
  );
  const record = {
    ...identityOf(seen, vipPort),
    floatingIps: associations.annotate,
    members: seen.members.toSorted(),
  };
  const properties = propertiesOf(seen, vipPort);
  return {
    bury: [],
    answer: [],
    record: [
      createVirtualIp({ fqName, projectUuid: vipPort.projectUuid, properties, record }),
      ...associations.reference.map((uuid) => associationReference('add-reference', createdVirtualIp, uuid)),
    ],
    attach: [vipPort.uuid, ...seen.members.toSorted()].map((uuid) =>
      portReference('add-reference', createdVirtualIp, uuid),
    ),
    leave: [],
    detach: [],
    forget: [],
  };
}

function planUpdate(kept: ObservedVirtualIp, seen: VirtualIpObservation, vipPort: VipPort): VirtualIpWrites {
  const target = virtualIp(kept.uuid);
  const wantedRecord = identityOf(seen, vipPort);
  const associations = planAssociations(
    { annotated: kept.record.floatingIps, referenced: kept.floatingIpUuids, wanted: wantedAssociations(seen) },
    seen.schema,
  );
  const newMembers = seen.members.filter((uuid) => !kept.record.members.includes(uuid)).toSorted();
  const entries: Readonly<Record<string, string>> = {
    ...(kept.record.loadBalancer === wantedRecord.loadBalancer
      ? {}
      : { [recordKeys.loadBalancer]: wantedRecord.loadBalancer }),
    ...(kept.record.vipPort === wantedRecord.vipPort ? {} : { [recordKeys.vipPort]: wantedRecord.vipPort }),
    ...Object.fromEntries(associations.annotate.map((uuid) => [floatingIpRecordKey(uuid), seen.address])),
    ...Object.fromEntries(newMembers.map((uuid) => [memberRecordKey(uuid), seen.address])),
  };
  const ports = [vipPort.uuid, ...seen.members.toSorted()];
  const properties = propertiesOf(seen, vipPort);
  const isSame = kept.address === properties.address && kept.subnetUuid === properties.subnetUuid;
  // While a floating ip is undecided, the ports that are gone are evidence.
  const left = [...ports, ...seen.unclearPorts];
  const over = (uuids: readonly string[]): readonly string[] =>
    seen.undecided.length > 0 ? [] : uuids.filter((uuid) => !left.includes(uuid));
  const drops = over(kept.portUuids);
  // Its delete may be under way and strip a floating ip yet: a process that starts after that has no other evidence.
  const formerMembers = over(kept.record.members.filter((uuid) => !seen.leaving.includes(uuid)));
  const isLeaving = (uuid: string): boolean => seen.leaving.includes(uuid) && kept.record.members.includes(uuid);
  const departures = planDepartures(kept, seen);
  const forgottenEntries = [...formerMembers.map(memberRecordKey), ...departures.over.map(departureKey)];
  const dropOf = (uuid: string): Write => portReference('delete-reference', target, uuid);
  return {
    bury: [],
    answer: departures.answered.length === 0 ? [] : [setRecord(target, { set: letGoEntries(departures.answered) })],
    ...(departures.recheckAfterMs === undefined ? {} : { recheckAfterMs: departures.recheckAfterMs }),
    record: [
      ...(Object.keys(entries).length === 0 ? [] : [setRecord(target, { set: entries })]),
      ...associations.reference.map((uuid) => associationReference('add-reference', target, uuid)),
    ],
    attach: ports
      .filter((uuid) => !kept.portUuids.includes(uuid))
      .map((uuid) => portReference('add-reference', target, uuid)),
    leave: drops.filter(isLeaving).map(dropOf),
    detach: [
      ...drops.filter((uuid) => !isLeaving(uuid)).map(dropOf),
      ...(forgottenEntries.length === 0 ? [] : [setRecord(target, { remove: forgottenEntries })]),
      ...(isSame ? [] : [setVipProperties(target, properties)]),
    ],
    forget: forgetAssociations(associations, target),
  };
}

/** What becomes of the departures in a record. Uuids of ports. */
interface DepartureSteps {
  readonly answered: readonly string[];
  readonly over: readonly string[];
  readonly recheckAfterMs?: number;
}

// Who has asked waits for the answer with the delete. One who died in between would keep the port from being wired: it is over after a while.
function planDepartures({ record }: ObservedVirtualIp, seen: VirtualIpObservation): DepartureSteps {
  const departing = Object.entries(record.departing ?? {}).map(([port, state]) => {
    const restMs = seen.departing?.[port]?.restMs ?? 0;
    return { port, state, restMs };
  });
  const going = departing.filter(({ restMs }) => restMs > 0);
  const over = departing.filter(({ restMs }) => restMs <= 0).map(({ port }) => port);
  const waits = [...going.map(({ restMs }) => restMs), ...(over.length === 0 ? [] : [0])];
  return {
    answered: going
      .filter(({ port, state }) => state === 'asked' && !seen.referenced.includes(port))
      .map(({ port }) => port),
    over,
    ...(waits.length === 0 ? {} : { recheckAfterMs: Math.min(...waits) }),
  };
}

function letGoEntries(ports: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(ports.map((port) => [departureKey(port), 'let-go' satisfies DepartureState]));
}

/** Where associations stand, and which there are to be. Uuids of floating ips. */
export interface AssociationRecords {
  readonly annotated: readonly string[];
  readonly referenced: readonly string[];
  readonly wanted: readonly string[];
}

/** What is to be written, and removed later, so that the wanted associations are recorded. Sorted. */
export interface AssociationRecordPlan {
  readonly annotate: readonly string[];
  readonly reference: readonly string[];
  readonly unannotate: readonly string[];
  readonly unreference: readonly string[];
}

/**
 * Plans where associations are recorded (docs/rules.md, "Where an association is recorded"). What is recorded and not wanted is removed,
 * from wherever it stands. At each moment a wanted one is recorded somewhere.
 */
export function planAssociations(records: AssociationRecords, schema: KnownSchema): AssociationRecordPlan {
  const annotated = new Set(records.annotated);
  const referenced = new Set(records.referenced);
  const wanted = new Set(records.wanted);
  const decided = [...new Set([...annotated, ...referenced, ...wanted])].sort().map((uuid) => ({
    uuid,
    steps: decide(associationRules, {
      wanted: wanted.has(uuid),
      schema,
      annotated: annotated.has(uuid),
      referenced: referenced.has(uuid),
    }).stands,
  }));
  const toDo = (step: RecordSteps[number]): readonly string[] =>
    decided.filter(({ steps }) => steps.includes(step)).map(({ uuid }) => uuid);
  return {
    annotate: toDo('annotate'),
    reference: toDo('reference'),
    unannotate: toDo('unannotate'),
    unreference: toDo('unreference'),
  };
}

function forgetAssociations(plan: AssociationRecordPlan, target: VirtualIpTarget): readonly Write[] {
  const remove = plan.unannotate.map(floatingIpRecordKey);
  return [
    ...plan.unreference.map((uuid) => associationReference('delete-reference', target, uuid)),
    ...(remove.length === 0 ? [] : [setRecord(target, { remove })]),
  ];
}

function wantedAssociations(seen: VirtualIpObservation): readonly string[] {
  return [...new Set([...seen.associations, ...seen.undecided, ...seen.untrusted])].sort();
}

function identityOf(seen: VirtualIpObservation, vipPort: VipPort): Omit<VirtualIpRecord, 'floatingIps' | 'members'> {
  return { vip: seen.vip, loadBalancer: vipPort.loadBalancerId, vipPort: vipPort.uuid };
}

function propertiesOf(seen: VirtualIpObservation, vipPort: VipPort): VipProperties {
  return { address: seen.address, ...(vipPort.subnetUuid === undefined ? {} : { subnetUuid: vipPort.subnetUuid }) };
}

function nameOf(virtualIp: ObservedVirtualIp): string {
  return virtualIp.fqName.join(':');
}
