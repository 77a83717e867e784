import type { Family } from '../../model/index.js';
import { decide, verdictOf, type Verdict, type Write } from '../../planning/index.js';
import { followingOf } from './pair-plan.js';
import type { Complaint, Pieces } from './pieces.js';
import { addressRules } from './rules.js';
import type { AddressSeen, LinkSeen, PoolSeen } from './seen.js';
import { isSharedOfOurs, type ServiceType } from './standing.js';
import { addressTarget, attach, createSharedAddress, deleteAddress, detach, linkAddress } from './writes.js';
import { notesOf } from './link-plan.js';

const families: readonly Family[] = ['v4', 'v6'];

/** Plans the shared addresses of an interface type: one of each family, for all its interfaces. */
export function planAddresses(type: ServiceType, pool: PoolSeen | undefined, links: readonly LinkSeen[]): Pieces {
  const addresses: Write[] = [];
  const service: Write[] = [];
  const detached: Write[] = [];
  const deleted: Write[] = [];
  const verdicts: Verdict[] = [];
  const complaints: Complaint[] = [];
  let goesOn = false;
  for (const family of families) {
    const name = { type: type.type, family };
    const there = type.addresses.find((one) => one.family === family && one.check === undefined);
    const rule = decide(addressRules, {
      service: type.service,
      isWanted: type.parts.length > 0,
      name: there === undefined ? 'free' : there.isOurs ? 'ours' : 'taken',
      hasPool: pool?.families.includes(family) === true,
    });
    const about = { kind: 'instance-ip', uuid: there?.uuid ?? '' };
    verdicts.push(verdictOf(about, rule));
    if (rule.rule === 'name-taken' && type.parts.length > 0) {
      const message = `has the name of a shared address of service instance ${type.serviceInstance}`;
      complaints.push({ type: 'service-address-taken', ...about, message });
    }
    if (rule.rule === 'no-pool' && family === 'v4') {
      const message = 'there is no service-chain-flat-ipam with IPv4 subnets';
      complaints.push({ type: 'service-incomplete', kind: 'service-instance', uuid: type.serviceInstance, message });
    }
    if (rule.stands === 'create' && pool !== undefined) {
      const address = { serviceInstance: type.serviceInstance, name, from: pool };
      // What is noted is noted at once. An address that comes later than the other one follows what is to be followed.
      const notes = family === 'v4' ? notesOf(links) : {};
      addresses.push(createSharedAddress(address, followingOf(type), notes));
      for (const { uuid } of type.parts) addresses.push(attach(addressTarget(address), uuid, { relaxed: true }));
      goesOn = true;
    }
    if (rule.stands === 'keep' && there !== undefined) {
      for (const { uuid } of type.parts) {
        if (!there.interfaces.includes(uuid)) addresses.push(attach(addressTarget(there), uuid, { relaxed: true }));
      }
      if (!there.isLinked && type.service !== 'gone') {
        service.push(linkAddress(type.serviceInstance, there.uuid, type.type));
      }
      for (const { uuid } of type.former) if (there.interfaces.includes(uuid)) detached.push(detach(there.uuid, uuid));
    }
    if (rule.stands === 'delete' && there !== undefined) deleted.push(deleteAddress(there.uuid));
  }
  return { writes: { addresses, service, detach: detached, delete: deleted }, verdicts, complaints, goesOn };
}

/** The shared address of ours that an interface type has, of a family. */
export function sharedAddress({ addresses }: ServiceType, family: Family): AddressSeen | undefined {
  return addresses.find((one) => one.family === family && isSharedOfOurs(one));
}
