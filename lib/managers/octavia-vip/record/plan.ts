import {
  floatingIpRecordKey,
  memberRecordKey,
  recordKeys,
    type VirtualIpRecord,
} from './annotations.js';
import type { VipPort } from '../carriers/plan.js';
import type { Write } from '../../../planning/index.js';
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
  /** Ours for this VIP: none, one, or for a moment several if two instances made one each. Any order. */
  readonly existing: readonly ObservedVirtualIp[];
  /** Those of a VIP port that had the address before, and has it no more: uuids. */
  readonly former?: readonly string[];
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
  /** Before a floating ip gets references to amphorae: what can be lost has to be recorded first, and by which ports it can. */
  readonly record: readonly Write[];
  /** References to VIP port and members. */
  readonly attach: readonly Write[];
  /** References to ports that are no members any more, and the record of those. */
  readonly detach: readonly Write[];
  /** Associations that are over, and last of all the virtual-ip itself. */
  readonly forget: readonly Write[];
  /** All names that could be ours belong to others: floating ips are served, but nothing records them. */
  readonly nameTaken?: string;
}

/**
 * Plans the virtual-ip of a VIP (docs/design.md, "virtual-ip").
 *
 * | VIP port | members | virtual-ip | plan |
 * |---|---|---|---|
 * | there | some | none | create, reference VIP port and members |
 * | there | any | one | set what differs; no members keep it: a failover may be under way |
 * | there | none | none | nothing |
 * | only our record names it (a tenant's, and no amphora carries it) | none | one | delete, once every floating ip is decided |
 * | gone | any | one | delete, once every floating ip is decided |
 * | another has the address | any | one | delete, before one of the other's is made |
 * | any | any | several | keep the first by name, take over what the others record, delete them |
 *
 * Associations are recorded as {@link planAssociations} says.
 */
export function planVirtualIp(seen: VirtualIpObservation): VirtualIpPlan {
  const existing = seen.existing.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  const [kept, ...surplus] = existing;
  const { vipPort } = seen;
  const bury = (seen.former ?? []).toSorted().map(deleteVirtualIp);
  if (vipPort === undefined || vipPort.origin === 'recorded') {
    const isDecided = seen.undecided.length === 0;
    return {
      bury,
      record: [],
      attach: [],
      detach: [],
      forget: isDecided ? existing.map(({ uuid }) => deleteVirtualIp(uuid)) : [],
    };
  }
  if (kept === undefined) return { ...(seen.members.length === 0 ? nothing : planCreate(seen, vipPort)), bury };
  const deletes = surplus.map(({ uuid }) => deleteVirtualIp(uuid));
  const update = planUpdate(kept, seen, vipPort);
  return { ...update, bury, forget: [...update.forget, ...deletes] };
}

const nothing: VirtualIpPlan = { bury: [], record: [], attach: [], detach: [], forget: [] };

/** The names that the virtual-ip of a VIP may have, the one to prefer first. */
export function candidateNames(vipPort: VipPort, address: string): readonly string[] {
  const base = `octavia-lb-${vipPort.loadBalancerId}`;
  // A colon would end a part of a fully qualified name: the API server refuses it (docs/opensdn.md, 9.1).
  const additional = `${base}-${address.replaceAll(':', '-')}`;
  const last = `${additional}-${vipPort.uuid}`;
  return vipPort.addresses[0] === address ? [base, additional, last] : [additional, last];
}

function planCreate(seen: VirtualIpObservation, vipPort: VipPort): VirtualIpPlan {
  const project = [vipPort.project.domain, vipPort.project.name];
  const names = candidateNames(vipPort, seen.address).map((name) => [...project, name]);
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
    record: [
      createVirtualIp({ fqName, projectUuid: vipPort.projectUuid, properties, record }),
      ...associations.reference.map((uuid) => associationReference('add-reference', createdVirtualIp, uuid)),
    ],
    attach: [vipPort.uuid, ...seen.members.toSorted()].map((uuid) =>
      portReference('add-reference', createdVirtualIp, uuid),
    ),
    detach: [],
    forget: [],
  };
}

function planUpdate(kept: ObservedVirtualIp, seen: VirtualIpObservation, vipPort: VipPort): VirtualIpPlan {
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
  const formerMembers = over(kept.record.members);
  return {
    bury: [],
    record: [
      ...(Object.keys(entries).length === 0 ? [] : [setRecord(target, { set: entries })]),
      ...associations.reference.map((uuid) => associationReference('add-reference', target, uuid)),
    ],
    attach: ports
      .filter((uuid) => !kept.portUuids.includes(uuid))
      .map((uuid) => portReference('add-reference', target, uuid)),
    detach: [
      ...drops.map((uuid) => portReference('delete-reference', target, uuid)),
      ...(formerMembers.length === 0 ? [] : [setRecord(target, { remove: formerMembers.map(memberRecordKey) })]),
      ...(isSame ? [] : [setVipProperties(target, properties)]),
    ],
    forget: forgetAssociations(associations, target),
  };
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
 * Plans where associations are recorded.
 *
 * | schema | one that is not recorded | recorded in annotations | by reference |
 * |---|---|---|---|
 * | stock | annotate | stays | annotate, remove the reference then |
 * | native | reference | reference, remove the annotation then | stays |
 * | unknown | reference: the read that follows tells the schema | stays | stays |
 *
 * What is recorded and not wanted is removed, from wherever it stands. At each moment a wanted one is recorded somewhere.
 */
export function planAssociations(records: AssociationRecords, schema: KnownSchema): AssociationRecordPlan {
  const annotated = new Set(records.annotated);
  const referenced = new Set(records.referenced);
  const wanted = new Set(records.wanted);
  const lacking = (...places: readonly ReadonlySet<string>[]): readonly string[] =>
    [...wanted].filter((uuid) => places.every((place) => !place.has(uuid))).sort();
  const over = (place: ReadonlySet<string>, moved: boolean): readonly string[] =>
    [...place].filter((uuid) => moved || !wanted.has(uuid)).sort();
  return {
    annotate: schema === 'stock' ? lacking(annotated) : [],
    reference: schema === 'stock' ? [] : schema === 'native' ? lacking(referenced) : lacking(annotated, referenced),
    unannotate: over(annotated, schema === 'native'),
    unreference: over(referenced, schema === 'stock'),
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
