import { expect } from 'chai';
import { defaultManagerSettings as settings } from '../../../../../lib/managers/index.js';
import { planLoadBalancer } from '../../../../../lib/managers/octavia-vip/index.js';
import { decide } from '../../../../../lib/planning/index.js';
import {
  carrierRules,
  ownerRules,
  portKindRules,
  portStateRules,
  type CarrierFacts,
  type OwnerFacts,
} from '../../../../../lib/managers/octavia-vip/carriers/rules.js';
import { uuidOf } from '../../../../support/change-messages.js';
import { without } from '../../../../support/without.js';
import {
  anyLoadBalancer,
  anyPort,
  boundAmphora,
  freshAmphora,
  octaviaVipPort,
  service,
  tenant,
  unboundAmphora,
  vip,
} from '../support/ports.js';

describe('what a port is', () => {
  for (const [owner, placeholder, named, expected] of [
    ['octavia', true, 'amphora', 'vip-port'],
    ['octavia', true, 'otherwise', 'vip-port'],
    ['octavia', false, 'vip-port', 'vip-port'],
    ['octavia', false, 'amphora', 'amphora'],
    ['octavia', false, 'otherwise', 'amphora'],
    ['another', true, 'amphora', 'amphora'],
    ['another', true, 'vip-port', 'neither'],
    ['another', false, 'vip-port', 'neither'],
    ['another', false, 'otherwise', 'neither'],
  ] as const) {
    it(`should be ${expected} with ${owner} owner, ${placeholder ? 'its' : 'no'} placeholder, named ${named}`, () => {
      expect(decide(portKindRules, { owner, placeholder, named }).stands).to.equal(expected);
    });
  }
});

describe('where an amphora port stands', () => {
  for (const [virtualMachine, owner, expected] of [
    [true, 'another', 'bound'],
    [true, 'octavia', 'bound'],
    [true, 'none', 'leaving'],
    [false, 'octavia', 'fresh'],
    [false, 'another', 'leaving'],
    [false, 'none', 'leaving'],
  ] as const) {
    it(`should be ${expected} ${virtualMachine ? 'with' : 'without'} a virtual machine, owner ${owner}`, () => {
      expect(decide(portStateRules, { virtualMachine, owner }).stands).to.equal(expected);
    });
  }
});

describe('which port is the VIP port', () => {
  const tenants: OwnerFacts = {
    outranked: false,
    kind: 'neither',
    inUse: false,
    recorded: false,
    carried: true,
    paired: false,
    ofProject: true,
  };
  for (const [what, delta, rule] of [
    ['Octavia’s', { kind: 'vip-port' }, 'octavias-vip-port'],
    [
      'Octavia’s, whatever uses it and whoever carries it',
      { kind: 'vip-port', inUse: true, carried: false },
      'octavias-vip-port',
    ],
    ['Octavia’s, of nobody', { kind: 'vip-port', ofProject: false }, 'octavias-vip-port-of-nobody'],
    ['carried', {}, 'tenants-vip-port'],
    ['carried and recorded', { recorded: true }, 'tenants-recorded-vip-port'],
    ['carried, of nobody', { ofProject: false }, 'tenants-vip-port-of-nobody'],
    ['carried, recorded, of nobody', { ofProject: false, recorded: true }, 'tenants-vip-port-of-nobody'],
    ['recorded, carried by nobody', { recorded: true, carried: false }, 'recorded-vip-port'],
    ['recorded and in use', { recorded: true, inUse: true }, 'recorded-vip-port'],
    ['an amphora’s', { kind: 'amphora', recorded: true }, 'amphoras-own-address'],
    ['in use', { inUse: true }, 'in-use'],
    ['carried by nobody', { carried: false }, 'not-carried'],
    ['carried by other ports of its project', { carried: false, paired: true }, 'virtual-port'],
    ['the same, and recorded', { carried: false, paired: true, recorded: true }, 'recorded-virtual-port'],
    ['carried by amphorae and by other ports of its project', { paired: true }, 'tenants-vip-port'],
    ['carried by other ports of its project, and in use', { carried: false, paired: true, inUse: true }, 'in-use'],
    ['second', { outranked: true }, 'outranked'],
  ] as const) {
    it(`should be decided by ${rule} of one that is ${what}`, () => {
      expect(decide(ownerRules, { ...tenants, ...delta }).rule).to.equal(rule);
    });
  }

  it('should prefer Octavia’s to a tenant’s, a recorded one to another, and one of a project to one of nobody', () => {
    expect(ownerRules.rules.map(({ stands }) => stands)).to.deep.equal([
      'none',
      'octavia',
      'tenant',
      'tenant',
      'virtual',
      'virtual',
      'recorded',
      'refused',
      'refused',
      'none',
      'none',
      'none',
    ]);
  });
});

describe('what a carrier counts as', () => {
  const bound: CarrierFacts = {
    kind: 'amphora',
    virtual: false,
    own: false,
    shared: false,
    trusted: true,
    state: 'bound',
    address: true,
    taken: false,
    overdue: false,
    departing: false,
    surplus: false,
  };
  const paired = { kind: 'neither', virtual: true, own: true } as const;
  for (const [what, delta, rule, stands] of [
    ['bound', {}, 'bound', 'member'],
    ['bound, however old', { overdue: true }, 'bound', 'member'],
    ['fresh', { state: 'fresh' }, 'fresh', 'member'],
    ['fresh for too long', { state: 'fresh', overdue: true }, 'overdue', 'orphan'],
    ['leaving', { state: 'leaving' }, 'unbound', 'leaving'],
    ['leaving, and its address taken', { state: 'leaving', taken: true }, 'unbound', 'leaving'],
    ['without an address of its own', { address: false }, 'address-lost', 'leaving'],
    ['departing', { departing: true }, 'departing', 'leaving'],
    ['departing, and not trusted', { departing: true, trusted: false, shared: true }, 'refused', 'refused'],
    ['left behind', { taken: true }, 'left-behind', 'orphan'],
    ['one too many', { surplus: true }, 'surplus', 'orphan'],
    ['not trusted in a network that is not shared', { trusted: false }, 'bound', 'member'],
    ['not trusted in a shared network', { trusted: false, shared: true }, 'refused', 'refused'],
    ['leaving, and not trusted', { trusted: false, shared: true, state: 'leaving' }, 'refused', 'refused'],
    ['a VIP port', { kind: 'vip-port' }, 'vip-port-with-pairs', 'none'],
    ['nothing of Octavia’s', { kind: 'neither' }, 'pair-of-its-users', 'none'],
    ['a port of the virtual port’s project', { ...paired, trusted: false }, 'bound', 'member'],
    ['the same in a shared network', { ...paired, trusted: false, shared: true }, 'bound', 'member'],
    ['a stranger’s', { ...paired, own: false }, 'pair-of-a-stranger', 'none'],
    [
      'a port of the virtual port’s project without an address',
      { ...paired, address: false },
      'address-lost',
      'leaving',
    ],
    ['a fresh port of the virtual port’s project', { ...paired, state: 'fresh' }, 'fresh', 'member'],
    ['nothing of Octavia’s, whoever trusts it', { kind: 'neither', shared: true }, 'pair-of-its-users', 'none'],
  ] as const) {
    it(`should be ${stands} by ${rule} of one that is ${what}`, () => {
      expect(decide(carrierRules, { ...bound, ...delta })).to.include({ rule, stands });
    });
  }
});

describe('the verdicts on ports', () => {
  const verdicts = (delta: Parameters<typeof anyLoadBalancer>[0]) =>
    Object.fromEntries(
      planLoadBalancer(anyLoadBalancer(delta), { ...settings, amphoraProjects: ['service'] }).verdicts.map(
        ({ about, rule }) => [about.uuid, rule],
      ),
    );
  const own = anyPort(9, { addresses: [{ address: vip }] });

  it('should be one for each port that owns the address or carries it', () => {
    const carriers = [
      boundAmphora(2, service),
      freshAmphora(3, service),
      unboundAmphora(4, service),
      boundAmphora(5, tenant),
      anyPort(6),
    ];
    expect(verdicts({ networkShared: true, owners: [own, octaviaVipPort(1)], carriers })).to.deep.equal({
      [uuidOf(1)]: 'octavias-vip-port',
      [uuidOf(2)]: 'bound',
      [uuidOf(3)]: 'fresh',
      [uuidOf(4)]: 'unbound',
      [uuidOf(5)]: 'refused',
      [uuidOf(6)]: 'pair-of-its-users',
      [uuidOf(9)]: 'outranked',
    });
  });

  it('should say of one that does both what it owns, but of an amphora’s what it carries', () => {
    const [odd, amphora] = [octaviaVipPort(1), boundAmphora(2, { addresses: [{ address: vip }] })];
    expect(verdicts({ owners: [odd, amphora], carriers: [odd, amphora] })).to.deep.equal({
      [uuidOf(1)]: 'octavias-vip-port',
      [uuidOf(2)]: 'bound',
    });
  });

  it('should say what keeps a port from being the VIP port', () => {
    const nobodys = without(octaviaVipPort(1), 'projectUuid', 'project');
    expect(verdicts({ owners: [nobodys], carriers: [boundAmphora(2)] })[uuidOf(1)]).to.equal(
      'octavias-vip-port-of-nobody',
    );
    expect(verdicts({ owners: [own] })).to.deep.equal({ [uuidOf(9)]: 'not-carried' });
  });
});
