import { expect } from 'chai';
import { defaultManagerSettings as rules } from '../../../../../lib/managers/index.js';
import {
  isInUse,
  isOctaviaVipPort,
  loadBalancerId,
  mayCarry,
  portState,
} from '../../../../../lib/managers/octavia-vip/index.js';

const lb = '605acb67-0f8d-43a2-91d0-6a2f8e3b7c11';
const vrrpName = 'octavia-lb-vrrp-2100973b-3943-45d5-9237-331111111111';
const instance = '9067a55d-3334-420b-b7b2-14d2cf4303a8';

describe('the marks of a port', () => {
  describe('mayCarry', () => {
    for (const [what, port, expected] of [
      ['its name says so, whatever its owner', { name: vrrpName, owner: 'compute:nova' }, true],
      ['its name says so, and it is unbound', { name: vrrpName, owner: '' }, true],
      ['its owner is Octavia, whatever its name', { name: 'renamed', owner: 'Octavia' }, true],
      ["it is a tenant's instance (recording 14)", { name: 'web-1', owner: 'compute:nova' }, false],
      ['the prefix is somewhere inside the name', { name: `my-${vrrpName}`, owner: '' }, false],
      ['it is the VIP port after its owner was taken off', { name: `octavia-lb-${lb}`, owner: '' }, false],
      ['the owner only begins like Octavia', { name: 'x', owner: 'Octavia2' }, false],
      ['it is the VIP port, by its name', { name: `octavia-lb-${lb}`, owner: 'Octavia' }, false],
      ['it is the VIP port, by its placeholder', { name: 'renamed', owner: 'Octavia', vmNames: [`lb-${lb}`] }, false],
      [
        'it is the VIP port, which somebody named like an amphora’s',
        { name: vrrpName, owner: 'Octavia', vmNames: [`lb-${lb}`] },
        false,
      ],
      [
        'Nova is binding it, and its owner is still Octavia',
        { name: vrrpName, owner: 'Octavia', vmNames: [instance] },
        true,
      ],
      ['the same, and it was renamed', { name: 'renamed', owner: 'Octavia', vmNames: [instance] }, true],
    ] as const) {
      it(`should be ${expected} when ${what}`, () => {
        expect(mayCarry({ vmNames: [], ...port }, rules)).to.equal(expected);
      });
    }

    for (const [what, port, expected] of [
      ["an amphora's", { name: vrrpName, owner: 'compute:nova', vmNames: [] }, true],
      ["a tenant's instance", { name: 'web-1', owner: 'compute:nova', vmNames: [instance] }, true],
      ["a tenant's port that nothing uses yet", { name: '', owner: '', vmNames: [] }, true],
      ["Octavia's VIP port", { name: `octavia-lb-${lb}`, owner: 'Octavia', vmNames: [`lb-${lb}`] }, false],
    ] as const) {
      it(`should be ${expected} of ${what} where virtual ports in general count`, () => {
        expect(mayCarry(port, { ...rules, virtualPorts: 'all' })).to.equal(expected);
      });
    }

    it('should go by the configured owner and prefix', () => {
      const own = { octaviaOwner: 'network:lb', amphoraNamePrefix: 'amp-' };
      expect(mayCarry({ name: 'amp-1', owner: '', vmNames: [] }, own)).to.equal(true);
      expect(mayCarry({ name: 'x', owner: 'network:lb', vmNames: [] }, own)).to.equal(true);
      expect(mayCarry({ name: vrrpName, owner: 'Octavia', vmNames: [] }, own)).to.equal(false);
    });
  });

  describe('isOctaviaVipPort', () => {
    const vipPort = { name: `octavia-lb-${lb}`, owner: 'Octavia', vmNames: [`lb-${lb}`] };
    for (const [what, delta, expected] of [
      ['it is as Octavia makes it', {}, true],
      ['its name is another', { name: 'renamed by the operator' }, true],
      ["its name is like an amphora's, and its placeholder is there", { name: vrrpName }, true],
      ['its placeholder is gone', { vmNames: [] }, true],
      ['its name goes on after the id', { name: `octavia-lb-${lb}-1`, vmNames: [] }, true],
      ['neither name nor placeholder tell', { name: 'renamed', vmNames: [] }, false],
      ['the name only begins like that of a VIP port', { name: 'octavia-lb-1', vmNames: [] }, false],
      ['the virtual machine is an instance', { name: 'renamed', vmNames: [instance] }, false],
      [
        "it is named like an amphora's: a new load balancer's ports get their pairs last (recording 17)",
        { name: vrrpName, vmNames: [] },
        false,
      ],
      ["it is a tenant's (recording 13)", { name: 'my-vip', owner: '', vmNames: [] }, false],
      ['a tenant named it so', { owner: '' }, false],
    ] as const) {
      it(`should be ${expected} when ${what}`, () => {
        expect(isOctaviaVipPort({ ...vipPort, ...delta }, rules)).to.equal(expected);
      });
    }

    it("should not be an amphora's port where that is named by the beginning of a VIP port's name", () => {
      const own = { octaviaOwner: 'Octavia', amphoraNamePrefix: 'octavia-lb-' };
      expect(isOctaviaVipPort({ ...vipPort, vmNames: [] }, own)).to.equal(false);
      expect(isOctaviaVipPort(vipPort, own)).to.equal(true);
    });
  });

  describe('isInUse', () => {
    for (const [what, port, expected] of [
      ["it is an instance's", { owner: 'compute:nova', vmNames: [instance] }, true],
      ['Nova binds: the owner is there, the instance is not yet', { owner: 'compute:az-2', vmNames: [] }, true],
      ['Nova binds: the instance is there, the owner is not yet', { owner: '', vmNames: [instance] }, true],
      ["it is a bare metal instance's", { owner: 'baremetal:none', vmNames: [instance] }, true],
      ["it is a router's", { owner: 'network:router_interface', vmNames: [] }, true],
      ["it is DHCP's", { owner: 'network:dhcp', vmNames: ['dhcp-1'] }, true],
      ["it is an agent's gateway", { owner: 'network:floatingip_agent_gateway', vmNames: [] }, true],
      ["it is a tenant's own VIP port (recording 13)", { owner: '', vmNames: [] }, false],
      ['an owner says what it is for, and it has no device', { owner: 'neutron:LOADBALANCER', vmNames: [] }, false],
      ["it is Octavia's VIP port", { owner: 'Octavia', vmNames: [`lb-${lb}`] }, false],
      ['the owner only begins like compute', { owner: 'computer', vmNames: [] }, false],
    ] as const) {
      it(`should be ${expected} when ${what}`, () => {
        expect(isInUse(port)).to.equal(expected);
      });
    }
  });

  describe('portState', () => {
    for (const [moment, port, expected] of [
      ['Octavia has created it', { owner: 'Octavia', hasVirtualMachine: false }, 'fresh'],
      [
        'Nova binds: the instance is there, the owner is not yet',
        { owner: 'Octavia', hasVirtualMachine: true },
        'bound',
      ],
      ['Nova has bound it', { owner: 'compute:nova', hasVirtualMachine: true }, 'bound'],
      ['Nova unbinds: the instance went first', { owner: 'compute:nova', hasVirtualMachine: false }, 'leaving'],
      ['Nova unbinds: the owner went first', { owner: '', hasVirtualMachine: true }, 'leaving'],
      ['Nova has unbound it (recording 04)', { owner: '', hasVirtualMachine: false }, 'leaving'],
    ] as const) {
      it(`should be ${expected} when ${moment}`, () => {
        expect(portState(port, rules)).to.equal(expected);
      });
    }
  });

  describe('loadBalancerId', () => {
    it("should come from the VIP port's name", () => {
      expect(loadBalancerId(`octavia-lb-${lb}`, [])).to.equal(lb);
    });

    it("should come from an additional VIP port's name, which goes on after the id", () => {
      expect(loadBalancerId(`octavia-lb-${lb}-1`, [])).to.equal(lb);
    });

    it('should come from the placeholder virtual machine where the name was changed', () => {
      expect(loadBalancerId('renamed', ['something', `lb-${lb}`])).to.equal(lb);
    });

    it("should be unknown for a tenant's own port, and for names that only look alike", () => {
      expect(loadBalancerId('my-vip', [])).to.equal(undefined);
      expect(loadBalancerId('octavia-lb-vrrp-605acb67', [`lb-${lb}-x`, 'lb-'])).to.equal(undefined);
    });
  });
});
