import { expect } from 'chai';
import { NeutronError, Operator, type Amphora, type Json } from '../../fixtures/index.js';
import { describeFault, FaultStage, type Served } from './support/stage.js';

const freshPortTimeoutMs = 600_000;

describeFault('F28 ports that Octavia and Nova left behind, or cannot delete', (schema) => {
  let stage: FaultStage;
  let served: Served;
  let operator: Operator;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema });
    served = await stage.serve();
    operator = new Operator({ url: stage.shop.cloud.url, tenant: stage.shop.tenant });
  });

  afterEach(() => stage.close());

  const referencesOf = (kind: 'floating-ip' | 'virtual-ip'): readonly string[] => {
    const { server } = stage.shop.cloud;
    const object: Json | undefined =
      kind === 'floating-ip'
        ? server.read(kind, served.floatingIp.id)
        : server.list(kind).find((one) => JSON.stringify(one['fq_name']).includes(served.loadBalancer.id));
    return ((object?.['virtual_machine_interface_refs'] ?? []) as readonly Json[]).map((to) => String(to['uuid']));
  };
  const isReferenced = (portId: string): readonly boolean[] =>
    (['floating-ip', 'virtual-ip'] as const).map((kind) => referencesOf(kind).includes(portId));
  const at = (index: number): Amphora => served.loadBalancer.amphorae[index]!;

  describe('when a failover fails after the new port was made, which nobody ever binds', () => {
    it('should reference it until its time is over, and not any more then', async () => {
      await stage.shop.octavia.failoverAmphora(served.loadBalancer, at(0)).step();
      expect(await stage.complaints()).to.deep.equal([]);
      expect(isReferenced(at(2).portId)).to.deep.equal([true, true]);
      await stage.pass(freshPortTimeoutMs, 10_000);
      await stage.shop.cloud.settled();
      expect(isReferenced(at(2).portId)).to.deep.equal([false, false]);
      // For the actors it has ceased to be an amphora: nothing of it is left to do.
      at(2).hasPairs = false;
      expect(await stage.complaints()).to.deep.equal([]);
    });

    it('should not reference it after a restart either, and do so when it is bound after all', async () => {
      const { octavia, cloud } = stage.shop;
      const failover = octavia.failoverAmphora(served.loadBalancer, at(0));
      await failover.step();
      await stage.pass(freshPortTimeoutMs, 10_000);
      await cloud.settled();
      await cloud.stopMonitor(stage.monitor);
      const writes = stage.monitor.countWrites();
      const restarted = await cloud.startMonitor({ settings: { schema } });
      expect(restarted.countWrites() - writes).to.equal(0);
      expect(isReferenced(at(2).portId)).to.deep.equal([false, false]);
      await failover.run();
      expect(await stage.complaints()).to.deep.equal([]);
      expect(isReferenced(at(2).portId)).to.deep.equal([true, true]);
    });
  });

  describe('when an old port named like an amphora’s has pairs of the VIP and neither owner nor instance', () => {
    it('should never reference it', async () => {
      const { user, tenant } = stage.shop;
      const orphan = await user.createHostilePort(tenant, served.loadBalancer.vips[0]!).run();
      await operator.setProperties('virtual-machine-interface', orphan.id, {
        virtual_machine_interface_device_owner: '',
      });
      expect(await stage.complaints()).to.deep.equal([]);
      expect(isReferenced(orphan.id)).to.deep.equal([false, false]);
      await user.deletePort(orphan.id).run();
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when the instance goes before its port is unbound', () => {
    it('should let go of the port as soon as either shows', async () => {
      const { server } = stage.shop.cloud;
      const port = server.read('virtual-machine-interface', at(0).portId) ?? {};
      // The instance went past Neutron: its port still has an owner, and no instance.
      const { virtual_machine_refs: instances, ...rest } = port;
      server.seed('virtual-machine-interface', rest);
      for (const { uuid } of (instances ?? []) as readonly { readonly uuid: string }[]) {
        await operator.delete('virtual-machine', uuid);
      }
      stage.announce('virtual-machine-interface', at(0).portId);
      at(0).state = 'unbound';
      expect(await stage.complaints()).to.deep.equal([]);
      expect(isReferenced(at(0).portId)).to.deep.equal([false, false]);
      await stage.shop.octavia.failoverAmphora(served.loadBalancer, at(0)).run();
      expect(await stage.complaints()).to.deep.equal([]);
    });

    it('should let go of the port when only the DELETE of the instance is heard', async () => {
      const { server } = stage.shop.cloud;
      const { virtual_machine_refs: instances, ...rest } = server.read('virtual-machine-interface', at(0).portId) ?? {};
      const writes = stage.monitor.countWrites();
      server.seed('virtual-machine-interface', rest);
      for (const { uuid } of (instances ?? []) as readonly { readonly uuid: string }[]) {
        await operator.delete('virtual-machine', uuid);
      }
      at(0).state = 'unbound';
      await stage.shop.cloud.settled();
      expect(stage.monitor.countWrites()).to.be.greaterThan(writes);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when the delete of an old amphora’s port is refused, for somebody else references it', () => {
    it('should restore what the delete stripped, stay out of its way, and see it go in the end', async () => {
      const { octavia, cloud } = stage.shop;
      const foreign = cloud.server.seed('virtual-ip', {
        fq_name: ['default-domain', 'shop', 'foreign'],
        parent_type: 'project',
      });
      await operator.updateReference({ kind: 'virtual-ip', id: foreign }, at(0).portId, 'ADD');
      let refusals = 0;
      const checks: (readonly string[])[] = [];
      await octavia
        .failoverAmphora(served.loadBalancer, at(0), {
          skipUnbind: true,
          afterStep: async (step) => {
            if (step !== 'delete-refused') return;
            refusals += 1;
            await cloud.settled();
            // The port is on its way out, whatever holds it up: its address is gone.
            checks.push(referencesOf('floating-ip').filter((uuid) => uuid === at(0).portId));
            expect(referencesOf('floating-ip')).to.have.members([
              served.loadBalancer.vipPortId,
              at(1).portId,
              at(2).portId,
            ]);
            if (refusals < 3) return;
            await operator.updateReference({ kind: 'virtual-ip', id: foreign }, at(0).portId, 'DELETE');
          },
        })
        .run();
      expect(refusals).to.equal(3);
      expect(checks).to.deep.equal([[], [], []]);
      expect(at(0).state).to.equal('deleted');
      expect(await stage.complaints()).to.deep.equal([]);
      expect(stage.writesOn(foreign)).to.deep.equal([]);
    });

    it('should not be what holds it up: no refusal names anything of ours', async () => {
      const { octavia, cloud } = stage.shop;
      const refusals: unknown[] = [];
      cloud.server.requests.subscribe(({ status, userAgent, path, body }) => {
        if (status >= 400 && userAgent === 'octavia') refusals.push({ status, path, body });
      });
      await stage.failoverCalmly(served.loadBalancer);
      await octavia.failoverLoadBalancer(served.loadBalancer, { skipUnbind: true }).run();
      await octavia.deleteLoadBalancer(served.loadBalancer).run();
      expect(refusals).to.deep.equal([]);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when the load balancer is deleted, and the delete of an amphora’s port is refused', () => {
    it('should keep the VIP as it is left, and clear away all when Octavia tries again', async () => {
      const { octavia, cloud } = stage.shop;
      const foreign = cloud.server.seed('virtual-ip', {
        fq_name: ['default-domain', 'shop', 'foreign'],
        parent_type: 'project',
      });
      await operator.updateReference({ kind: 'virtual-ip', id: foreign }, at(0).portId, 'ADD');
      const error: unknown = await octavia
        .deleteLoadBalancer(served.loadBalancer)
        .run()
        .catch((caught: unknown) => caught);
      expect(NeutronError.is(error)).to.equal(true);
      expect(await stage.complaints()).to.deep.equal([]);
      await operator.updateReference({ kind: 'virtual-ip', id: foreign }, at(0).portId, 'DELETE');
      await octavia.deleteLoadBalancer(served.loadBalancer).run();
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });
});
