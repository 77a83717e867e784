import { expect } from 'chai';
import {
  candidateNames,
  departureKey,
  floatingIpRecordKey,
  memberRecordKey,
  type DepartureState,
  type ObservedVirtualIp,
  planAssociations,
  planVirtualIp,
  recordKeys,
  vipKey,
  type VipPort,
  type VirtualIpObservation,
  type VirtualIpPlan,
} from '../../../../../lib/managers/octavia-vip/index.js';
import type { Write } from '../../../../../lib/planning/index.js';
import {
  associationReference,
  createdVirtualIp,
  deleteVirtualIp,
  portReference,
  setRecord,
  setVipProperties,
  virtualIp,
  type VirtualIpTarget,
} from '../../../../../lib/managers/octavia-vip/writes.js';
import { uuidOf } from '../../../../support/change-messages.js';
import { without } from '../../../../support/without.js';
import { amphora1, amphora2, floatingIp, newAmphora, otherFloatingIp, vipPort } from '../support/floating-ips.js';
import { loadBalancer, tenant, vip } from '../support/ports.js';

const network = uuidOf(0xb0);
const subnet = uuidOf(0xb1);
const key = vipKey(network, vip);
const ours = uuidOf(0x40);

const octavias: VipPort = {
  uuid: vipPort,
  ...tenant,
  loadBalancerId: loadBalancer,
  origin: 'octavia',
  addresses: [vip, 'fd00:107::3'],
  subnetUuid: subnet,
};

function nameOf(last: string): readonly string[] {
  return ['default-domain', 'shop', last];
}

/** A virtual-ip that is as it should be, with one floating ip. */
function kept(delta: Partial<ObservedVirtualIp> = {}): ObservedVirtualIp {
  return {
    uuid: ours,
    fqName: nameOf(`octavia-lb-${loadBalancer}`),
    address: vip,
    subnetUuid: subnet,
    portUuids: [vipPort, amphora1, amphora2],
    floatingIpUuids: [],
    record: { vip: key, loadBalancer, vipPort, floatingIps: [floatingIp], members: [amphora1, amphora2] },
    ...delta,
  };
}

/** All but why. */
type Writes = Omit<VirtualIpPlan, 'verdicts'>;

function plan(delta: Partial<VirtualIpObservation> = {}): Writes {
  return writesOf({
    vip: key,
    address: vip,
    vipPort: octavias,
    members: [amphora1, amphora2],
    leaving: [],
    existing: [kept()],
    unclearPorts: [],
    takenNames: [],
    associations: [floatingIp],
    undecided: [],
    untrusted: [],
    referenced: [],
    schema: 'stock',
    ...delta,
  });
}

function writesOf(seen: VirtualIpObservation): Writes {
  return without(planVirtualIp(seen), 'verdicts');
}

function withoutVipPort(delta: Partial<VirtualIpObservation> = {}): Writes {
  return writesOf({
    vip: key,
    address: vip,
    members: [],
    leaving: [],
    existing: [kept()],
    unclearPorts: [],
    takenNames: [],
    associations: [],
    undecided: [],
    untrusted: [],
    referenced: [],
    schema: 'stock',
    ...delta,
  });
}

const nothing = { bury: [], answer: [], record: [], attach: [], leave: [], detach: [], forget: [] };
const target = virtualIp(ours);
const remembers = (uuid: string): Write => setRecord(target, { set: { [floatingIpRecordKey(uuid)]: vip } });
const recordsMember = (uuid: string): Write => setRecord(target, { set: { [memberRecordKey(uuid)]: vip } });
const forgets = (uuid: string): Write => setRecord(target, { remove: [floatingIpRecordKey(uuid)] });
const references = (uuid: string): Write => portReference('add-reference', target, uuid);
const unreferences = (uuid: string): Write => portReference('delete-reference', target, uuid);

describe('candidateNames', () => {
  it('should be named by the load balancer, and by the address as well for additional VIPs', () => {
    const base = `octavia-lb-${loadBalancer}`;
    expect(candidateNames(octavias, vip)).to.deep.equal([base, `${base}-${vip}`, `${base}-${vip}-${vipPort}`]);
    const [name, ...others] = candidateNames(octavias, 'fd00:107::3');
    expect(name).to.equal(`${base}-fd00-107--3`);
    expect(others).to.deep.equal([`${base}-fd00-107--3-${vipPort}`]);
  });

  it('should have no colon in it: it would end a part of the name', () => {
    for (const name of candidateNames({ ...octavias, addresses: ['fd00:107::3'] }, 'fd00:107::3')) {
      expect(name).not.to.include(':');
    }
  });
});

describe('planAssociations', () => {
  const nowhere = { annotate: [], reference: [], unannotate: [], unreference: [] };
  const cases = [
    ['stock', 'annotate one that is not recorded', [], [], ['a'], { annotate: ['a'] }],
    ['stock', 'leave one in its annotation', ['a'], [], ['a'], {}],
    ['stock', 'move a reference to an annotation', [], ['a'], ['a'], { annotate: ['a'], unreference: ['a'] }],
    ['stock', 'remove what is over', ['a'], ['b'], [], { unannotate: ['a'], unreference: ['b'] }],
    ['native', 'reference one that is not recorded', [], [], ['a'], { reference: ['a'] }],
    ['native', 'leave one by reference', [], ['a'], ['a'], {}],
    ['native', 'move an annotation to a reference', ['a'], [], ['a'], { reference: ['a'], unannotate: ['a'] }],
    ['native', 'remove what is over', ['a'], ['b'], [], { unannotate: ['a'], unreference: ['b'] }],
    ['unknown', 'reference one that is not recorded', [], [], ['a'], { reference: ['a'] }],
    ['unknown', 'leave one wherever it is', ['a'], ['b'], ['a', 'b'], {}],
    [
      'unknown',
      'remove what is over',
      ['a'],
      ['b'],
      ['c'],
      { reference: ['c'], unannotate: ['a'], unreference: ['b'] },
    ],
  ] as const;
  for (const [schema, what, annotated, referenced, wanted, expected] of cases) {
    it(`should ${what}, when the schema is ${schema}`, () => {
      expect(planAssociations({ annotated, referenced, wanted }, schema)).to.deep.equal({ ...nowhere, ...expected });
    });
  }
});

describe('planVirtualIp', () => {
  describe('when there is none yet', () => {
    it('should create it with its record, and then add its references: VIP port and members', () => {
      expect(plan({ existing: [] })).to.deep.equal({
        bury: [],
        answer: [],
        record: [
          {
            do: 'create',
            kind: 'virtual-ip',
            as: 'virtual-ip',
            fqName: nameOf(`octavia-lb-${loadBalancer}`),
            parent: { kind: 'project', uuid: tenant.projectUuid },
            properties: {
              virtual_ip_properties: { address: vip, subnet_id: subnet, admin_state: true },
              annotations: {
                key_value_pair: [
                  { key: recordKeys.managedBy, value: 'opensdn-svc-monitor' },
                  { key: recordKeys.vip, value: key },
                  { key: recordKeys.loadBalancer, value: loadBalancer },
                  { key: recordKeys.vipPort, value: vipPort },
                  { key: floatingIpRecordKey(floatingIp), value: vip },
                  { key: memberRecordKey(amphora1), value: vip },
                  { key: memberRecordKey(amphora2), value: vip },
                ],
              },
            },
          },
        ],
        attach: [vipPort, amphora1, amphora2].map((uuid) => portReference('add-reference', createdVirtualIp, uuid)),
        leave: [],
        detach: [],
        forget: [],
      });
    });

    it('should not create it for a VIP that no amphora carries: the load balancer is being made', () => {
      expect(plan({ existing: [], members: [] })).to.deep.equal(nothing);
    });

    it('should create it where no floating ip is associated: the next one finds it', () => {
      expect(plan({ existing: [], associations: [] }).record[0]?.do).to.equal('create');
    });

    it('should take the next name where a foreign virtual-ip has the first', () => {
      const takenNames = [nameOf(`octavia-lb-${loadBalancer}`).join(':')];
      const [create] = plan({ existing: [], takenNames }).record;
      expect(create).to.have.nested.property('fqName[2]', `octavia-lb-${loadBalancer}-${vip}`);
    });

    it('should say so, and write nothing, where all names are taken', () => {
      const takenNames = candidateNames(octavias, vip).map((name) => nameOf(name).join(':'));
      expect(plan({ existing: [], takenNames })).to.deep.equal({ ...nothing, nameTaken: takenNames.join(', ') });
    });

    it("should be named by the VIP port, for a tenant's own", () => {
      const tenants: VipPort = { ...octavias, origin: 'tenant', loadBalancerId: vipPort };
      const [create] = plan({ existing: [], vipPort: tenants }).record;
      expect(create).to.have.nested.property('fqName[2]', `octavia-lb-${vipPort}`);
    });
  });

  describe('when there is one', () => {
    it('should write nothing if it is as it should be', () => {
      expect(plan()).to.deep.equal(nothing);
    });

    it('should keep the name that it has, whatever name it would get today', () => {
      expect(plan({ existing: [kept({ fqName: nameOf('octavia-lb-old') })] })).to.deep.equal(nothing);
    });

    it('should let go of a member that is leaving, and keep it in the record: its delete may strip a floating ip yet', () => {
      const leaves = plan({ members: [amphora2], leaving: [amphora1] });
      expect(leaves).to.deep.equal({ ...nothing, leave: [unreferences(amphora1)] });
      const isGone = plan({ members: [amphora2], existing: [kept({ portUuids: [vipPort, amphora2] })] });
      expect(isGone).to.deep.equal({
        ...nothing,
        detach: [setRecord(target, { remove: [memberRecordKey(amphora1)] })],
      });
    });

    it('should add before it deletes when a member replaces another', () => {
      expect(plan({ members: [amphora2, newAmphora] })).to.deep.equal({
        bury: [],
        answer: [],
        record: [recordsMember(newAmphora)],
        attach: [references(newAmphora)],
        leave: [],
        detach: [unreferences(amphora1), setRecord(target, { remove: [memberRecordKey(amphora1)] })],
        forget: [],
      });
    });

    it('should record an association before the floating ip changes, and forget an old one last', () => {
      expect(plan({ associations: [otherFloatingIp] })).to.deep.equal({
        ...nothing,
        record: [remembers(otherFloatingIp)],
        forget: [forgets(floatingIp)],
      });
    });

    it('should keep the record of one that is undecided, and the references that are the evidence', () => {
      expect(plan({ associations: [], undecided: [floatingIp], members: [amphora2, newAmphora] })).to.deep.equal({
        ...nothing,
        record: [recordsMember(newAmphora)],
        attach: [references(newAmphora)],
      });
    });

    it('should leave its reference to a port of which nothing is known: it may only be unreadable', () => {
      expect(plan({ members: [amphora2], unclearPorts: [amphora1] })).to.deep.equal(nothing);
    });

    it('should keep the record of one that is not believed', () => {
      expect(plan({ associations: [], untrusted: [floatingIp] })).to.deep.equal(nothing);
    });

    it('should record one that is undecided and not recorded yet', () => {
      expect(plan({ undecided: [otherFloatingIp] }).record).to.deep.equal([remembers(otherFloatingIp)]);
    });

    it('should correct the VIP port and the load balancer in its record', () => {
      const record = { ...kept().record, vipPort: uuidOf(0x99), loadBalancer: 'before' };
      expect(plan({ existing: [kept({ record })] }).record).to.deep.equal([
        setRecord(target, { set: { [recordKeys.loadBalancer]: loadBalancer, [recordKeys.vipPort]: vipPort } }),
      ]);
    });

    it('should correct address and subnet', () => {
      const properties = { address: vip, subnetUuid: subnet };
      for (const wrong of [kept({ address: '10.107.0.99' }), kept({ subnetUuid: uuidOf(0x99) })]) {
        expect(plan({ existing: [wrong] }).detach).to.deep.equal([setVipProperties(target, properties)]);
      }
    });

    it('should keep it without members: a failover may be under way', () => {
      expect(plan({ members: [] })).to.deep.equal({
        ...nothing,
        detach: [
          ...[amphora1, amphora2].map(unreferences),
          setRecord(target, { remove: [amphora1, amphora2].map(memberRecordKey) }),
        ],
      });
    });
  });

  describe('when the schema is native', () => {
    const associates = (uuid: string, on: VirtualIpTarget = target): Write =>
      associationReference('add-reference', on, uuid);
    const bare = { ...kept().record, floatingIps: [] };

    it('should record associations by reference when it creates it', () => {
      const [create, first] = plan({ schema: 'native', existing: [] }).record;
      expect(create).to.have.nested.property('properties.annotations.key_value_pair').with.length(6);
      expect(first).to.deep.equal(associates(floatingIp, createdVirtualIp));
    });

    it('should move what annotations record: the reference first, the annotation last', () => {
      expect(plan({ schema: 'native' })).to.deep.equal({
        ...nothing,
        record: [associates(floatingIp)],
        forget: [forgets(floatingIp)],
      });
    });

    it('should leave it alone when its references say who is associated', () => {
      const existing = [kept({ record: bare, floatingIpUuids: [floatingIp] })];
      expect(plan({ schema: 'native', existing })).to.deep.equal(nothing);
    });

    it('should remove the reference of an association that is over', () => {
      const existing = [kept({ record: bare, floatingIpUuids: [floatingIp] })];
      expect(plan({ schema: 'native', existing, associations: [] })).to.deep.equal({
        ...nothing,
        forget: [associationReference('delete-reference', target, floatingIp)],
      });
    });
  });

  describe('when there are several: two instances made one each', () => {
    const surplus = kept({
      uuid: uuidOf(0x41),
      fqName: nameOf(`octavia-lb-${loadBalancer}-${vip}`),
      record: { ...kept().record, floatingIps: [otherFloatingIp] },
    });

    it('should keep the first by name, take over what the others record, and delete them last', () => {
      const seen = { existing: [surplus, kept()], associations: [floatingIp, otherFloatingIp] };
      expect(plan(seen)).to.deep.equal({
        ...nothing,
        record: [remembers(otherFloatingIp)],
        forget: [deleteVirtualIp(surplus.uuid)],
      });
    });

    it('should give the same answer in either order', () => {
      expect(plan({ existing: [surplus, kept()] })).to.deep.equal(plan({ existing: [kept(), surplus] }));
    });
  });

  describe('when a gateway has said that a port is about to be deleted', () => {
    const leaving = { members: [amphora2], leaving: [amphora1] };
    const departing = (state: DepartureState, restMs: number): Partial<VirtualIpObservation> => ({
      ...leaving,
      existing: [
        kept({ portUuids: [vipPort, amphora2], record: { ...kept().record, departing: { [amphora1]: state } } }),
      ],
      departing: { [amphora1]: { restMs } },
    });
    const answer = setRecord(target, { set: { [departureKey(amphora1)]: 'let-go' } });
    const over = setRecord(target, { remove: [departureKey(amphora1)] });

    it('should answer when no floating ip references it, and look again when its time is over', () => {
      expect(plan(departing('asked', 500))).to.deep.equal({ ...nothing, answer: [answer], recheckAfterMs: 500 });
    });

    it('should not answer while a floating ip references it', () => {
      expect(plan({ ...departing('asked', 500), referenced: [amphora1] })).to.deep.equal({
        ...nothing,
        recheckAfterMs: 500,
      });
    });

    it('should answer once', () => {
      expect(plan(departing('let-go', 500))).to.deep.equal({ ...nothing, recheckAfterMs: 500 });
    });

    it('should take it back when its time is over, or the port is gone, and look again at once', () => {
      for (const state of ['asked', 'let-go'] as const) {
        expect(plan(departing(state, 0))).to.deep.equal({ ...nothing, detach: [over], recheckAfterMs: 0 });
      }
    });

    it('should have the members that are gone and the departures that are over removed in one write', () => {
      const gone = { ...departing('let-go', 0), members: [amphora2], leaving: [] };
      expect(plan(gone).detach).to.deep.equal([
        setRecord(target, { remove: [memberRecordKey(amphora1), departureKey(amphora1)] }),
      ]);
    });
  });

  describe('when the load balancer is gone', () => {
    it('should delete it', () => {
      expect(withoutVipPort()).to.deep.equal({ ...nothing, forget: [deleteVirtualIp(ours)] });
    });

    it('should delete all of them', () => {
      const existing = [kept(), kept({ uuid: uuidOf(0x41), fqName: nameOf('other') })];
      expect(withoutVipPort({ existing }).forget).to.have.length(2);
    });

    it('should keep it until every floating ip is decided: the record is all that is known of them', () => {
      expect(withoutVipPort({ undecided: [floatingIp] })).to.deep.equal(nothing);
    });

    it('should do nothing where there is none', () => {
      expect(withoutVipPort({ existing: [] })).to.deep.equal(nothing);
    });
  });

  describe("when a tenant's VIP port is known by the record only", () => {
    const recorded = { vipPort: { ...octavias, origin: 'recorded' } as const, members: [] };

    it('should delete it: no amphora carries the VIP any more', () => {
      expect(plan(recorded)).to.deep.equal({ ...nothing, forget: [deleteVirtualIp(ours)] });
    });

    it('should keep it until every floating ip is decided', () => {
      expect(plan({ ...recorded, undecided: [floatingIp] })).to.deep.equal(nothing);
    });
  });
});
