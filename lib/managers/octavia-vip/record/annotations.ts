import {
  annotationBound,
  annotationPrefix,
  ownAnnotations,
  uuidSchema,
  type KeyValuePairs,
  type OwnAnnotations,
} from '../../../model/index.js';
import type { VipKey } from '../vip-key.js';

const prefix = annotationPrefix;

/** The keys of the annotations by which a virtual-ip is known as ours (docs/design.md, "virtual-ip"). */
export const recordKeys = {
  managedBy: `${prefix}managed-by`,
  vip: `${prefix}vip`,
  loadBalancer: `${prefix}loadbalancer`,
  vipPort: `${prefix}vip-port`,
  floatingIpPrefix: `${prefix}floating-ip/`,
  memberPrefix: `${prefix}member/`,
  departingPrefix: `${prefix}departing/`,
} as const;

/** The value of `managed-by` on every virtual-ip that this project keeps. */
export const managedBy = 'opensdn-svc-monitor';

/**
 * How many floating ips and members one record may name. Neutron allows one floating ip for each port and address, and a VIP has two
 * amphorae: what names more was not written by us, and its tenant can make it as long as he likes.
 */
export const recordBounds = { floatingIps: 64, members: 64 } as const;

// A VIP has two amphorae, and its gateways ask for a port at a time. What is asked for beyond that waits.
const departingBound = 16;

/**
 * How a departure stands: somebody who is about to delete the port has asked for it, or whoever leads has seen to it that no floating ip of the VIP
 * references the port any more.
 */
export const departureStates = ['asked', 'let-go'] as const;

/** One of {@link departureStates}. */
export type DepartureState = (typeof departureStates)[number];

/** What a managed virtual-ip says in its annotations. */
export interface VirtualIpRecord {
  readonly vip: VipKey;
  /** The load balancer's id; for a tenant's own VIP port, where none is known, that port's uuid. */
  readonly loadBalancer: string;
  readonly vipPort: string;
  /** Uuids of the floating ips associated with the VIP, sorted. */
  readonly floatingIps: readonly string[];
  /**
   * Uuids of the amphora ports that carry the VIP, or did until a floating ip was seen without them, sorted. One that is gone is what
   * tells a stripped floating ip from one that its user freed, when nobody saw it happen.
   */
  readonly members: readonly string[];
  /** The ports that are about to be deleted, as a gateway says, and how that stands. Undefined: none. */
  readonly departing?: Readonly<Record<string, DepartureState>>;
  /**
   * It names more than {@link recordBounds} allow: of floating ips the first are believed, as they stand. Of members none is, for what is
   * gone of them is evidence of a strip.
   */
  readonly cut?: readonly (keyof typeof recordBounds)[];
}

const vipPattern = /^[0-9a-f-]{36}\/[0-9a-f.:]+$/;

/** The record in a virtual-ip's annotations; undefined if they are not ours, or not whole. Foreign annotations are ignored. */
export function readRecord(annotations: KeyValuePairs | undefined): VirtualIpRecord | undefined {
  return recordIn(ownAnnotations(annotations));
}

/** The record in annotations as the cache holds them. One of which the rest is left out says nothing for sure: see {@link recordBounds}. */
export function recordIn(annotations: OwnAnnotations): VirtualIpRecord | undefined {
  const vip = annotations[recordKeys.vip] ?? '';
  const loadBalancer = annotations[recordKeys.loadBalancer] ?? '';
  const vipPort = uuidSchema.safeParse(annotations[recordKeys.vipPort]);
  const isOurs = annotations[recordKeys.managedBy] === managedBy;
  if (!isOurs || !vipPattern.test(vip) || loadBalancer === '' || !vipPort.success) return undefined;
  const keys = Object.keys(annotations);
  const isTooLong = keys.length >= annotationBound;
  const floatingIps = uuidsUnder(recordKeys.floatingIpPrefix, keys, recordBounds.floatingIps);
  const members = uuidsUnder(recordKeys.memberPrefix, keys, recordBounds.members);
  const departing = departuresIn(annotations);
  const cut = [
    ...(floatingIps.isCut || isTooLong ? ['floatingIps' as const] : []),
    ...(members.isCut || isTooLong ? ['members' as const] : []),
  ];
  return {
    vip: vip as VipKey,
    loadBalancer,
    vipPort: vipPort.data,
    floatingIps: floatingIps.uuids,
    members: cut.includes('members') ? [] : members.uuids,
    ...(Object.keys(departing).length === 0 ? {} : { departing }),
    ...(cut.length === 0 ? {} : { cut }),
  };
}

// As we write them. A key in capitals would be read as one that is not there, and could not be removed by the name that it is known by.
const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function uuidsUnder(
  keyPrefix: string,
  keys: Iterable<string>,
  bound: number,
): { readonly uuids: readonly string[]; readonly isCut: boolean } {
  const uuids: string[] = [];
  for (const key of keys) {
    const uuid = key.startsWith(keyPrefix) ? key.slice(keyPrefix.length) : '';
    if (!uuidPattern.test(uuid)) continue;
    if (uuids.length === bound) return { uuids: uuids.sort(), isCut: true };
    uuids.push(uuid);
  }
  return { uuids: uuids.sort(), isCut: false };
}

function departuresIn(annotations: OwnAnnotations): Readonly<Record<string, DepartureState>> {
  const { uuids } = uuidsUnder(recordKeys.departingPrefix, Object.keys(annotations), departingBound);
  return Object.fromEntries(
    uuids.flatMap((uuid) => {
      const state = departureStates.find((known) => known === annotations[departureKey(uuid)]);
      return state === undefined ? [] : [[uuid, state] as const];
    }),
  );
}

/** The annotation key that says that a port is departing: one entry each, as all of them. Its value is a {@link DepartureState}. */
export function departureKey(portUuid: string): string {
  return `${recordKeys.departingPrefix}${portUuid}`;
}

/** The port of which such a key says that it is departing; undefined: it is none. */
export function departingPortOf(key: string): string | undefined {
  return key.startsWith(recordKeys.departingPrefix) ? key.slice(recordKeys.departingPrefix.length) : undefined;
}

/** The annotation key that records a floating ip: one entry each, so that two writers never undo each other. */
export function floatingIpRecordKey(floatingIpUuid: string): string {
  return `${recordKeys.floatingIpPrefix}${floatingIpUuid}`;
}

/** The annotation key that records a member: one entry each, too. */
export function memberRecordKey(portUuid: string): string {
  return `${recordKeys.memberPrefix}${portUuid}`;
}

/** A record as annotations. The value of a floating ip's and of a member's entry is the VIP address. */
export function writeRecord(record: VirtualIpRecord, address: string): readonly { key: string; value: string }[] {
  return [
    { key: recordKeys.managedBy, value: managedBy },
    { key: recordKeys.vip, value: record.vip },
    { key: recordKeys.loadBalancer, value: record.loadBalancer },
    { key: recordKeys.vipPort, value: record.vipPort },
    ...record.floatingIps.map((uuid) => ({ key: floatingIpRecordKey(uuid), value: address })),
    ...record.members.map((uuid) => ({ key: memberRecordKey(uuid), value: address })),
    ...Object.entries(record.departing ?? {}).map(([uuid, state]) => ({ key: departureKey(uuid), value: state })),
  ];
}
