import { expect } from 'chai';
import { haproxyFacts, planHaproxy } from '../../../../../lib/managers/loadbalancer/haproxy/plan.js';
import type {
  HaproxySeen,
  InstanceSeen,
  RightInterface,
} from '../../../../../lib/managers/loadbalancer/haproxy/seen.js';
import type { LoadbalancerView, VipView } from '../../../../../lib/managers/loadbalancer/view/index.js';
import { describeStages } from '../../../../../lib/planning/index.js';

const uuid = 'aaaaaaaa-0000-4000-8000-000000000001';
const project = ['default-domain', 'shop'];

const anyVip: VipView = {
  uuid: 'vip-port',
  fqName: [...project, 'vip'],
  project: 'shop',
  owner: 'neutron:LOADBALANCER',
  network: { uuid: 'front', fqName: [...project, 'front'] },
  addresses: [{ uuid: 'vip-v4', fqName: ['vip-v4'], address: '10.50.1.3', family: 'v4' }],
  securityGroups: ['default'],
  tags: [],
  floatingIps: [],
};

const anyView: LoadbalancerView = {
  version: 'v2',
  uuid,
  fqName: [...project, 'lb1'],
  project: 'shop',
  provider: { name: 'opencontrail' },
  vipAddress: '10.50.1.3',
  vip: anyVip,
  listeners: [],
  serviceInstances: [],
  cut: [],
};

const anyInterface: RightInterface = {
  uuid: 'right-1',
  securityGroups: ['default'],
  tags: [],
  floatingIps: [],
  fatFlows: [],
};

const anySeen: HaproxySeen = {
  uuid,
  kind: 'loadbalancer',
  state: 'there',
  view: anyView,
  driver: 'haproxy',
  port: 'own',
  portUuid: 'vip-port',
  left: { state: 'none' },
  template: { uuid: 'template', fqName: ['default-domain', 'haproxy-loadbalancer-template'] },
  defaultGroups: ['default'],
  instances: [],
};

const options = { appsession: false };
const textOf = (view: LoadbalancerView): string => {
  const [stage] = planHaproxy({ ...anySeen, view }, options).stages;
  const write = stage?.writes[0];
  const bindings = write?.do === 'create' ? write.properties['service_instance_bindings'] : undefined;
  const pairs = (bindings as { readonly key_value_pair: readonly { readonly key: string; readonly value: string }[] })
    .key_value_pair;
  return pairs.find(({ key }) => key === 'haproxy_config')?.value ?? '';
};

const anyInstance: InstanceSeen = {
  uuid: 'instance',
  fqName: [...project, uuid],
  isOfTemplate: true,
  bindings: { lb_version: 'v2', lb_uuid: uuid, haproxy_config: textOf(anyView) },
  sides: [{ network: 'default-domain:shop:front', address: '10.50.1.3' }],
  properties: {},
  isReferenced: true,
  interfaces: [anyInterface],
};

function planned(seen: Partial<HaproxySeen>): readonly string[] {
  return describeStages(planHaproxy({ ...anySeen, ...seen }, options).stages).map((line) => line.trim());
}

function withInstance(instance: Partial<InstanceSeen>, view: Partial<LoadbalancerView> = {}): readonly string[] {
  return planned({ view: { ...anyView, ...view }, instances: [{ ...anyInstance, ...instance }] });
}

function without<T extends object, K extends keyof T>(object: T, key: K): Omit<T, K> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)) as Omit<T, K>;
}

describe('the plan for a load balancer in haproxy', () => {
  describe('when nothing is there of it', () => {
    it('should make a service instance, with all that the agent is handed, and go on', () => {
      const plan = planHaproxy(anySeen, options);
      expect(describeStages(plan.stages)).to.deep.equal([
        `  service instance: create service-instance default-domain:shop:${uuid} -> service-template template`,
      ]);
      expect(plan.goesOn).to.equal(true);
    });
  });

  describe('when all is there', () => {
    it('should write nothing', () => {
      expect(withInstance({})).to.deep.equal([]);
    });
  });

  describe('when a service instance that is there lacks something', () => {
    it('should be referred to', () => {
      expect(withInstance({ isReferenced: false })).to.deep.equal([
        `service instance: add reference loadbalancer ${uuid} -> service-instance instance`,
      ]);
    });

    it('should get the bindings that differ, and lose the orchestrator of another port', () => {
      expect(withInstance({ bindings: { lb_version: 'v2', lb_uuid: uuid } })).to.deep.equal([
        'service instance: set haproxy_config in the service_instance_bindings of service-instance instance',
      ]);
      expect(withInstance({ bindings: { ...anyInstance.bindings, orchestrator: 'kubernetes' } })).to.deep.equal([
        'service instance: remove orchestrator in the service_instance_bindings of service-instance instance',
      ]);
    });

    it('should be wired anew, and keep what an operator has set', () => {
      const plan = planHaproxy(
        {
          ...anySeen,
          instances: [{ ...anyInstance, sides: [], properties: { ha_mode: 'active-active', interface_list: [] } }],
        },
        options,
      );
      const [write] = plan.stages.flatMap(({ writes }) => writes);
      expect(write?.do === 'set' && write.properties['service_instance_properties']).to.deep.include({
        ha_mode: 'active-active',
        interface_list: [
          {
            virtual_network: 'default-domain:shop:front',
            ip_address: '10.50.1.3',
            static_routes: null,
            allowed_address_pairs: null,
          },
        ],
      });
      expect(plan.heeds).to.deep.equal([{ kind: 'service-instance', uuid: 'instance' }]);
    });
  });

  describe('when the VIP port has something that its interfaces have not', () => {
    it('should add it, before what it has no more goes', () => {
      const vip = { ...anyVip, securityGroups: ['web'], tags: ['gold'], floatingIps: ['fip'] };
      expect(withInstance({}, { vip })).to.deep.equal([
        'what follows the VIP: add reference virtual-machine-interface right-1 -> security-group web',
        'what follows the VIP: delete reference virtual-machine-interface right-1 -> security-group default',
        'what follows the VIP: add reference virtual-machine-interface right-1 -> tag gold',
        'what follows the VIP: add reference floating-ip fip -> virtual-machine-interface right-1',
      ]);
    });

    it('should take 64 floating ips at most, and say that there are more', () => {
      const floatingIps = Array.from({ length: 70 }, (_, index) => `fip-${String(index).padStart(2, '0')}`);
      const vip = { ...anyVip, floatingIps };
      expect(withInstance({}, { vip })).to.have.length(64);
      const { troubles } = planHaproxy({ ...anySeen, view: { ...anyView, vip }, instances: [anyInstance] }, options);
      expect(troubles.map(({ type }) => type)).to.deep.equal(['oversized']);
    });
  });

  describe('when it has listeners', () => {
    const listener = { uuid, isUp: true, protocol: 'TCP', port: 443, sniContainers: [], pools: [] };

    it('should make one flow of what comes to each port, in one order, but for what kube-manager made', () => {
      const listeners = [listener, { ...listener, isUp: false, port: 80 }, { ...listener, port: 99_999 }];
      const flows = (vip: VipView, fatFlows: readonly string[]): readonly string[] =>
        withInstance({ interfaces: [{ ...anyInterface, fatFlows }] }, { vip, listeners }).filter((line) =>
          line.includes('fat_flow'),
        );
      expect(flows(anyVip, [])).to.have.length(1);
      expect(flows(anyVip, ['tcp 443', 'tcp 80'])).to.deep.equal([]);
      const ofKubernetes = { ...anyVip, owner: 'K8S:LOADBALANCER' };
      expect(flows(ofKubernetes, [])).to.deep.equal([]);
      expect(flows(ofKubernetes, ['tcp 80'])).to.have.length(1);
    });
  });

  describe('when it is gone', () => {
    const gone: Partial<HaproxySeen> = { state: 'gone', driver: 'unknown', port: 'none', left: { state: 'none' } };

    it('should delete its service instance', () => {
      expect(planned({ ...gone, instances: [{ ...anyInstance, isReferenced: false }] })).to.deep.equal([
        'service instance: delete service-instance instance',
      ]);
    });

    it('should leave what is not of the template, or says that it is of another one', () => {
      for (const other of [{ isOfTemplate: false }, { bindings: { lb_uuid: 'another' } }]) {
        expect(planned({ ...gone, instances: [{ ...anyInstance, ...other }] })).to.deep.equal([]);
      }
    });

    it('should be read first where it is only not known', () => {
      const plan = planHaproxy({ ...anySeen, ...gone, state: 'not-seen', instances: [anyInstance] }, options);
      expect(plan.stages).to.deep.equal([]);
      expect(plan.verify).to.deep.equal([{ kind: 'loadbalancer', uuid }]);
      const untold = { ...anyInstance, bindings: {} };
      const other = planHaproxy({ ...anySeen, ...gone, state: 'not-seen', instances: [untold] }, options);
      expect(other.verify.map(({ kind }) => kind)).to.deep.equal(['loadbalancer', 'loadbalancer-pool']);
    });
  });

  describe('when it has no VIP port any more', () => {
    it('should let go of its service instance first', () => {
      for (const port of ['none', 'gone', 'foreign'] as const) {
        expect(planned({ port, instances: [anyInstance] }), port).to.deep.equal([
          `reference to what goes: delete reference loadbalancer ${uuid} -> service-instance instance`,
          'service instance: delete service-instance instance',
        ]);
      }
    });

    it('should have a port that is only not known read', () => {
      expect(planHaproxy({ ...anySeen, port: 'not-seen', instances: [anyInstance] }, options).verify).to.deep.equal([
        { kind: 'virtual-machine-interface', uuid: 'vip-port' },
      ]);
    });
  });

  describe('when nobody knows its driver', () => {
    it('should leave all as it is', () => {
      expect(planned({ driver: 'unknown', instances: [{ ...anyInstance, isReferenced: false }] })).to.deep.equal([]);
    });
  });

  describe('when something is missing', () => {
    it('should name what it is', () => {
      const lacks = (seen: Partial<HaproxySeen>): string => haproxyFacts({ ...anySeen, ...seen }).lacks;
      const network = { uuid: 'back', fqName: ['default-domain', 'other', 'back'] };
      const unconnected = without(anyVip, 'network');
      const homeless = without(anyView, 'project');
      const bare = without(anySeen, 'template');
      expect(lacks({ left: { state: 'foreign', network } })).to.equal('right-to-network');
      expect(lacks({ left: { state: 'unknown' } })).to.equal('network');
      expect(lacks({ view: { ...anyView, vip: unconnected } })).to.equal('network');
      expect(lacks({ view: { ...anyView, vip: { ...anyVip, addresses: [] } } })).to.equal('address');
      expect(lacks({ view: homeless })).to.equal('project');
      expect(haproxyFacts(bare).lacks).to.equal('template');
      expect(haproxyFacts({ ...bare, instances: [anyInstance] }).lacks).to.equal('nothing');
    });
  });
});
