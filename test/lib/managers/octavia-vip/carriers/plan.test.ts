import { expect } from 'chai';
import { defaultManagerSettings as rules } from '../../../../../lib/managers/index.js';
import {
  type LoadBalancerObservation,
  type ObservedPort,
  planLoadBalancer,
} from '../../../../../lib/managers/octavia-vip/index.js';
import { uuidOf } from '../../../../support/change-messages.js';
import { without } from '../../../../support/without.js';
import {
  anyLoadBalancer,
  anyPort,
  boundAmphora,
  freshAmphora,
  loadBalancer,
  octaviaVipPort,
  service,
  tenant,
  unboundAmphora,
  vip,
} from '../support/ports.js';

function plan(delta: Partial<LoadBalancerObservation>, delta2: Partial<typeof rules> = {}) {
  return planLoadBalancer(anyLoadBalancer(delta), { ...rules, ...delta2 });
}

const tenantsVipPort = anyPort(1, { name: 'my-vip', addresses: [{ address: vip }] });

describe('planLoadBalancer', () => {
  describe('the VIP port', () => {
    it("should be Octavia's, with its load balancer, its subnet and its addresses", () => {
      expect(plan({ owners: [octaviaVipPort(1)], carriers: [boundAmphora(2)] }).vipPort).to.deep.equal({
        uuid: uuidOf(1),
        ...tenant,
        loadBalancerId: loadBalancer,
        origin: 'octavia',
        addresses: [vip],
        subnetUuid: uuidOf(0xb1),
      });
    });

    it("should be Octavia's before any amphora exists (recording 10)", () => {
      expect(plan({ owners: [octaviaVipPort(1)] }).vipPort?.origin).to.equal('octavia');
    });

    it("should be Octavia's although another port owns the address too", () => {
      const owners = [anyPort(0, { addresses: [{ address: vip }] }), octaviaVipPort(1)];
      expect(plan({ owners, carriers: [boundAmphora(2)] }).vipPort?.uuid).to.equal(uuidOf(1));
    });

    it("should be a tenant's own port when an amphora carries its address (recording 13)", () => {
      const { vipPort, members } = plan({ owners: [tenantsVipPort], carriers: [boundAmphora(2)] });
      expect(vipPort).to.include({ uuid: uuidOf(1), origin: 'tenant', loadBalancerId: uuidOf(1) });
      expect(members).to.deep.equal([uuidOf(2)]);
    });

    it("should be a tenant's own port even if only a leaving amphora carries its address", () => {
      expect(plan({ owners: [tenantsVipPort], carriers: [unboundAmphora(2)] }).vipPort?.origin).to.equal('tenant');
    });

    it('should not be a port that nobody carries', () => {
      expect(plan({ owners: [tenantsVipPort] }).vipPort).to.equal(undefined);
    });

    it("should not be a port whose address only a tenant's own instance carries (recording 14)", () => {
      const keepalived = anyPort(3, { owner: 'compute:nova', hasVirtualMachine: true });
      expect(without(plan({ owners: [tenantsVipPort], carriers: [keepalived] }), 'verdicts')).to.deep.equal({
        members: [],
        leaving: [],
        orphans: [],
        refused: [],
        leftBehind: [],
        unlistedProjects: [],
      });
    });

    it('should not be an amphora port, not even for its own address', () => {
      const amphora = boundAmphora(2, { addresses: [{ address: vip }] });
      expect(plan({ owners: [amphora], carriers: [boundAmphora(3)] }).vipPort).to.equal(undefined);
    });

    it("should stay the recorded one when the amphorae of a tenant's VIP are gone", () => {
      expect(plan({ owners: [tenantsVipPort], recordedVipPort: uuidOf(1) }).vipPort).to.include({
        uuid: uuidOf(1),
        origin: 'recorded',
      });
    });

    it('should not be the recorded one once that does not own the address', () => {
      expect(plan({ owners: [], recordedVipPort: uuidOf(1) }).vipPort).to.equal(undefined);
    });

    it('should be the recorded one where several tenant ports own the address', () => {
      const other = anyPort(0, { addresses: [{ address: vip }] });
      const seen = { owners: [other, tenantsVipPort], carriers: [boundAmphora(2)] };
      expect(plan(seen).vipPort?.uuid).to.equal(uuidOf(0));
      expect(plan({ ...seen, recordedVipPort: uuidOf(1) }).vipPort).to.include({ uuid: uuidOf(1), origin: 'tenant' });
    });

    it('should not count among the members although it carries its own address', () => {
      const odd = octaviaVipPort(1);
      expect(plan({ owners: [odd], carriers: [odd, boundAmphora(2)] })).to.deep.include({
        members: [uuidOf(2)],
        leaving: [],
        refused: [],
      });
    });

    it('should not count as an amphora of another VIP that it carries, nor as a refused one', () => {
      const others = octaviaVipPort(9, { addresses: [{ address: '10.107.0.9' }] });
      for (const networkShared of [false, true]) {
        const carriers = [others, boundAmphora(2, service)];
        expect(plan({ networkShared, owners: [octaviaVipPort(1)], carriers })).to.deep.include({
          members: [uuidOf(2)],
          leaving: [],
          refused: [],
        });
      }
      expect(plan({ owners: [tenantsVipPort], carriers: [others] }).vipPort).to.equal(undefined);
    });

    describe('that something else than a load balancer uses', () => {
      const used: Partial<ObservedPort> = { owner: 'compute:nova', vmNames: [uuidOf(0xd1)], hasVirtualMachine: true };
      const web = { ...tenantsVipPort, ...used };

      for (const [what, amphora] of [
        ['bound', boundAmphora(2)],
        ['fresh', freshAmphora(2)],
        ['unbound', unboundAmphora(2)],
      ] as const) {
        it(`should not be one, and the amphora port that is left behind, ${what}, be named`, () => {
          const seen = plan({ owners: [web], carriers: [amphora] });
          expect(seen).to.deep.include({ members: [], leftBehind: [uuidOf(2)] });
          expect(seen).not.to.have.any.keys('vipPort', 'recheckAfterMs');
          expect([...seen.leaving, ...seen.orphans]).to.deep.equal([uuidOf(2)]);
        });
      }

      it('should be kept as recorded until the record is gone: what was written has to be taken back', () => {
        const seen = plan({ owners: [web], carriers: [boundAmphora(2)], recordedVipPort: web.uuid });
        expect(seen.vipPort).to.include({ uuid: web.uuid, origin: 'recorded' });
        expect(seen).to.deep.include({ members: [], orphans: [uuidOf(2)], leftBehind: [uuidOf(2)] });
      });

      it('should give way to one that is not in use, recorded or not', () => {
        const own = anyPort(3, { addresses: [{ address: vip }] });
        const seen = plan({ owners: [web, own], carriers: [boundAmphora(2)], recordedVipPort: web.uuid });
        expect(seen.vipPort).to.include({ uuid: own.uuid, origin: 'tenant' });
        expect(seen).to.deep.include({ members: [uuidOf(2)], leftBehind: [] });
      });

      it('should be named as left behind also when the amphora of another load balancer has the address', () => {
        const other = boundAmphora(3, { addresses: [{ address: vip }] });
        expect(plan({ owners: [other], carriers: [boundAmphora(2)] }).leftBehind).to.deep.equal([uuidOf(2)]);
      });

      it('should not matter to the VIP of a load balancer that is there', () => {
        const seen = plan({ owners: [web, octaviaVipPort(4)], carriers: [boundAmphora(2)] });
        expect(seen).to.deep.include({ members: [uuidOf(2)], leftBehind: [] });
      });
    });

    describe('that belongs to no project', () => {
      const nobodys = without(octaviaVipPort(1), 'projectUuid', 'project');

      it('should not be one, and be named', () => {
        const seen = plan({ owners: [nobodys], carriers: [boundAmphora(2)] });
        expect(seen).not.to.have.property('vipPort');
        expect(seen.refusedVipPort).to.equal(uuidOf(1));
      });

      it('should not be one either if only the name of its project is not known', () => {
        const seen = plan({ owners: [{ ...nobodys, projectUuid: uuidOf(0xa1) }], carriers: [boundAmphora(2)] });
        expect(seen).not.to.have.property('vipPort');
        expect(seen.refusedVipPort).to.equal(uuidOf(1));
      });

      it('should not be one if it is no Octavia’s, and an amphora carries its address', () => {
        const own = { ...nobodys, name: 'my-vip', owner: '', vmNames: [] };
        expect(plan({ owners: [own], carriers: [boundAmphora(2)] }).refusedVipPort).to.equal(uuidOf(1));
        expect(plan({ owners: [own] })).not.to.have.property('refusedVipPort');
      });

      it('should give way to one that does', () => {
        const seen = plan({ owners: [nobodys, octaviaVipPort(3)], carriers: [boundAmphora(2)] });
        expect(seen.vipPort?.uuid).to.equal(uuidOf(3));
        expect(seen).not.to.have.property('refusedVipPort');
      });
    });

    describe('with additional addresses', () => {
      const ipv6 = { address: 'fd00:107::3', createdAt: 2_000 };
      const addressesOf = (addresses: ObservedPort['addresses']) =>
        plan({ owners: [octaviaVipPort(1, { addresses })] }).vipPort?.addresses;

      it('should name the VIP first: the address that was made first (recording 12)', () => {
        const first = { address: vip, createdAt: 1_000 };
        expect(addressesOf([ipv6, first])).to.deep.equal([vip, 'fd00:107::3']);
        expect(addressesOf([{ ...ipv6, createdAt: 500 }, first])).to.deep.equal(['fd00:107::3', vip]);
      });

      it('should name the IPv4 one first where times tell nothing', () => {
        expect(addressesOf([{ address: 'fd00:107::3' }, { address: vip }])).to.deep.equal([vip, 'fd00:107::3']);
      });
    });
  });

  describe('the members', () => {
    for (const [what, port, expected] of [
      ['bound', boundAmphora(2), 'members'],
      ['fresh: it is wired before its amphora has booted', freshAmphora(2), 'members'],
      ['fresh, a moment before the timeout', freshAmphora(2, { ageMs: rules.freshPortTimeoutMs - 1 }), 'members'],
      ['fresh for longer than the timeout', freshAmphora(2, { ageMs: rules.freshPortTimeoutMs }), 'orphans'],
      ['bound, however old', boundAmphora(2, { ageMs: 10 * rules.freshPortTimeoutMs }), 'members'],
      ['unbound (recording 04)', unboundAmphora(2), 'leaving'],
      ['half unbound', boundAmphora(2, { hasVirtualMachine: false }), 'leaving'],
      [
        'bound without an address of its own: its delete has begun (recording 08)',
        boundAmphora(2, { addresses: [] }),
        'leaving',
      ],
      ['fresh without an address of its own', freshAmphora(2, { addresses: [] }), 'leaving'],
      ['named otherwise, as long as its owner is Octavia', freshAmphora(2, { name: 'renamed' }), 'members'],
    ] as const) {
      it(`should have a port that is ${what} among the ${expected}`, () => {
        const lists = plan({ owners: [octaviaVipPort(1)], carriers: [port] });
        const { members, leaving, orphans } = lists;
        expect({ members, leaving, orphans }).to.deep.equal({
          members: [],
          leaving: [],
          orphans: [],
          [expected]: [uuidOf(2)],
        });
      });
    }

    it("should leave out a tenant's own instance with the VIP as its pair (recording 14)", () => {
      const keepalived = anyPort(3, { owner: 'compute:nova', hasVirtualMachine: true });
      expect(plan({ owners: [octaviaVipPort(1)], carriers: [keepalived, boundAmphora(2)] })).to.deep.include({
        members: [uuidOf(2)],
        refused: [],
      });
    });
  });

  describe('when a fresh port waits for Nova', () => {
    it('should be looked at again when the first of them becomes an orphan', () => {
      const carriers = [freshAmphora(2, { ageMs: 1_000 }), freshAmphora(3, { ageMs: 5_000 }), boundAmphora(4)];
      expect(plan({ owners: [octaviaVipPort(1)], carriers }).recheckAfterMs).to.equal(rules.freshPortTimeoutMs - 5_000);
    });

    it('should not be looked at again for ports that are bound, leaving or orphans already', () => {
      const carriers = [boundAmphora(2), unboundAmphora(3), freshAmphora(4, { ageMs: rules.freshPortTimeoutMs })];
      expect(plan({ owners: [octaviaVipPort(1)], carriers })).not.to.have.property('recheckAfterMs');
    });
  });

  describe('trust', () => {
    const stranger = { projectUuid: uuidOf(0xa3), project: { domain: 'default-domain', name: 'mallory' } };
    const isMember = (project: Partial<ObservedPort>, amphoraProjects: readonly string[], networkShared = true) => {
      const seen = { networkShared, owners: [octaviaVipPort(1)], carriers: [boundAmphora(2, project)] };
      const { members, refused } = plan(seen, { amphoraProjects });
      expect([members.length, refused.length]).to.have.members([0, 1]);
      return members.length === 1;
    };

    it('should hold for every project in a network that is not shared', () => {
      expect(isMember(stranger, ['service'], false)).to.equal(true);
    });

    for (const [what, project, amphoraProjects, expected] of [
      ['names its uuid', service, [uuidOf(0xa2)], true],
      ['names its uuid as Keystone writes it, without dashes', service, [uuidOf(0xa2).replaceAll('-', '')], true],
      ['names its domain and name', service, ['default-domain:service'], true],
      ['names it, and it is of the default domain', service, ['service'], true],
      ['names others', service, ['octavia', 'other:service', uuidOf(0xa3)], false],
      ['names nobody', service, [], false],
      [
        "names it, but it is another domain's",
        { projectUuid: uuidOf(0xa4), project: { domain: 'evil', name: 'service' } },
        ['service'],
        false,
      ],
      [
        'names it with its domain, which is not the default one',
        { projectUuid: uuidOf(0xa4), project: { domain: 'ops', name: 'service' } },
        ['ops:service'],
        true,
      ],
      [
        "names a uuid, and a project of another has that for its name's sake",
        { projectUuid: uuidOf(0xa4), project: { domain: 'evil', name: uuidOf(0xa2) } },
        [uuidOf(0xa2)],
        false,
      ],
      ['names an empty text, and the port has no project', { projectUuid: undefined, project: undefined }, [''], false],
      [
        'names it, and the port belongs to nobody',
        { projectUuid: undefined },
        ['service', 'default-domain:shop'],
        false,
      ],
      ['names its uuid, and no name of it is known', { ...service, project: undefined }, [uuidOf(0xa2)], true],
      ['names nothing of it, and no name of it is known', { ...service, project: undefined }, ['service'], false],
    ] as const) {
      it(`should ${expected ? '' : 'not '}hold in a shared network when the list ${what}`, () => {
        expect(isMember(project as Partial<ObservedPort>, amphoraProjects)).to.equal(expected);
      });
    }

    it("should refuse the tenant's own ports in a shared network: anybody can name them so", () => {
      expect(isMember(tenant, ['service'])).to.equal(false);
    });

    it('should say who is refused, and why', () => {
      const carriers = [boundAmphora(3, stranger), boundAmphora(2, service)];
      const seen = plan({ networkShared: true, owners: [octaviaVipPort(1)], carriers });
      const project = { uuid: stranger.projectUuid, name: 'default-domain:mallory' };
      expect(seen.refused).to.deep.equal([{ uuid: uuidOf(3), reason: 'untrusted-project', project }]);
      expect(seen.members).to.deep.equal([uuidOf(2)]);
    });

    describe('before a network is shared', () => {
      const octavias = { projectUuid: uuidOf(0xa5), project: { domain: 'default-domain', name: 'octavia' } };
      const unlisted = (delta: Partial<LoadBalancerObservation>) =>
        plan({ owners: [octaviaVipPort(1)], ...delta }, { amphoraProjects: ['service'] }).unlistedProjects;

      it('should be foreseen: each project of bound amphorae that the list lacks, once', () => {
        const carriers = [boundAmphora(4, stranger), boundAmphora(3, octavias), boundAmphora(2, octavias)];
        expect(unlisted({ carriers: [...carriers, boundAmphora(5, service)] })).to.deep.equal([
          { uuid: uuidOf(0xa3), name: 'default-domain:mallory' },
          { uuid: uuidOf(0xa5), name: 'default-domain:octavia' },
        ]);
      });

      for (const [what, delta] of [
        ['it is not bound', { carriers: [freshAmphora(2, octavias)] }],
        ['it is leaving', { carriers: [unboundAmphora(2, octavias)] }],
        ['nobody has the VIP', { owners: [], carriers: [boundAmphora(2, octavias)] }],
        ['it is refused as it is', { networkShared: true, carriers: [boundAmphora(2, octavias)] }],
        ['it carries another pair', { carriers: [] }],
        ['it belongs to no project', { carriers: [boundAmphora(2, { projectUuid: undefined } as object)] }],
      ] as const) {
        it(`should not be when ${what}`, () => {
          expect(unlisted(delta)).to.deep.equal([]);
        });
      }
    });

    it("should not make a tenant's port a VIP port for the sake of a refused amphora", () => {
      const seen = plan({ networkShared: true, owners: [tenantsVipPort], carriers: [boundAmphora(3, stranger)] });
      expect(seen.vipPort).to.equal(undefined);
    });
  });

  describe('where virtual ports in general count', () => {
    const carrier = (number: number, delta: Partial<ObservedPort> = {}) =>
      anyPort(number, { owner: 'compute:nova', hasVirtualMachine: true, vmNames: [uuidOf(0x1000 + number)], ...delta });
    const all = (delta: Partial<LoadBalancerObservation>) => plan(delta, { virtualPorts: 'all' });
    const reserved = tenantsVipPort;

    it('should take a port that reserves an address for the VIP port, and those of its project that carry it for members', () => {
      for (const networkShared of [false, true]) {
        const seen = all({ networkShared, owners: [reserved], carriers: [carrier(3), carrier(2)] });
        expect(seen.vipPort).to.include({ uuid: uuidOf(1), origin: 'virtual', loadBalancerId: uuidOf(1) });
        expect(seen).to.deep.include({
          members: [uuidOf(2), uuidOf(3)],
          leaving: [],
          orphans: [],
          refused: [],
          leftBehind: [],
          unlistedProjects: [],
        });
      }
    });

    it('should take no port for one by default', () => {
      expect(plan({ owners: [reserved], carriers: [carrier(2)] })).not.to.have.property('vipPort');
    });

    for (const [what, delta, list] of [
      ['a stranger’s', service, undefined],
      ['nobody’s', { projectUuid: undefined, project: undefined } as object, undefined],
      ['without an address of its own', { addresses: [] }, 'leaving'],
      ['without an instance', { owner: '', hasVirtualMachine: false, vmNames: [] }, 'members'],
      [
        'without an instance for too long',
        { owner: '', hasVirtualMachine: false, vmNames: [], ageMs: rules.freshPortTimeoutMs },
        'orphans',
      ],
      ['bound, however old', { ageMs: 10 * rules.freshPortTimeoutMs }, 'members'],
      ['refused: marked as an amphora’s', { name: 'octavia-lb-vrrp-1' }, 'refused'],
    ] as const) {
      it(`should have a carrier that is ${what} ${list === undefined ? 'nowhere' : `among the ${list}`}`, () => {
        const seen = all({ networkShared: true, owners: [reserved], carriers: [carrier(2), carrier(3, delta)] });
        const listed = (['members', 'leaving', 'orphans', 'refused'] as const).filter((name) =>
          seen[name].some((entry) => (typeof entry === 'string' ? entry : entry.uuid) === uuidOf(3)),
        );
        expect(listed).to.deep.equal(list === undefined ? [] : [list]);
        expect(seen.members).to.include(uuidOf(2));
      });
    }

    for (const [what, delta] of [
      ['an instance uses it', { owner: 'compute:nova', vmNames: [uuidOf(0x2000)] }],
      ['a router uses it', { owner: 'network:router_interface' }],
      ['it is an amphora’s', { name: 'octavia-lb-vrrp-1' }],
      ['it is of another project than those that carry it', service],
      ['it belongs to no project', { projectUuid: undefined, project: undefined } as object],
    ] as const) {
      it(`should take a port for none when ${what}`, () => {
        const seen = all({ owners: [{ ...reserved, ...delta }], carriers: [carrier(2)] });
        expect(seen).not.to.have.any.keys('vipPort', 'refusedVipPort');
        expect(seen.members).to.deep.equal([]);
      });
    }

    it('should take a port for none that nobody but itself carries', () => {
      expect(all({ owners: [reserved], carriers: [reserved] })).not.to.have.property('vipPort');
    });

    it('should not take the VIP port for a member because it carries its own address', () => {
      expect(all({ owners: [reserved], carriers: [reserved, carrier(2)] }).members).to.deep.equal([uuidOf(2)]);
    });

    it('should leave the VIPs of load balancers to their amphorae', () => {
      for (const [owner, origin] of [
        [octaviaVipPort(1), 'octavia'],
        [reserved, 'tenant'],
      ] as const) {
        const seen = all({ owners: [owner], carriers: [carrier(3), boundAmphora(2)] });
        expect(seen.vipPort?.origin).to.equal(origin);
        expect(seen.members).to.deep.equal([uuidOf(2)]);
      }
    });

    it('should keep the one that the record names, and end it once nobody carries it or something uses it', () => {
      const other = anyPort(0, { addresses: [{ address: vip }] });
      const seen = { owners: [other, reserved], carriers: [carrier(2)], recordedVipPort: uuidOf(1) };
      expect(all(seen).vipPort).to.include({ uuid: uuidOf(1), origin: 'virtual' });
      expect(all({ ...seen, carriers: [] }).vipPort).to.include({ uuid: uuidOf(1), origin: 'recorded' });
      const used = { ...seen, owners: [{ ...reserved, owner: 'compute:nova' }] };
      expect(all(used).vipPort).to.include({ uuid: uuidOf(1), origin: 'recorded' });
      expect(all(used).members).to.deep.equal([]);
    });
  });

  it('should give the same answer whatever the order of its lists, sorted by uuid', () => {
    const owners = [octaviaVipPort(1), anyPort(9, { addresses: [{ address: vip }] })];
    const carriers = [boundAmphora(5), boundAmphora(4), freshAmphora(3), unboundAmphora(7), unboundAmphora(6)];
    const forth = plan({ owners, carriers });
    expect(plan({ owners: owners.toReversed(), carriers: carriers.toReversed() })).to.deep.equal(forth);
    expect(forth.members).to.deep.equal([uuidOf(3), uuidOf(4), uuidOf(5)]);
    expect(forth.leaving).to.deep.equal([uuidOf(6), uuidOf(7)]);
  });
});
