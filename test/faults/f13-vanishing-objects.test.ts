import { expect } from 'chai';
import { NeutronError, Operator, type ApiRequest, type Json } from '../../fixtures/index.js';
import { describeFault, FaultStage, type Served } from './support/stage.js';
import { comeBetween } from './support/races.js';

const kinds = ['virtual-network', 'virtual-machine-interface', 'instance-ip', 'floating-ip', 'virtual-ip'];

describeFault('F13 objects that are gone between the event and the call', (schema) => {
  let stage: FaultStage;
  let served: Served;
  let operator: Operator;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema });
    served = await stage.serve();
    operator = new Operator({ url: stage.shop.cloud.url, tenant: stage.shop.tenant });
  });

  afterEach(() => stage.close());

  const on =
    (uuid: string, operation = 'ref-update') =>
    ({ path, body }: ApiRequest): boolean =>
      path === `/${operation}` && body.includes(uuid);
  const virtualIp = (): Json =>
    stage.shop.cloud.server.list('virtual-ip').find((one) => JSON.stringify(one).includes(served.loadBalancer.id)) ??
    {};

  /** A 404 is an answer: nothing failed, nothing is left to report, and the cache holds what is there. */
  const expectNoFailure = (): void => {
    for (const outcome of ['retried', 'failed']) {
      expect(stage.metrics.count('reconciles_total', { controller: 'octavia-vip', outcome }), outcome).to.equal(0);
    }
    const { problems, cache } = stage.monitor.monitor.status();
    expect(problems).to.deep.equal([]);
    for (const kind of kinds) expect(cache[kind], kind).to.equal(stage.shop.cloud.server.count(kind));
  };

  describe('when a new amphora’s port is gone before its reference is written', () => {
    it('should go on without it', async () => {
      const { octavia, user, cloud } = stage.shop;
      let gone = '';
      const race = comeBetween(cloud.server, {
        matches: ({ path, body }) =>
          path === '/ref-update' && body.includes(octavia.loadBalancers[0]?.amphorae[2]?.portId ?? 'none yet'),
        act: async () => {
          const amphora = octavia.loadBalancers[0]?.amphorae[2];
          if (amphora === undefined) return;
          gone = amphora.portId;
          await user.deletePort(gone).run();
          amphora.state = 'deleted';
        },
      });
      const [old] = served.loadBalancer.amphorae;
      // Octavia makes the new port and gives up: the old amphora stays.
      const failover = octavia.failoverAmphora(served.loadBalancer, old!);
      await failover.step();
      expect(await stage.complaints()).to.deep.equal([]);
      expect(race.times).to.equal(1);
      expect(cloud.server.read('virtual-machine-interface', gone)).to.equal(undefined);
      expectNoFailure();
    });
  });

  describe('when the floating ip is gone before its reference is written', () => {
    it('should go on without it', async () => {
      const race = comeBetween(stage.shop.cloud.server, {
        matches: on(served.floatingIp.id),
        act: () => stage.shop.user.deleteFloatingIp(served.floatingIp).run(),
      });
      await stage.failover(served.loadBalancer);
      expect(await stage.complaints()).to.deep.equal([]);
      expect(race.times).to.equal(1);
      expectNoFailure();
    });
  });

  describe('when the floating ip is gone before its properties are written', () => {
    it('should go on without it', async () => {
      const { user, cloud } = stage.shop;
      const floatingIp = await user.createFloatingIp().run();
      const race = comeBetween(cloud.server, {
        matches: ({ method, path }) => method === 'PUT' && path === `/floating-ip/${floatingIp.id}`,
        act: () => user.deleteFloatingIp(floatingIp).run(),
      });
      await user.disassociate(served.floatingIp).run();
      await cloud.settled();
      await user.associate(floatingIp, served.loadBalancer).run();
      expect(await stage.complaints()).to.deep.equal([]);
      expect(race.times).to.equal(1);
      expectNoFailure();
    });
  });

  describe('when our virtual-ip is gone before it is written', () => {
    it('should make it anew, with its associations', async () => {
      const before = String(virtualIp()['uuid']);
      const race = comeBetween(stage.shop.cloud.server, {
        matches: on(before),
        act: () => operator.delete('virtual-ip', before),
      });
      await stage.failoverCalmly(served.loadBalancer);
      expect(await stage.complaints()).to.deep.equal([]);
      expect(race.times).to.equal(1);
      expect(String(virtualIp()['uuid'])).not.to.equal(before);
      expectNoFailure();
    });
  });

  describe('when the load balancer is deleted before a reference of its failover is written', () => {
    it('should clear away what it kept for it', async () => {
      const { octavia, cloud } = stage.shop;
      const race = comeBetween(cloud.server, {
        matches: on(served.floatingIp.id),
        act: () => octavia.deleteLoadBalancer(served.loadBalancer).run(),
      });
      await stage.failover(served.loadBalancer).catch((error: unknown) => {
        // The ports that Octavia works on vanish under its own failover.
        if (!NeutronError.is(error)) throw error;
      });
      await octavia.deleteLoadBalancer(served.loadBalancer).run();
      expect(await stage.complaints()).to.deep.equal([]);
      expect(race.times).to.equal(1);
      expectNoFailure();
    });
  });

  describe('when everything is gone, the network included, before the first event is read', () => {
    it('should find nothing, and keep nothing', async () => {
      const { octavia, user, cloud, tenant } = stage.shop;
      const { channel } = stage.monitor;
      channel.hold();
      await stage.failover(served.loadBalancer, { skipUnbind: true });
      const late = await octavia.createLoadBalancer({ topology: 'SINGLE' }).run();
      for (const loadBalancer of [served.loadBalancer, late]) await octavia.deleteLoadBalancer(loadBalancer).run();
      for (const floatingIp of user.floatingIps) await user.deleteFloatingIp(floatingIp).run();
      for (const port of cloud.server.list('virtual-machine-interface'))
        await user.deletePort(String(port['uuid'])).run();
      await operator.delete('virtual-network', tenant.networkId);
      const writes = stage.monitor.countWrites();
      channel.resume();
      await cloud.settled();
      expect(cloud.server.list('virtual-ip')).to.deep.equal([]);
      expect(stage.monitor.countWrites() - writes).to.equal(1);
      expect(await stage.complaints()).to.deep.equal([]);
      expectNoFailure();
    });
  });

  for (const kind of ['virtual-machine-interface', 'floating-ip', 'instance-ip', 'virtual-ip', 'virtual-network']) {
    for (const oper of ['CREATE', 'UPDATE', 'DELETE'] as const) {
      describe(`when a ${oper} tells of a ${kind} that is gone`, () => {
        it('should do nothing', async () => {
          const writes = stage.monitor.countWrites();
          stage.announce(kind, '00000000-0000-4000-8000-00000000dead', oper);
          expect(await stage.complaints()).to.deep.equal([]);
          expect(stage.monitor.countWrites() - writes).to.equal(0);
          expectNoFailure();
        });
      });
    }
  }
});
