import { expect } from 'chai';
import { instanceNames, planSnat, type SnatSeen } from '../../../../lib/managers/snat/index.js';
import { describeStages, describeWrite, type SetWrite } from '../../../../lib/planning/index.js';

const project = ['default-domain', 'shop'];
const id = '11111111-0000-4000-8000-000000000001';
const [name = '', nextName = ''] = instanceNames(id);
const public1 = 'default-domain:shop:public';

const template = { uuid: 'template', fqName: ['default-domain', 'netns-snat-template'] };
const ipam = { uuid: 'ipam', fqName: ['default-domain', 'default-project', 'default-network-ipam'] };
const externals = [{ uuid: 'external', name: public1 }];
const router = {
  uuid: id,
  fqName: [...project, 'r1'],
  serviceInstances: [],
  unseenInstances: [],
  routeTables: [],
  externals,
};
const instance = {
  uuid: 'instance',
  fqName: [...project, name],
  isSourceNat: true,
  networks: [public1, `default-domain:shop:snat-si-left_${name}`],
  autoPolicy: false,
  haMode: 'active-standby',
  maxInstances: 2,
  properties: { ha_mode: 'active-standby', scale_out: { max_instances: 2, auto_scale: true } },
  routers: [id],
} as const;
const left = { uuid: 'left', fqName: [...project, `snat-si-left_${name}`], inhabitants: 4 };
const table = {
  uuid: 'table',
  fqName: [...project, `rt_${id}`],
  routes: [{ prefix: '0.0.0.0/0', next_hop: [...project, name].join(':') }],
  routers: [id],
  networks: [],
};

const bare: SnatSeen = {
  routerUuid: id,
  router,
  isGone: false,
  template,
  ipam,
  instances: [],
  surplus: 0,
  leftNetworks: [],
  visibleLeftNetworks: [],
  routeTables: [],
  names: [{ name, isTaken: false }],
};
const served: SnatSeen = {
  ...bare,
  router: { ...router, serviceInstances: ['instance'], routeTables: ['table'] },
  instances: [instance],
  leftNetworks: [left],
  routeTables: [table],
};

function linesOf(seen: SnatSeen): readonly string[] {
  return describeStages(planSnat(seen).stages).map((line) => line.trim());
}

function without(seen: SnatSeen, key: 'router' | 'template' | 'ipam'): SnatSeen {
  return Object.fromEntries(Object.entries(seen).filter(([one]) => one !== key)) as unknown as SnatSeen;
}

describe('the plan of a router', () => {
  describe('when it has a gateway and nothing else', () => {
    it('should make all that has no need of uuids, and go on', () => {
      expect(linesOf(bare)).to.deep.equal([
        `left network: create virtual-network default-domain:shop:snat-si-left_${name} -> network-ipam ipam`,
        `service instance: create service-instance default-domain:shop:${name} -> service-template template`,
        `route table: create route-table default-domain:shop:rt_${id}`,
      ]);
      expect(planSnat(bare).goesOn).to.equal(true);
    });

    it('should make only what a crash has left undone', () => {
      const seen = { ...bare, leftNetworks: [{ ...left, inhabitants: 0 }], instances: [{ ...instance, routers: [] }] };
      expect(linesOf(seen)).to.deep.equal([
        `route table: create route-table default-domain:shop:rt_${id}`,
        `references: add reference logical-router ${id} -> service-instance instance`,
      ]);
    });

    it('should wait where something is missing, and say for what', () => {
      const unknown = { ...bare, router: { ...router, externals: [{ uuid: 'external' }] } };
      const waits: readonly (readonly [SnatSeen, string])[] = [
        [unknown, 'network-not-seen'],
        [without(bare, 'template'), 'no-template'],
        [without(bare, 'ipam'), 'no-ipam'],
        [{ ...bare, names: [{ name, isTaken: true }] }, 'no-name'],
      ];
      for (const [seen, rule] of waits) {
        const plan = planSnat(seen);
        expect(plan.stages, rule).to.deep.equal([]);
        expect(plan.waitsFor?.rule).to.equal(rule);
      }
    });

    it('should take the next name where one is taken', () => {
      const names = [
        { name, isTaken: true },
        { name: nextName, isTaken: false },
      ];
      expect(linesOf({ ...bare, names })[1]).to.include(nextName);
    });
  });

  describe('when all is there', () => {
    it('should write nothing', () => {
      expect(linesOf(served)).to.deep.equal([]);
    });

    it('should need neither template nor IPAM', () => {
      expect(linesOf(without(without(served, 'template'), 'ipam'))).to.deep.equal([]);
    });

    it('should put the right interface on the network to which the gateway was moved, and leave all else', () => {
      const second = [{ uuid: 'second', name: 'default-domain:shop:second' }];
      const seen = { ...served, router: { ...router, ...served.router, externals: second } };
      const [write] = planSnat(seen).stages.flatMap(({ writes }) => writes);
      const { service_instance_properties: properties } = (write as SetWrite).properties;
      expect(write === undefined ? '' : describeWrite(write)).to.match(/on service-instance instance$/);
      expect(properties).to.deep.include({
        ha_mode: 'active-standby',
        scale_out: { max_instances: 2, auto_scale: true },
      });
      expect(JSON.stringify(properties)).to.include('"virtual_network":"default-domain:shop:second"');
      expect(linesOf(seen)).to.have.length(1);
    });

    it('should make do with a left network that tenants see, and never remove it', () => {
      const visible = { ...served, leftNetworks: [], visibleLeftNetworks: [left.fqName.join(':')] };
      expect(linesOf(visible)).to.deep.equal([]);
    });

    it('should leave how many instances an operator wants', () => {
      expect(linesOf({ ...served, instances: [{ ...instance, maxInstances: 4 }] })).to.deep.equal([]);
    });

    it('should leave other routes in the table, and lead the default one to the service instance', () => {
      const other = { prefix: '10.0.0.0/8', next_hop: '10.1.1.1' };
      expect(linesOf({ ...served, routeTables: [{ ...table, routes: [...table.routes, other] }] })).to.deep.equal([]);
      const stray = { prefix: '0.0.0.0/0', next_hop: '10.1.1.1' };
      const [line = ''] = linesOf({ ...served, routeTables: [{ ...table, routes: [stray, other] }] });
      expect(line).to.match(/^route table: set routes .*10\.0\.0\.0\/8.*snat_/);
      expect(line).not.to.include('0.0.0.0/0","next_hop":"10.1.1.1');
    });

    it('should remove what is one too many', () => {
      const extra = { ...instance, uuid: 'extra', fqName: [...project, nextName], routers: [] };
      expect(linesOf({ ...served, instances: [instance, extra] })).to.deep.equal([
        'service instances: delete service-instance extra',
      ]);
    });
  });

  describe('when the gateway is cleared', () => {
    const cleared: SnatSeen = { ...served, router: { ...router, ...served.router, externals: [] }, names: [] };

    it('should remove references first, and leave the left network while something is in it', () => {
      expect(linesOf(cleared)).to.deep.equal([
        `references to what goes: delete reference logical-router ${id} -> service-instance instance`,
        `references to what goes: delete reference logical-router ${id} -> route-table table`,
        'route tables: delete route-table table',
        'service instances: delete service-instance instance',
      ]);
      expect(linesOf({ ...cleared, leftNetworks: [{ ...left, inhabitants: 0 }] }).at(-1)).to.equal(
        'left networks: delete virtual-network left',
      );
    });

    it('should leave a service instance that another router refers to', () => {
      const shared = { ...instance, routers: [id, 'another'] };
      expect(linesOf({ ...cleared, instances: [shared] }).join('\n')).not.to.include('service-instance');
    });
  });

  describe('when the router is not there', () => {
    const orphaned: SnatSeen = {
      ...without(served, 'router'),
      instances: [{ ...instance, routers: [] }],
      routeTables: [{ ...table, routers: [] }],
      names: [],
    };

    it('should look whether it is gone before anything is removed', () => {
      const plan = planSnat(orphaned);
      expect(plan.stages).to.deep.equal([]);
      expect(plan.verify).to.deep.equal([{ kind: 'logical-router', uuid: id }]);
    });

    it('should remove all when it is gone', () => {
      expect(linesOf({ ...orphaned, isGone: true })).to.deep.equal([
        'route tables: delete route-table table',
        'service instances: delete service-instance instance',
      ]);
    });
  });
});
