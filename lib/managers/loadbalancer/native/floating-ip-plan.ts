import type { PortMapping } from '../../../model/index.js';
import { decide, verdictOf, type SetWrite, type Verdict, type Write } from '../../../planning/index.js';
import type { Endpoints } from './endpoints.js';
import type { Pieces, StageName } from './pieces.js';
import { floatingIpRules, type FloatingIpFacts, type FloatingIpStanding } from './rules.js';
import type { FloatingIpSeen, NativeSeen } from './seen.js';
import {
  childOf,
  createChild,
  deleteFloatingIp,
  join,
  leading,
  markFloatingIp,
  part,
  setFloatingIp,
  unmarkFloatingIp,
} from './writes.js';

type Writes = Partial<Record<StageName, Write[]>>;

/** What becomes of each floating ip. */
export function decideFloatingIps(
  { floatingIps }: Pick<NativeSeen, 'floatingIps'>,
  service: FloatingIpFacts['service'],
): readonly { readonly one: FloatingIpSeen; readonly stands: FloatingIpStanding; readonly verdict: Verdict }[] {
  const used = new Set<string>();
  return floatingIps.map((one) => {
    const { sort, claim, isMarked, looksOurs, address } = one;
    const isCandidate = address !== undefined && claim === 'ours' && (isMarked || looksOurs);
    const isSurplus = address !== undefined && used.has(address);
    if (isCandidate) used.add(address);
    const rule = decide(floatingIpRules, { service, sort, claim, isMarked, looksOurs, isSurplus });
    return { one, stands: rule.stands, verdict: verdictOf({ kind: 'floating-ip', uuid: one.uuid }, rule) };
  });
}

/** Plans the floating ips of a load balancer that is served. */
export function planServed(seen: NativeSeen, endpoints: Endpoints): Pieces {
  const writes: Writes = {};
  const decided = decideFloatingIps(seen, 'served');
  const used = new Set<string>();
  for (const { one, stands } of decided) {
    if (stands === 'balance') {
      if (one.address !== undefined) used.add(one.address);
      balance(one, seen, endpoints, writes);
    } else {
      takeAway(one, stands, writes);
    }
  }
  const { project } = seen;
  for (const address of seen.addresses) {
    if (used.has(address.uuid) || address.address === undefined || project === undefined) continue;
    const wish = { project, mappings: endpoints.mappings };
    add(writes, 'create', createChild(seen.uuid, { ...address, address: address.address }, wish));
    for (const uuid of endpoints.interfaces) add(writes, 'join', join(childOf(address), uuid));
  }
  return { writes, verdicts: decided.map(({ verdict }) => verdict) };
}

/** Plans the floating ips of a load balancer that is not served, or not any more. */
export function planWithdrawn(seen: NativeSeen): Pieces {
  const writes: Writes = {};
  const decided = decideFloatingIps(seen, 'withdrawn');
  for (const { one, stands } of decided) takeAway(one, stands, writes);
  return { writes, verdicts: decided.map(({ verdict }) => verdict) };
}

function balance(one: FloatingIpSeen, seen: NativeSeen, endpoints: Endpoints, writes: Writes): void {
  const { interfaces, holds, mappings } = endpoints;
  const port = one.sort === 'external' ? seen.port : undefined;
  const wanted = new Set(interfaces);
  if (port !== undefined) wanted.add(port);
  const joins = [...wanted].filter((uuid) => !one.interfaces.includes(uuid));
  const parts = one.interfaces.filter((uuid) => !wanted.has(uuid) && !holds.has(uuid));
  const properties = differences(one, mappings);
  const hasDifferences = Object.keys(properties).length > 0;
  if (!one.isMarked || one.notedPort !== port) {
    // A child is found by its address while that is there.
    const waits = one.sort === 'internal' || (!hasDifferences && joins.length + parts.length === 0);
    add(writes, waits ? 'adopt' : 'mark', markFloatingIp(one.uuid, seen.uuid, port));
  }
  if (hasDifferences) add(writes, mappings.length > 0 ? 'open' : 'close', setFloatingIp(one.uuid, properties));
  const on = { kind: 'floating-ip', uuid: one.uuid } as const;
  for (const uuid of joins) add(writes, 'join', join(on, uuid));
  for (const uuid of parts) add(writes, seen.gone.has(uuid) ? 'gone' : 'leave', part(one.uuid, uuid));
}

// What is written is only what differs.
function differences(
  { direction, fixedIp, mapsPorts, mappings: held }: FloatingIpSeen,
  mappings: readonly PortMapping[],
): SetWrite['properties'] {
  const { floating_ip_port_mappings_enable: enable, floating_ip_port_mappings: list } = leading(mappings);
  return {
    ...(fixedIp === undefined ? {} : { floating_ip_fixed_ip_address: null }),
    ...(direction === 'ingress' ? {} : { floating_ip_traffic_direction: 'ingress' }),
    ...(mapsPorts === mappings.length > 0 ? {} : { floating_ip_port_mappings_enable: enable }),
    ...(isSame(held, mappings) ? {} : { floating_ip_port_mappings: list }),
  };
}

// In whatever order: a client, or the original, may have written them in another one.
function isSame(held: readonly PortMapping[], wanted: readonly PortMapping[]): boolean {
  const texts = (all: readonly PortMapping[]): readonly string[] =>
    all.map(({ protocol, src_port: from, dst_port: to }) => `${protocol ?? ''} ${from ?? ''} ${to ?? ''}`).sort();
  return texts(held).join() === texts(wanted).join();
}

function takeAway(one: FloatingIpSeen, stands: FloatingIpStanding, writes: Writes): void {
  if (stands === 'delete') add(writes, 'delete', deleteFloatingIp(one.uuid));
  if (stands === 'release') release(one, writes);
}

/**
 * An external floating ip becomes an ordinary one: it references the VIP's port alone, as its user had it. Where its user has taken it away from that,
 * what he has done since stays: Neutron says an address with each association, and one that the driver leads has none.
 */
function release(one: FloatingIpSeen, writes: Writes): void {
  const isAtPort = one.notedPort !== undefined && one.interfaces.includes(one.notedPort);
  const isAssociated = !isAtPort && one.fixedIp !== undefined;
  for (const uuid of isAssociated ? [] : one.interfaces) {
    if (uuid !== one.notedPort) add(writes, 'leave', part(one.uuid, uuid));
  }
  const properties = {
    ...(one.direction === 'ingress' ? { floating_ip_traffic_direction: 'both' } : {}),
    ...(one.mapsPorts || one.mappings.length > 0 ? leading([]) : {}),
  };
  if (Object.keys(properties).length > 0) add(writes, 'close', setFloatingIp(one.uuid, properties));
  add(writes, 'forget', unmarkFloatingIp(one.uuid));
}

function add(writes: Writes, stage: StageName, write: Write): void {
  (writes[stage] ??= []).push(write);
}
