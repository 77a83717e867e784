import { expect } from 'chai';
import fc from 'fast-check';
import type { ManagerSettings } from '../../../../lib/managers/index.js';
import {
  type AssociationEvent,
  composeVipPlan,
  type FloatingIpObservation,
  type LoadBalancerObservation,
  type LoadBalancerPlan,
  type ObservedFloatingIp,
  type ObservedPort,
  type ObservedVirtualIp,
  planAssociations,
  planFloatingIps,
  planLoadBalancer,
  planVirtualIp,
  recordOf,
  writeRecord,
  vipKey,
  type VirtualIpObservation,
  type VirtualIpPlan,
} from '../../../../lib/managers/octavia-vip/index.js';
import type { EntityOf } from '../../../../lib/model/index.js';
import { after as effectOf, created as createdEntity } from '../../../../lib/planning/effects.js';
import { floatingIpPropertiesOf } from '../../../../lib/managers/octavia-vip/writes.js';
import { subjectOf, type ReferenceWrite, type Target, type Write } from '../../../../lib/planning/index.js';
import { uuidOf } from '../../../support/change-messages.js';
import {
  additionalVip,
  after,
  amphora1,
  amphora2,
  amphoraAddress,
  newAmphora,
  settings,
  vipPort,
  web,
  webAddress,
  writesOf,
} from './support/floating-ips.js';
import { anyPort, octaviaVipPort, service, tenant, vip } from './support/ports.js';
import { without } from '../../../support/without.js';

// The same cases in every run, so that a failure is never a surprise of the day. FC_SEED tries others.
const seed = Number(process.env['FC_SEED'] ?? 20261123);
const parameters = { seed, numRuns: 300 };

const key = vipKey(uuidOf(0xb0), vip);
const ports = [vipPort, amphora1, amphora2, newAmphora, web];
const amphorae = [amphora1, amphora2, newAmphora];
const window = settings.stripWindowMs;

/** A value, or its absence: a field that may be missing. */
function maybe<N extends string, T>(name: N, value: fc.Arbitrary<T>): fc.Arbitrary<Partial<Record<N, T>>> {
  return fc
    .option(value, { nil: undefined })
    .map((given) => Object.fromEntries(given === undefined ? [] : [[name, given]]) as Partial<Record<N, T>>);
}

function merged(...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<unknown> {
  return fc.tuple(...parts).map((values) => Object.assign({}, ...values) as unknown);
}

const references = fc.subarray(ports).chain((chosen) =>
  fc.tuple(
    ...chosen.map((portUuid) =>
      fc.record({
        portUuid: fc.constant(portUuid),
        live: fc.boolean(),
        unclear: fc.constant(false),
        addresses: fc.constantFrom<readonly string[]>([], [vip], ['10.107.0.9'], [vip, '10.107.0.9']),
      }),
    ),
  ),
);

const detached = fc.record({
  sinceMs: fc.nat(2 * window),
  wasSeenAttached: fc.boolean(),
  portUuids: fc.subarray(ports),
  addedPorts: fc.subarray([vipPort, ...amphorae]),
  requests: fc.array(fc.record({ ageMs: fc.nat(2 * window), deletedPorts: fc.subarray(ports) }), { maxLength: 3 }),
});

// References are added to the VIP port and to members only.
const footprint = fc.record({
  flag: fc.boolean(),
  fixedIp: fc.boolean(),
  ports: fc.subarray([vipPort, ...amphorae]),
});

const anyFloatingIp = (number: number) =>
  merged(
    fc.record({
      uuid: fc.constant(uuidOf(0x30 + number)),
      isVirtualIp: fc.boolean(),
      references,
      recorded: fc.boolean(),
      trusted: fc.boolean(),
      wasSeenAssociated: fc.boolean(),
      heldElsewhere: fc.boolean(),
      fence: fc.constantFrom('open', 'passed'),
    }),
    maybe('fixedIp', fc.constantFrom(vip, amphoraAddress, webAddress, additionalVip)),
    maybe('detached', detached),
    maybe('footprint', footprint),
  ) as fc.Arbitrary<ObservedFloatingIp>;

// Who saw the association vouches for it, and who wrote saw it.
const floatingIp = (number: number): fc.Arbitrary<ObservedFloatingIp> =>
  anyFloatingIp(number).map((one) => {
    const wasSeenAssociated = one.wasSeenAssociated || one.footprint !== undefined;
    const seen = { ...one, wasSeenAssociated, trusted: one.trusted || wasSeenAssociated };
    // With another fixed ip, Neutron has attached it to the VIP port: that reference is not ours.
    const isNeutrons = one.fixedIp !== undefined && one.fixedIp !== vip;
    return one.detached !== undefined && isNeutrons
      ? {
          ...seen,
          detached: { ...one.detached, addedPorts: amphorae.filter((port) => one.detached?.addedPorts.includes(port)) },
        }
      : seen;
  });

const membership = fc.constantFrom('member', 'outsider', 'none');

const floatingIpObservation = fc
  .tuple(fc.tuple(membership, membership, membership), fc.nat(4))
  .chain(([memberships, count]) =>
    merged(
      fc.record({
        address: fc.constant(vip),
        members: fc.constant(amphorae.filter((_, index) => memberships[index] === 'member')),
        outsiders: fc.constant(amphorae.filter((_, index) => memberships[index] === 'outsider')),
        recordedPorts: fc
          .subarray([vipPort, ...amphorae])
          .chain((chosen) =>
            fc.tuple(
              ...chosen.map((uuid) =>
                fc.record({ uuid: fc.constant(uuid), gone: fc.constantFrom('no', 'explained', 'unexplained') }),
              ),
            ),
          ),
        floatingIps: fc.tuple(...Array.from({ length: count }, (_, number) => floatingIp(number))),
        verified: fc.boolean(),
      }),
      maybe(
        'vipPort',
        fc.record({
          uuid: fc.constant(vipPort),
          addresses: fc.subarray([additionalVip]),
          dormant: fc.boolean(),
        }),
      ),
    ),
  ) as fc.Arbitrary<FloatingIpObservation>;

const rules: fc.Arbitrary<ManagerSettings> = fc
  .record({
    projectToFloatingIp: fc.boolean(),
    unclearDisassociation: fc.constantFrom('by-state' as const, 'restore' as const, 'respect' as const),
  })
  .map((delta) => ({ ...settings, ...delta }));

const port = (number: number): fc.Arbitrary<ObservedPort> =>
  fc
    .record({
      name: fc.constantFrom(`octavia-lb-vrrp-${number}`, `octavia-lb-${uuidOf(number)}`, 'web'),
      owner: fc.constantFrom('', 'Octavia', 'compute:nova'),
      hasVirtualMachine: fc.boolean(),
      addresses: fc.subarray([{ address: vip }, { address: amphoraAddress, createdAt: 1_000 }]),
      ageMs: fc.constantFrom(0, settings.freshPortTimeoutMs - 1, settings.freshPortTimeoutMs),
      owned: fc.constantFrom(tenant, service),
    })
    .map(({ owned, ...delta }) => anyPort(number, { ...delta, ...owned }));

/** Ports, each of which owns the address, carries it, does both or neither. */
const loadBalancerObservation = merged(
  fc.record({ address: fc.constant(vip), networkShared: fc.boolean() }),
  fc
    .tuple(
      ...[1, 2, 3, 4].map((number) => fc.record({ seen: port(number), owns: fc.boolean(), carries: fc.boolean() })),
    )
    .map((all) => {
      return {
        owners: all.filter(({ owns }) => owns).map(({ seen }) => seen),
        carriers: all.filter(({ carries }) => carries).map(({ seen }) => seen),
      };
    }),
  maybe('recordedVipPort', fc.constantFrom(uuidOf(1), uuidOf(2))),
) as fc.Arbitrary<LoadBalancerObservation>;

const existing = (number: number): fc.Arbitrary<ObservedVirtualIp> =>
  merged(
    fc.record({
      uuid: fc.constant(uuidOf(0x40 + number)),
      fqName: fc.constant(['default-domain', 'shop', `virtual-ip-${number}`]),
      portUuids: fc.subarray(ports),
      floatingIpUuids: fc.subarray([uuidOf(0x30), uuidOf(0x31), uuidOf(0x32)]),
      record: fc.record({
        vip: fc.constant(key),
        loadBalancer: fc.constantFrom('lb', uuidOf(1)),
        vipPort: fc.constantFrom(vipPort, web),
        floatingIps: fc.subarray([uuidOf(0x30), uuidOf(0x31), uuidOf(0x32)]),
        members: fc.subarray(ports),
      }),
    }),
    maybe('address', fc.constantFrom(vip, webAddress)),
    maybe('subnetUuid', fc.constantFrom(uuidOf(0xb1), uuidOf(0xb2))),
  ) as fc.Arbitrary<ObservedVirtualIp>;

const seenVipPort = planLoadBalancer(
  { address: vip, networkShared: false, owners: [octaviaVipPort(0x10)], carriers: [] },
  settings,
).vipPort!;

const virtualIpObservation = merged(
  fc.record({
    vip: fc.constant(key),
    address: fc.constant(vip),
    members: fc.subarray(amphorae),
    leaving: fc.constant([]),
    existing: fc
      .tuple(fc.nat(3), existing(0), existing(1), existing(2))
      .map(([count, ...list]) => list.slice(0, count)),
    unclearPorts: fc.subarray(amphorae),
    takenNames: fc.constant([]),
    associations: fc.subarray([uuidOf(0x30), uuidOf(0x31)]),
    undecided: fc.subarray([uuidOf(0x32)]),
    untrusted: fc.subarray([uuidOf(0x33)]),
    schema: fc.constantFrom('stock' as const, 'native' as const, 'unknown' as const),
  }),
  maybe(
    'vipPort',
    fc
      .constantFrom('octavia' as const, 'tenant' as const, 'recorded' as const)
      .map((origin) => ({ ...seenVipPort, origin })),
  ),
) as fc.Arbitrary<VirtualIpObservation>;

/** What the writes of a plan make of the virtual-ips, and of the records in them. */
function virtualIpsAfter(seen: readonly ObservedVirtualIp[], { record, attach, leave, detach, forget }: VirtualIpPlan) {
  let all = [...seen];
  const created = uuidOf(0x4f);
  const change = (target: Target, to: (it: ObservedVirtualIp) => ObservedVirtualIp) => {
    const uuid = 'created' in target ? created : target.uuid;
    all = all.map((one) => (one.uuid === uuid ? to(one) : one));
  };
  for (const write of [...record, ...attach, ...leave, ...detach, ...forget]) {
    switch (write.do) {
      case 'create':
        all.push(observedOf(createdEntity({ ...write, kind: 'virtual-ip' }, created)));
        break;
      case 'delete':
        all = all.filter(({ uuid }) => uuid !== write.on.uuid);
        break;
      default:
        // As the cache takes note of it; a reference that is a trial is kept.
        change(write.on, (one) => {
          const certain = 'isTrial' in write ? { ...write, isTrial: false } : write;
          return observedOf(effectOf(entityOf(one), certain) as EntityOf<'virtual-ip'>);
        });
    }
  }
  return all;
}

function entityOf(one: ObservedVirtualIp): EntityOf<'virtual-ip'> {
  const { uuid, fqName, address, subnetUuid, portUuids, floatingIpUuids, record } = one;
  return {
    uuid,
    fqName,
    refs: { 'virtual-machine-interface': portUuids, 'floating-ip': floatingIpUuids, 'loadbalancer-pool': [] },
    ...(address === undefined ? {} : { address }),
    ...(subnetUuid === undefined ? {} : { subnetUuid }),
    annotations: Object.fromEntries(writeRecord(record, vip).map((entry) => [entry.key, entry.value])),
  };
}

function observedOf(entity: EntityOf<'virtual-ip'>): ObservedVirtualIp {
  const { uuid, fqName, refs, address, subnetUuid } = entity;
  return {
    uuid,
    fqName,
    ...(address === undefined ? {} : { address }),
    ...(subnetUuid === undefined ? {} : { subnetUuid }),
    portUuids: refs['virtual-machine-interface'],
    floatingIpUuids: refs['floating-ip'],
    record: recordOf(entity)!,
  };
}

function shuffled<T>(list: readonly T[], salt: number): readonly T[] {
  return list
    .map((item, index) => ({ item, rank: (index * 7919 + salt * 104_729) % 31 }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** The observation after the plan was carried out: written values, a record that says who is associated, time passed. */
function settledAfter(seen: FloatingIpObservation, delta: ManagerSettings): FloatingIpObservation {
  const plan = planFloatingIps(seen, delta);
  const recorded = new Set([...plan.associations, ...plan.undecided]);
  return {
    ...seen,
    verified: true,
    floatingIps: seen.floatingIps.map((one) => ({
      ...after(one, writesOf(plan)),
      recorded: recorded.has(one.uuid),
      trusted: one.trusted || recorded.has(one.uuid),
      fence: 'passed' as const,
      ...(one.detached === undefined ? {} : { detached: later(one.detached) }),
    })),
  };
}

function later(
  detachedBefore: NonNullable<ObservedFloatingIp['detached']>,
): NonNullable<ObservedFloatingIp['detached']> {
  const requests = detachedBefore.requests.map((request) => ({ ...request, ageMs: request.ageMs + window }));
  return { ...detachedBefore, sinceMs: detachedBefore.sinceMs + window, requests };
}

const isAdd = (write: Write): write is ReferenceWrite =>
  write.do === 'add-reference' && write.on.kind === 'floating-ip';

describe('the plans, whatever is observed', () => {
  describe('planFloatingIps', () => {
    it('should come to rest: carried out and planned again, at most thrice, it writes nothing', () => {
      fc.assert(
        fc.property(floatingIpObservation, rules, (seen, delta) => {
          // Undecided first, then the first step, then the second.
          const settled = settledAfter(settledAfter(settledAfter(seen, delta), delta), delta);
          const plan = planFloatingIps(settled, delta);
          expect(writesOf(plan)).to.deep.equal([]);
          expect(plan.undecided).to.deep.equal([]);
        }),
        parameters,
      );
    });

    it('should write nothing again at once, but for the second step of a stripped one', () => {
      fc.assert(
        fc.property(floatingIpObservation, rules, (seen, delta) => {
          const plan = planFloatingIps(seen, delta);
          const stripped = new Set(
            plan.events.filter(({ type }) => type === 'stripped').map((event) => event.floatingIpUuid),
          );
          const recorded = new Set([...plan.associations, ...plan.undecided]);
          const again = seen.floatingIps
            .filter(({ uuid }) => !stripped.has(uuid))
            // A port of others beside the VIP port is what Neutron never leaves: what is ours shows only without it.
            .filter(
              ({ references }) => ![vipPort, web].every((port) => references.some((one) => one.portUuid === port)),
            )
            .map((one) => ({ ...after(one, writesOf(plan)), recorded: recorded.has(one.uuid) }));
          const then = planFloatingIps({ ...seen, floatingIps: again }, delta);
          // Without a late reference that was taken back it can show that a port delete had stripped it.
          const isBack = ({ type }: AssociationEvent): boolean => type === 'stripped' || type === 'restored';
          const late = new Set(then.events.filter(isBack).map(({ floatingIpUuid }) => floatingIpUuid));
          const writes = writesOf(then).filter((write) => !late.has(subjectOf(write)));
          expect(writes).to.deep.equal([]);
        }),
        parameters,
      );
    });

    it('should not depend on the order of what was seen', () => {
      fc.assert(
        fc.property(floatingIpObservation, rules, fc.nat(30), (seen, delta, salt) => {
          const other: FloatingIpObservation = {
            ...seen,
            members: shuffled(seen.members, salt),
            outsiders: shuffled(seen.outsiders, salt),
            recordedPorts: shuffled(seen.recordedPorts, salt),
            floatingIps: shuffled(seen.floatingIps, salt),
          };
          expect(planFloatingIps(other, delta)).to.deep.equal(planFloatingIps(seen, delta));
        }),
        parameters,
      );
    });

    it('should write only to what is or was seen attached to the VIP or written on, or recorded and to be believed', () => {
      fc.assert(
        fc.property(floatingIpObservation, rules, (seen, delta) => {
          const allowed = new Set(
            seen.floatingIps
              .filter(
                (one) =>
                  (one.recorded && one.trusted) ||
                  one.wasSeenAssociated ||
                  one.footprint !== undefined ||
                  isAttached(one, seen),
              )
              .map(({ uuid }) => uuid),
          );
          const plan = planFloatingIps(seen, delta);
          for (const write of writesOf(plan)) expect(allowed).to.include(subjectOf(write));
          for (const uuid of [...plan.associations, ...plan.undecided]) expect(allowed).to.include(uuid);
        }),
        parameters,
      );
    });

    it('should add no reference to a port that is neither the VIP port nor a member', () => {
      fc.assert(
        fc.property(floatingIpObservation, rules, (seen, delta) => {
          const belong = [...seen.members, ...(seen.vipPort === undefined ? [] : [seen.vipPort.uuid])];
          for (const write of writesOf(planFloatingIps(seen, delta)).filter(isAdd)) {
            expect(belong).to.include(write.to.uuid);
          }
        }),
        parameters,
      );
    });

    it('should let go only of ports that are leaving, and add nothing there but what the association is known by', () => {
      fc.assert(
        fc.property(floatingIpObservation, rules, (seen, delta) => {
          for (const write of planFloatingIps(seen, delta).letGo) {
            if (write.do === 'delete-reference') expect(seen.outsiders).to.include(write.to.uuid);
            else if (write.do === 'add-reference') expect(write.to.uuid).to.equal(seen.vipPort?.uuid);
            else if (write.do === 'set') expect(floatingIpPropertiesOf(write).fixedIp).to.equal(seen.address);
            else throw new Error(`to let go is not to ${write.do}`);
          }
        }),
        parameters,
      );
    });

    it('should take no association for ended or for none because its plan was cut off after some writes, by a restart or without', () => {
      fc.assert(
        fc.property(floatingIpObservation, rules, fc.nat(), (seen, delta, cut) => {
          const plan = planFloatingIps(seen, delta);
          const writes = writesOf(plan);
          const made = writes.slice(0, cut % (writes.length + 1));
          // What was lost is judged by what others have done.
          const lost = new Set(
            plan.events
              .filter(({ type }) => type === 'stripped' || type === 'restored')
              .map(({ floatingIpUuid }) => floatingIpUuid),
          );
          const associated = seen.floatingIps.filter(({ uuid }) => plan.associations.includes(uuid) && !lost.has(uuid));
          for (const one of associated) {
            const left = after(one, made);
            // A process that starts knows what is recorded, and nothing else.
            const anew = { ...without(left, 'footprint'), wasSeenAssociated: false, trusted: left.recorded };
            for (const found of [left, anew]) {
              const { associations, undecided } = planFloatingIps({ ...seen, floatingIps: [found] }, delta);
              expect([...associations, ...undecided], JSON.stringify(made)).to.include(one.uuid);
            }
          }
        }),
        parameters,
      );
    });

    it("should never drop the user's own reference: the VIP port of one that is associated, a foreign port of one that is not", () => {
      fc.assert(
        fc.property(floatingIpObservation, rules, (seen, delta) => {
          const plan = planFloatingIps(seen, delta);
          const associated = new Set(plan.associations);
          for (const write of writesOf(plan)) {
            if (write.do !== 'delete-reference') continue;
            const subject = subjectOf(write);
            const one = seen.floatingIps.find(({ uuid }) => uuid === subject)!;
            const isLive = one.references.some(({ portUuid, live }) => portUuid === write.to.uuid && live);
            if (associated.has(subject)) expect(write.to.uuid).not.to.equal(seen.vipPort?.uuid);
            else if (isLive) expect(write.to.uuid).not.to.equal(web);
          }
        }),
        parameters,
      );
    });

    it('should look again by itself as long as it is not known what a floating ip stands for', () => {
      fc.assert(
        fc.property(floatingIpObservation, rules, (seen, delta) => {
          const plan = planFloatingIps(seen, delta);
          if (plan.undecided.length === 0) return;
          expect(plan.recheckAfterMs !== undefined || plan.verify.ports.length > 0).to.equal(true);
        }),
        parameters,
      );
    });
  });

  describe('planLoadBalancer', () => {
    const ruled = { ...settings, amphoraProjects: ['service'] };

    it('should not depend on the order of what was seen', () => {
      fc.assert(
        fc.property(loadBalancerObservation, (seen) => {
          const other = { ...seen, owners: seen.owners.toReversed(), carriers: seen.carriers.toReversed() };
          expect(planLoadBalancer(other, ruled)).to.deep.equal(planLoadBalancer(seen, ruled));
        }),
        parameters,
      );
    });

    it('should have each port in one list at most, and the VIP port in none', () => {
      fc.assert(
        fc.property(loadBalancerObservation, (seen) => {
          const plan = planLoadBalancer(seen, ruled);
          const listed = [...plan.members, ...plan.leaving, ...plan.orphans, ...plan.refused.map(({ uuid }) => uuid)];
          expect(new Set(listed).size).to.equal(listed.length);
          expect(listed).not.to.include(plan.vipPort?.uuid);
        }),
        parameters,
      );
    });

    it('should have no member in a shared network that is not of a trusted project', () => {
      fc.assert(
        fc.property(loadBalancerObservation, (seen) => {
          const { members } = planLoadBalancer({ ...seen, networkShared: true }, ruled);
          for (const uuid of members) {
            expect(seen.carriers.find((carrier) => carrier.uuid === uuid)?.project?.name).to.equal('service');
          }
        }),
        parameters,
      );
    });
  });

  describe('planLoadBalancer, where virtual ports in general count', () => {
    const ruled = { ...settings, amphoraProjects: ['service'], virtualPorts: 'all' } as const;

    it('should have each port in one list at most, and the VIP port in none', () => {
      fc.assert(
        fc.property(loadBalancerObservation, (seen) => {
          const plan = planLoadBalancer(seen, ruled);
          const listed = [...plan.members, ...plan.leaving, ...plan.orphans, ...plan.refused.map(({ uuid }) => uuid)];
          expect(new Set(listed).size).to.equal(listed.length);
          expect(listed).not.to.include(plan.vipPort?.uuid);
        }),
        parameters,
      );
    });

    it('should have no member but amphorae that are trusted, and other ports of the VIP port’s own project', () => {
      fc.assert(
        fc.property(loadBalancerObservation, (seen) => {
          const { members, vipPort: found } = planLoadBalancer({ ...seen, networkShared: true }, ruled);
          for (const uuid of members) {
            const { project, projectUuid } = seen.carriers.find((carrier) => carrier.uuid === uuid)!;
            if (found?.origin === 'virtual') expect(projectUuid).to.equal(found.projectUuid);
            else expect(project?.name).to.equal('service');
          }
        }),
        parameters,
      );
    });

    it('should change nothing for a VIP of a load balancer', () => {
      fc.assert(
        fc.property(loadBalancerObservation, (seen) => {
          const plan = planLoadBalancer(seen, ruled);
          if (plan.vipPort?.origin === 'virtual') return;
          const byDefault = planLoadBalancer(seen, { ...ruled, virtualPorts: 'octavia' });
          expect(without(plan, 'verdicts')).to.deep.equal(without(byDefault, 'verdicts'));
        }),
        parameters,
      );
    });
  });

  describe('planVirtualIp', () => {
    it('should come to rest: carried out and planned again it writes nothing', () => {
      fc.assert(
        fc.property(virtualIpObservation, (seen) => {
          const again = { ...seen, existing: virtualIpsAfter(seen.existing, planVirtualIp(seen)) };
          expect(without(planVirtualIp(again), 'verdicts')).to.deep.equal({
            bury: [],
            answer: [],
            record: [],
            attach: [],
            leave: [],
            detach: [],
            forget: [],
          });
        }),
        parameters,
      );
    });

    it('should not depend on the order of what was seen', () => {
      fc.assert(
        fc.property(virtualIpObservation, fc.nat(30), (seen, salt) => {
          const other = {
            ...seen,
            existing: shuffled(seen.existing, salt),
            members: shuffled(seen.members, salt),
            associations: shuffled(seen.associations, salt),
          };
          expect(planVirtualIp(other)).to.deep.equal(planVirtualIp(seen));
        }),
        parameters,
      );
    });

    it('should never forget a floating ip that is associated or undecided, nor the virtual-ip that records one undecided', () => {
      fc.assert(
        fc.property(virtualIpObservation, (seen) => {
          const left = virtualIpsAfter(seen.existing, planVirtualIp(seen));
          const recordedIn = (all: readonly ObservedVirtualIp[]) =>
            all.flatMap(({ record, floatingIpUuids }) => [...record.floatingIps, ...floatingIpUuids]);
          const recorded = recordedIn(left);
          const before = recordedIn(seen.existing);
          for (const uuid of seen.undecided.filter((one) => before.includes(one))) expect(recorded).to.include(uuid);
          if (left.length === 0) return;
          if (seen.vipPort === undefined || seen.vipPort.origin === 'recorded') return;
          for (const uuid of seen.associations) expect(recorded).to.include(uuid);
        }),
        parameters,
      );
    });
  });

  describe('planAssociations', () => {
    const places = fc.record({
      annotated: fc.subarray(['a', 'b', 'c']),
      referenced: fc.subarray(['a', 'b', 'c']),
      wanted: fc.subarray(['a', 'b', 'c']),
    });

    it('should record every wanted one at each moment, and end with each in one place, or where it was', () => {
      fc.assert(
        fc.property(places, fc.constantFrom('stock', 'native', 'unknown'), (records, schema) => {
          const plan = planAssociations(records, schema);
          const meanwhile = new Set([...records.annotated, ...records.referenced, ...plan.annotate, ...plan.reference]);
          for (const uuid of records.wanted) expect(meanwhile).to.include(uuid);
          const annotated = [...records.annotated, ...plan.annotate].filter((uuid) => !plan.unannotate.includes(uuid));
          const referenced = [...records.referenced, ...plan.reference].filter(
            (uuid) => !plan.unreference.includes(uuid),
          );
          expect([...new Set([...annotated, ...referenced])].sort()).to.deep.equal(records.wanted);
          if (schema === 'stock') expect(referenced).to.deep.equal([]);
          if (schema === 'native') expect(annotated).to.deep.equal([]);
        }),
        parameters,
      );
    });
  });

  describe('composed', () => {
    it('should add no port that was refused, and record before it binds', () => {
      fc.assert(
        fc.property(
          loadBalancerObservation,
          floatingIpObservation,
          virtualIpObservation,
          (ports4, floating, virtual) => {
            const loadBalancer: LoadBalancerPlan = planLoadBalancer(ports4, settings);
            const rest = without(floating, 'vipPort');
            const floatingIps = planFloatingIps(
              {
                ...rest,
                ...(loadBalancer.vipPort === undefined
                  ? {}
                  : {
                      vipPort: {
                        uuid: loadBalancer.vipPort.uuid,
                        addresses: [],
                        dormant: loadBalancer.vipPort.origin === 'recorded',
                      },
                    }),
                members: loadBalancer.members,
                outsiders: [
                  ...loadBalancer.leaving,
                  ...loadBalancer.orphans,
                  ...loadBalancer.refused.map(({ uuid }) => uuid),
                ],
              },
              settings,
            );
            const restOfVirtual = without(virtual, 'vipPort');
            const virtualIp = planVirtualIp({
              ...restOfVirtual,
              ...(loadBalancer.vipPort === undefined ? {} : { vipPort: loadBalancer.vipPort }),
              members: loadBalancer.members,
              associations: floatingIps.associations,
              undecided: floatingIps.undecided,
              untrusted: floatingIps.untrusted,
            });
            const { stages } = composeVipPlan(key, { loadBalancer, floatingIps, virtualIp }, settings);
            const refused = new Set(loadBalancer.refused.map(({ uuid }) => uuid));
            const writes = stages.flatMap((stage) => stage.writes);
            for (const write of writes) {
              if (write.do === 'add-reference') expect(refused).not.to.include(write.to.uuid);
            }
            const isRecord = (write: Write): boolean =>
              write.do === 'create' || (write.do === 'set-entries' && Object.keys(write.set).length > 0);
            const lastRecord = writes.findLastIndex(isRecord);
            const firstBind = writes.findIndex(isAdd);
            if (firstBind >= 0) expect(lastRecord).to.be.lessThan(firstBind);
          },
        ),
        parameters,
      );
    });
  });
});

function isAttached(one: ObservedFloatingIp, seen: FloatingIpObservation): boolean {
  const references = one.references.some(({ portUuid, live }) => live && portUuid === seen.vipPort?.uuid);
  return references && one.fixedIp === seen.address;
}
