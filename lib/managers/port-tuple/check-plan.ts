import { decide, verdictOf, type Verdict, type Write } from '../../planning/index.js';
import type { Complaint, Pieces } from './pieces.js';
import { checkAddressRules, type CheckAddressFacts } from './rules.js';
import type { AddressSeen, LinkSeen, PoolSeen } from './seen.js';
import type { ServiceType } from './standing.js';
import {
  addressTarget,
  attach,
  createCheckAddress,
  deleteAddress,
  detach,
  relaxNetwork,
  type NewAddress,
} from './writes.js';
import type { Family } from '../../model/index.js';

const families: readonly Family[] = ['v4', 'v6'];

/**
 * Plans the addresses from which the vRouter sends end-to-end health checks: an interface uses one, so one of several checks counts. That which has
 * an address does, else the first.
 */
export function planCheckAddresses(type: ServiceType, links: readonly LinkSeen[]): Pieces {
  if (type.service === 'without-template') return { writes: {}, verdicts: [], complaints: [] };
  const own = type.addresses.filter(({ check }) => check !== undefined);
  const checks = type.parts.length === 0 ? [] : links.filter((one) => one.isEndToEnd && one.type === type.type);
  const [chosen] = [...checks.filter(({ uuid }) => own.some((one) => one.check === uuid && one.isOurs)), ...checks];
  const networks = type.parts.flatMap(({ network }) => network ?? []);
  const made: Write[] = [];
  const detached: Write[] = [];
  const deleted: Write[] = [];
  const verdicts: Verdict[] = [];
  const complaints: Complaint[] = [];
  let goesOn = false;
  for (const address of own) {
    const isWanted = address.check === chosen?.uuid;
    const rule = decide(checkAddressRules, {
      isWanted,
      name: address.isOurs ? 'ours' : 'taken',
      network: networkFact(networks, address.family, address),
    });
    const about = { kind: 'instance-ip', uuid: address.uuid };
    verdicts.push(verdictOf(about, rule));
    if (rule.rule === 'name-taken' && isWanted) {
      const message = `has the name of the address of a health check of service instance ${type.serviceInstance}`;
      complaints.push({ type: 'service-address-taken', ...about, message });
    }
    if (rule.stands === 'delete') {
      deleted.push(deleteAddress(address.uuid));
      goesOn = true;
    }
    if (rule.stands !== 'keep') continue;
    const missing = type.parts.filter(({ uuid }) => !address.interfaces.includes(uuid));
    const surplus = address.interfaces.filter((uuid) => !type.parts.some((one) => one.uuid === uuid));
    // Interfaces follow when the network was let go of: an address without any may have been left by a crash before that.
    const isNew = address.interfaces.length === 0 && address.network !== undefined;
    if (isNew && missing.length > 0) made.push(relaxNetwork(addressTarget(address), address.network));
    for (const { uuid } of missing) made.push(attach(addressTarget(address), uuid, { relaxed: false }));
    for (const uuid of surplus) detached.push(detach(address.uuid, uuid));
  }
  for (const family of chosen === undefined ? [] : families) {
    if (own.some((one) => one.check === chosen?.uuid && one.family === family)) continue;
    const rule = decide(checkAddressRules, { isWanted: true, name: 'free', network: networkFact(networks, family) });
    verdicts.push(verdictOf({ kind: 'instance-ip', uuid: '' }, rule));
    const from = networks.find((network) => network.families.includes(family));
    if (rule.stands !== 'create' || from === undefined || chosen === undefined) continue;
    const name = { type: type.type, family, check: chosen.uuid };
    made.push(...writesOfNew({ serviceInstance: type.serviceInstance, name, from }, type));
  }
  return { writes: { 'check-addresses': made, detach: detached, delete: deleted }, verdicts, complaints, goesOn };
}

function writesOfNew(address: NewAddress, { parts }: ServiceType): readonly Write[] {
  const on = addressTarget(address);
  return [
    createCheckAddress(address),
    relaxNetwork(on, address.from.uuid),
    ...parts.map(({ uuid }) => attach(on, uuid, { relaxed: false })),
  ];
}

function networkFact(
  networks: readonly PoolSeen[],
  family: Family,
  address?: Pick<AddressSeen, 'network'>,
): CheckAddressFacts['network'] {
  const fitting = networks.filter((network) => network.families.includes(family));
  if (address?.network !== undefined && networks.some(({ uuid }) => uuid === address.network)) return 'right';
  if (address !== undefined && fitting.length > 0) return 'other';
  if (fitting.length > 0) return 'right';
  return networks.length === 0 ? 'none' : 'without-family';
}
