import { expect } from 'chai';
import { planService } from '../../../../lib/managers/port-tuple/plan.js';
import type { AddressSeen, InterfaceSeen, ServiceSeen } from '../../../../lib/managers/port-tuple/seen.js';
import type { Family } from '../../../../lib/model/index.js';
import { describeStages } from '../../../../lib/planning/index.js';

const first = { ip_prefix: '10.40.1.100', ip_prefix_len: 32 };
const other = { ip_prefix: '10.40.1.101', ip_prefix_len: 32 };
const pairs = [{ ip: first, mac: '02:00:00:00:00:01', address_mode: 'active-standby' }];
const check = 'c0c0c0c0-0000-4000-8000-000000000001';
const network = { uuid: 'net', fqName: ['default-domain', 'chains', 'net'], families: ['v4' as const] };

const address = (family: Family, fields: Partial<AddressSeen> = {}): AddressSeen => ({
  uuid: `address-${family}`,
  type: 'left',
  family,
  isOurs: true,
  isLinked: true,
  interfaces: ['port'],
  mode: 'active-active',
  given: {},
  givenGone: [],
  ...fields,
});
const port = (fields: Partial<InterfaceSeen> = {}): InterfaceSeen => ({
  uuid: 'port',
  isInTuple: true,
  type: 'left',
  pairAddresses: [],
  tables: [],
  checks: [],
  elsewhere: [],
  others: [],
  hasOtherPairs: false,
  network,
  ...fields,
});
const service = (fields: Partial<ServiceSeen> = {}): ServiceSeen => ({
  uuid: 'service',
  isThere: true,
  unseen: [],
  isVerified: false,
  types: [{ type: 'left' }],
  pool: { uuid: 'pool', fqName: ['pool'], families: ['v4', 'v6'] },
  addresses: [address('v4'), address('v6')],
  interfaces: [port()],
  links: [],
  remembered: {},
  oversized: [],
  ...fields,
});
const planned = (fields: Partial<ServiceSeen>): readonly string[] =>
  describeStages(planService(service(fields)).stages).map((line) => line.trim());
const table = { kind: 'interface-route-table', uuid: 'table', type: 'left', isEndToEnd: false } as const;

describe('planService', () => {
  describe('when all is as it should be', () => {
    it('should write nothing', () => {
      expect(planned({})).to.deep.equal([]);
    });

    it('should write nothing either where the original has passed things on, which notes nothing', () => {
      expect(planned({ interfaces: [port({ tables: ['table'] })], links: [table] })).to.deep.equal([]);
    });
  });

  describe('when the pool has no subnets of a family', () => {
    it('should make the other address only', () => {
      const pool = { uuid: 'pool', fqName: ['pool'], families: ['v4' as const] };
      const plan = planService(service({ pool, addresses: [] }));
      expect(describeStages(plan.stages)).to.have.length(2);
      expect(plan.goesOn).to.equal(true);
    });
  });

  describe('when a shared address was left by a crash', () => {
    it('should go on where the other one has stopped', () => {
      const left = address('v6', { isLinked: false, interfaces: [] });
      expect(planned({ addresses: [address('v4'), left] })).to.deep.equal([
        'addresses: add reference instance-ip address-v6 -> virtual-machine-interface port',
        'service: add reference service-instance service -> instance-ip address-v6',
      ]);
    });
  });

  describe('when pairs change', () => {
    it('should have one address follow before the interfaces, and the other one after', () => {
      const addresses = [address('v4', { tracking: other }), address('v6', { tracking: other })];
      const had = [{ ip: other, mac: '', address_mode: 'active-standby' }];
      const stages = planned({ types: [{ type: 'left', pairs }], addresses, interfaces: [port({ pairs: had })] });
      expect(stages.map((line) => [line.split(':')[0], line.split(' ').slice(-2).join(' ')])).to.deep.equal([
        ['follow', 'instance-ip address-v6'],
        ['interfaces', 'virtual-machine-interface port'],
        ['follow-last', 'instance-ip address-v4'],
      ]);
    });

    it('should clear what either address follows, and leave what none does', () => {
      const addresses = [address('v4', { tracking: other }), address('v6', { tracking: first })];
      expect(planned({ addresses, interfaces: [port({ pairs })] })).to.have.length(3);
      const own = [{ ip: { ip_prefix: '10.40.1.77', ip_prefix_len: 32 }, mac: '', address_mode: 'active-active' }];
      const stages = planned({ addresses, interfaces: [port({ pairs: own })] });
      expect(stages.every((line) => line.startsWith('follow-last'))).to.equal(true);
    });

    it('should be satisfied where the server has filled in a mac', () => {
      const wanted = [{ ip: first, address_mode: 'active-standby' }];
      const following = { tracking: first, mode: 'active-standby' };
      const addresses = [address('v4', following), address('v6', following)];
      const types = [{ type: 'left', pairs: wanted }];
      expect(planned({ types, addresses, interfaces: [port({ pairs })] })).to.deep.equal([]);
    });
  });

  describe('when an interface has left', () => {
    it('should take away what it had, and only then the reference by which it is found', () => {
      const addresses = [address('v4', { given: { table: 'interface-route-table' } }), address('v6')];
      const interfaces = [port({ isInTuple: false, tables: ['own', 'table'] })];
      expect(planned({ addresses, interfaces, links: [table] })).to.deep.equal([
        'interfaces: delete reference virtual-machine-interface port -> interface-route-table table',
        'detach: delete reference instance-ip address-v4 -> virtual-machine-interface port',
        'detach: delete reference instance-ip address-v6 -> virtual-machine-interface port',
      ]);
    });
  });

  describe('when the template is not there', () => {
    it('should leave interfaces as they are, and tell of it', () => {
      const without = { ...service({ interfaces: [port({ tables: ['table'] })] }) };
      Reflect.deleteProperty(without, 'types');
      const plan = planService(without);
      expect(plan.stages).to.deep.equal([]);
      expect(plan.complaints.map(({ type }) => type)).to.deep.equal(['service-incomplete']);
    });
  });

  describe('when the service instance is gone', () => {
    it('should have that read again before it deletes anything', () => {
      const gone = { isThere: false, interfaces: [port({ tables: ['table'] })] };
      const plan = planService(service(gone));
      expect(plan.stages).to.deep.equal([]);
      expect(plan.verify).to.deep.equal([{ kind: 'service-instance', uuid: 'service' }]);
      expect(planned({ ...gone, isVerified: true })).to.deep.equal([
        'delete: delete instance-ip address-v4',
        'delete: delete instance-ip address-v6',
      ]);
    });

    it('should delete nothing that somebody else could have made', () => {
      const addresses = [address('v4', { isOurs: false })];
      expect(planned({ isThere: false, isVerified: true, addresses })).to.deep.equal([]);
    });

    it('should delete nothing while something of it cannot be read', () => {
      const unseen = [{ kind: 'service-health-check', uuid: 'check' }] as const;
      expect(planService(service({ unseen })).verify).to.deep.equal(unseen);
      const plan = planService(service({ isThere: false, isVerified: true, interfaces: [port()], unseen }));
      expect(plan.stages).to.deep.equal([]);
      expect(plan.verify).to.deep.equal([]);
    });
  });

  describe('when a check is end-to-end', () => {
    const links = [{ kind: 'service-health-check', uuid: check, type: 'left', isEndToEnd: true } as const];
    const interfaces = [port({ checks: [check] })];
    const ofCheck = (fields: Partial<AddressSeen>): AddressSeen =>
      address('v4', { uuid: 'of-check', check, network: 'net', ...fields });
    const withCheck = (one: AddressSeen): readonly string[] =>
      planned({ links, interfaces, addresses: [address('v4'), address('v6'), one] });

    it('should let go of the network once more, as long as the address has no interface', () => {
      expect(withCheck(ofCheck({ interfaces: [] }))).to.deep.equal([
        'check-addresses: add reference instance-ip of-check -> virtual-network net',
        'check-addresses: add reference instance-ip of-check -> virtual-machine-interface port',
      ]);
      expect(withCheck(ofCheck({}))).to.deep.equal([]);
    });

    it('should delete an address of a network in which no interface is any more', () => {
      expect(withCheck(ofCheck({ network: 'former' }))).to.deep.equal(['delete: delete instance-ip of-check']);
    });
  });
});
