import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { describeFault, FaultStage, type Actors, type Served } from './support/stage.js';

describeFault('F26 one address in several networks, and pairs that are wider than an address', (schema) => {
  let stage: FaultStage;
  let other: Actors;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema });
    other = await stage.addTenant({ name: 'other', externalCidr: '100.64.201.0/24' });
  });

  afterEach(() => stage.close());

  const addressOf = ({ loadBalancer }: Served): string => loadBalancer.vips[0]?.address ?? '';
  /** A load balancer of each tenant, both with the same VIP: the bystanders' port has taken an address of the first network. */
  const serveTwins = async (): Promise<readonly [Served, Served]> => {
    await other.user.createServerPort().run();
    const twins = [await stage.serve(), await stage.serve({}, other)] as const;
    expect(addressOf(twins[0])).to.equal(addressOf(twins[1]));
    expect(twins[0].loadBalancer.networkId).not.to.equal(twins[1].loadBalancer.networkId);
    return twins;
  };

  describe('when load balancers of two tenants have the same VIP', () => {
    it('should keep them apart', async () => {
      const [one, twin] = await serveTwins();
      expect(await stage.complaints()).to.deep.equal([]);
      await stage.failover(one.loadBalancer);
      await stage.shop.user.disassociate(one.floatingIp).run();
      expect(await stage.complaints()).to.deep.equal([]);
      const writes = stage.writesOn(one.floatingIp.id).length;
      await stage.failover(twin.loadBalancer, { skipUnbind: true });
      expect(await stage.complaints()).to.deep.equal([]);
      expect(stage.writesOn(one.floatingIp.id)).to.have.length(writes);
      await stage.shop.octavia.deleteLoadBalancer(one.loadBalancer).run();
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when load balancers of one network have neighbouring VIPs', () => {
    it('should give each its own floating ips', async () => {
      const one = await stage.serve();
      const next = await stage.serve();
      for (const { loadBalancer } of [one, next]) await stage.failover(loadBalancer, { skipUnbind: true });
      await stage.shop.octavia.deleteLoadBalancer(next.loadBalancer).run();
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  for (const pair of ['10.107.0.0/24', '10.107.0.4/31', 'VIP/24', 'VIP/31']) {
    describe(`when an amphora-like port has ${pair} for a pair`, () => {
      it('should not count it as an amphora of any VIP', async () => {
        const served = await stage.serve();
        const { user, tenant } = stage.shop;
        const writes = stage.monitor.countWrites();
        const prefix = pair.replace('VIP', addressOf(served));
        const wide = await user.createHostilePort(tenant, { ...served.loadBalancer.vips[0]!, address: prefix }).run();
        const keepalived = await user.createLookAlikePort(prefix).run();
        expect(await stage.complaints()).to.deep.equal([]);
        expect(stage.monitor.countWrites() - writes).to.equal(0);
        await stage.failover(served.loadBalancer, { skipUnbind: true });
        await user.deletePort(wide.id).run();
        await user.deletePort(keepalived.id).run();
        expect(await stage.complaints()).to.deep.equal([]);
        for (const { id } of [wide, keepalived]) expect(stage.writesOn(id)).to.deep.equal([]);
      });
    });
  }

  describe('when an amphora-like port has 0.0.0.0/0 for a pair', () => {
    it('should not count it as an amphora of any VIP', async () => {
      const served = await stage.serve();
      const { server } = stage.shop.cloud;
      // The API refuses such a pair; a database that is older than its check may hold one.
      const port = server.seed('virtual-machine-interface', {
        ...server.read('virtual-machine-interface', served.loadBalancer.amphorae[0]!.portId),
        uuid: randomUUID(),
        fq_name: ['default-domain', 'shop', `octavia-lb-vrrp-${randomUUID()}`],
        virtual_machine_interface_allowed_address_pairs: {
          allowed_address_pair: [
            { ip: { ip_prefix: '0.0.0.0', ip_prefix_len: 0 }, mac: '', address_mode: 'active-standby' },
          ],
        },
      });
      stage.announce('virtual-machine-interface', port);
      expect(await stage.complaints()).to.deep.equal([]);
      await stage.failover(served.loadBalancer, { skipUnbind: true });
      expect(await stage.complaints()).to.deep.equal([]);
      expect(stage.writesOn(port)).to.deep.equal([]);
    });
  });

  describe('when a tenant’s own port has exactly the VIP of another network for a pair', () => {
    it('should not count it', async () => {
      const served = await stage.serve();
      const writes = stage.monitor.countWrites();
      const port = await other.user.createLookAlikePort(addressOf(served)).run();
      const named = await other.user
        .createHostilePort(other.user.tenant, {
          address: addressOf(served),
          subnetId: other.user.tenant.subnets[0]?.id ?? '',
        })
        .run();
      expect(await stage.complaints()).to.deep.equal([]);
      expect(stage.monitor.countWrites() - writes).to.equal(0);
      for (const { id } of [port, named]) expect(stage.writesOn(id)).to.deep.equal([]);
    });
  });
});
