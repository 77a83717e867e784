import { expect } from 'chai';
import { planInstance, ruleFacts } from '../../../../lib/managers/service-instance/plan.js';
import type {
  InstanceFacts,
  MachineSeen,
  ServiceSeen,
  SideSeen,
} from '../../../../lib/managers/service-instance/seen.js';
import { describeStages } from '../../../../lib/planning/index.js';
import { without } from '../../../support/without.js';

const network = { uuid: 'net-right', fqName: ['d', 'p', 'right'], families: ['v4', 'v6'] } as const;
const right: SideSeen = {
  type: 'right',
  place: 1,
  isShared: true,
  hasStaticRoutes: false,
  routes: [],
  networkName: 'd:p:right',
  network,
  lent: { state: 'own' },
};
const anyInstance: InstanceFacts = {
  fqName: ['d', 'p', 's'],
  project: 'project',
  maxInstances: 1,
  properties: {},
  hasInterfaces: true,
  template: {
    version: 1,
    mode: 'in-network-nat',
    type: 'source-nat',
    virtualization: 'network-namespace',
    interfaceTypes: ['right'],
  },
  sides: [right],
  ipam: { uuid: 'ipam', fqName: ['d', 'p', 'default-network-ipam'] },
};
const anySeen: ServiceSeen = {
  uuid: 'service',
  instance: anyInstance,
  joined: 'd__p__s',
  machines: [],
  predecessors: [],
  taken: [],
  tables: [],
  addresses: [],
  isGone: false,
  upRouters: [],
  downRouters: [],
};
const anyMachine: MachineSeen = { uuid: 'vm-1', name: 'd__p__s__1', index: 1, interfaces: [], routers: [] };
const port = {
  uuid: 'port-1',
  name: 'd__p__s__1__right__1',
  network: 'net-right',
  type: 'right',
  mac: '02:aa:aa:aa:aa:00',
  hasSecurityGroup: false,
  tables: [],
  floatingIps: [],
};
const address = (family: 'v4' | 'v6', holders: readonly string[] = []) => ({
  uuid: family === 'v4' ? 'aaaaaaaa-0000-4000-8000-000000000000' : 'bbbbbbbb-0000-4000-8000-000000000000',
  name: `d__p__s-right${family === 'v6' ? '-v6' : ''}`,
  family,
  isService: true,
  mode: 'active-standby',
  network: 'net-right',
  holders,
});

function planned(changes: Partial<ServiceSeen>): readonly string[] {
  return describeStages(planInstance({ ...anySeen, ...changes }, { seed: 'seed' }).stages).map((line) => line.trim());
}

describe('the plan for a service instance', () => {
  describe('when nothing is there', () => {
    it('should make the virtual machine and the addresses', () => {
      expect(planned({})).to.deep.equal([
        'make: create virtual-machine d__p__s__1 -> service-instance service',
        'make: create instance-ip d__p__s-right -> virtual-network net-right',
        'make: create instance-ip d__p__s-right-v6 -> virtual-network net-right',
      ]);
    });
  });

  describe('when virtual machine and addresses are there', () => {
    it('should make the interface', () => {
      const seen = { machines: [anyMachine], addresses: [address('v4'), address('v6')] };
      expect(planned(seen)).to.deep.equal([
        'interfaces: create virtual-machine-interface d:p:d__p__s__1__right__1 -> virtual-machine vm-1, virtual-network net-right',
      ]);
    });
  });

  describe('when all is there but the links', () => {
    it('should make them, and place the virtual machine', () => {
      const seen = {
        machines: [{ ...anyMachine, interfaces: [port] }],
        addresses: [address('v4'), address('v6')],
        upRouters: [{ uuid: 'router', name: 'compute-1' }],
      };
      expect(planned(seen)).to.deep.equal([
        'addresses: add reference instance-ip aaaaaaaa-0000-4000-8000-000000000000 -> virtual-machine-interface port-1',
        'addresses: add reference instance-ip bbbbbbbb-0000-4000-8000-000000000000 -> virtual-machine-interface port-1',
        'place: add reference virtual-router router -> virtual-machine vm-1',
      ]);
    });
  });

  describe('when all is there', () => {
    const whole = {
      machines: [{ ...anyMachine, interfaces: [port], routers: ['router'] }],
      addresses: [address('v4', ['port-1']), address('v6', ['port-1'])],
    };

    it('should write nothing, whatever is known of the vRouter', () => {
      expect(planned(whole)).to.deep.equal([]);
      expect(planned({ ...whole, upRouters: [{ uuid: 'other', name: 'other' }] })).to.deep.equal([]);
    });

    it('should leave a dead vRouter first, and enter another then', () => {
      const upRouters = [{ uuid: 'other', name: 'other' }];
      expect(planned({ ...whole, upRouters, downRouters: ['router'] })).to.deep.equal([
        'leave vRouters: delete reference virtual-router router -> virtual-machine vm-1',
        'place: add reference virtual-router other -> virtual-machine vm-1',
      ]);
    });

    it('should mark an address that only its interfaces have, and not one that others have, too', () => {
      const unmarked = (holders: readonly string[]) => [
        { ...address('v4', holders), isService: false },
        address('v6', ['port-1']),
      ];
      expect(planned({ ...whole, addresses: unmarked(['port-1']) })).to.deep.equal([
        'make: set service_instance_ip true on instance-ip aaaaaaaa-0000-4000-8000-000000000000',
      ]);
      expect(planned({ ...whole, addresses: unmarked(['other', 'port-1']) })).to.deep.equal([]);
    });

    it('should put the MAC address and the preference right', () => {
      const instance = { ...anyInstance, haMode: 'active-standby' };
      const lines = planned({
        ...whole,
        instance,
        machines: [{ ...anyMachine, interfaces: [{ ...port, mac: 'other' }] }],
      });
      expect(lines.find((line) => line.startsWith('interfaces: set '))).to.match(
        /"local_preference":200.*02:aa:aa:aa:aa:00/,
      );
    });

    it('should take all away when the service instance is gone, the virtual machine last', () => {
      const gone = { ...without(anySeen, 'instance'), isGone: true };
      const lines = describeStages(planInstance({ ...gone, ...whole }, { seed: 'seed' }).stages);
      expect(lines.map((line) => line.trim())).to.deep.equal([
        'let go of addresses: delete instance-ip aaaaaaaa-0000-4000-8000-000000000000',
        'let go of addresses: delete instance-ip bbbbbbbb-0000-4000-8000-000000000000',
        'interfaces: delete virtual-machine-interface port-1',
        'unplace: delete reference virtual-router router -> virtual-machine vm-1',
        'virtual machines: delete virtual-machine vm-1',
      ]);
    });

    it('should have it read when it is not known whether it is gone, and take nothing away', () => {
      const plan = planInstance({ ...without(anySeen, 'instance'), ...whole }, { seed: 'seed' });
      expect(plan.stages).to.deep.equal([]);
      expect(plan.verify).to.deep.equal([{ kind: 'service-instance', uuid: anySeen.uuid }]);
    });

    it('should leave an address that others have, too, when the service instance is gone', () => {
      const gone = { ...without(anySeen, 'instance'), isGone: true };
      const addresses = [address('v4', ['port-1', 'vip-port'])];
      const [first] = describeStages(planInstance({ ...gone, ...whole, addresses }, { seed: 'seed' }).stages);
      expect(first?.trim()).to.equal(
        'let go of addresses: delete reference instance-ip aaaaaaaa-0000-4000-8000-000000000000 -> virtual-machine-interface port-1',
      );
    });
  });

  describe('when it asks for very many instances', () => {
    it('should make 64, and tell so', () => {
      const { stages, troubles } = planInstance(
        { ...anySeen, instance: { ...anyInstance, maxInstances: 1_000_000 } },
        { seed: 'seed' },
      );
      expect(stages[0]?.writes).to.have.length(64 + 2);
      expect(troubles.map(({ type }) => type)).to.deep.equal(['oversized']);
    });
  });

  describe('when it has a VIP’s address to wait for', () => {
    it('should wait', () => {
      const instance = { ...anyInstance, sides: [{ ...right, lent: { state: 'awaited' } as const }] };
      expect(ruleFacts({ ...anySeen, instance }).lent).to.equal('awaited');
      expect(planned({ instance })).to.deep.equal([]);
    });

    it('should use it when it is there, and make none of its own', () => {
      const lent = { ...address('v4', ['vip-port']), name: 'vip', isService: false };
      const instance = {
        ...anyInstance,
        sides: [{ ...right, lent: { state: 'lent', uuids: [lent.uuid], securityGroups: [] } as const }],
      };
      const seen = { instance, machines: [{ ...anyMachine, interfaces: [port] }], addresses: [lent] };
      expect(planned(seen)).to.deep.equal([
        'addresses: add reference instance-ip aaaaaaaa-0000-4000-8000-000000000000 -> virtual-machine-interface port-1',
      ]);
    });
  });

  describe('when it has the addresses of a VIP port', () => {
    const lentBy = (uuids: readonly string[], securityGroups: readonly { uuid: string; fqName: string[] }[] = []) => ({
      ...anyInstance,
      sides: [{ ...right, lent: { state: 'lent', uuids, securityGroups } as const }],
    });

    it('should begin with the security groups of the port', () => {
      const lent = { ...address('v4', ['vip-port']), name: 'vip', isService: false };
      const instance = lentBy([lent.uuid], [{ uuid: 'web', fqName: ['default-domain', 'shop', 'web'] }]);
      const plan = planInstance(
        { ...anySeen, instance, machines: [{ ...anyMachine, interfaces: [] }], addresses: [lent] },
        { seed: 'seed' },
      );
      const groups = plan.stages
        .flatMap(({ writes }) => writes)
        .flatMap((write) => (write.do === 'create' ? (write.references ?? []) : []))
        .filter(({ to }) => to.kind === 'security-group');
      expect(groups.map(({ to }) => to.uuid)).to.deep.equal(['web']);
    });

    it('should let go of those of another port, and leave the security groups to who lends the addresses', () => {
      const lent = { ...address('v4', ['vip-port', 'port-1']), name: 'vip', isService: false };
      const former = { ...lent, uuid: 'former', name: 'former', holders: ['former-port', 'port-1'] };
      const own = { ...port, hasSecurityGroup: false };
      const machines = [{ ...anyMachine, interfaces: [own] }];
      expect(planned({ instance: lentBy([lent.uuid]), machines, addresses: [former, lent] })).to.deep.equal([
        'addresses: delete reference instance-ip former -> virtual-machine-interface port-1',
      ]);
    });
  });

  describe('when it is not known of which project it is', () => {
    it('should have it read, and make nothing before', () => {
      const plan = planInstance({ ...anySeen, instance: { ...anyInstance, project: '' } }, { seed: 'seed' });
      expect(plan.stages).to.deep.equal([]);
      expect(plan.verify).to.deep.equal([{ kind: 'service-instance', uuid: 'service' }]);
    });
  });

  describe('when it says nothing of how many instances it has', () => {
    it('should leave what is there', () => {
      const instance = without(anyInstance, 'maxInstances');
      expect(planned({ instance, machines: [{ ...anyMachine, interfaces: [port] }] })).to.deep.equal([]);
    });
  });
});
