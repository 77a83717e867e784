import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { createTenant, NetworkUser, Nova, type LoadBalancer } from '../../fixtures/index.js';
import { KeptLog } from '../support/kept.js';
import { Shop } from '../support/shop.js';

describe('a tenant in a shared network who makes ports like amphorae of another tenant', () => {
  let shop: Shop;
  let log: KeptLog;
  let loadBalancer: LoadBalancer;
  let stranger: NetworkUser;

  const at = <T>(list: readonly T[], index = 0): T => {
    const entry = list[index];
    if (entry === undefined) throw new Error('there is no such entry');
    return entry;
  };

  beforeEach(async () => {
    const serviceProject = randomUUID();
    log = new KeptLog();
    shop = await Shop.open({
      tenant: { shared: true },
      monitor: { logger: log, settings: { amphoraProjects: [serviceProject] } },
      amphoraProjectId: serviceProject,
    });
    const { url, server } = shop.cloud;
    server.seedProject('octavia-service', serviceProject);
    const tenant = await createTenant(url, { name: 'stranger', cidrs: ['10.9.0.0/24'], externalCidr: '100.66.0.0/24' });
    stranger = new NetworkUser({ url, tenant });
    loadBalancer = await shop.octavia.createLoadBalancer({ pairsFirst: true }).run();
    await shop.user.associate(await shop.user.createFloatingIp().run(), loadBalancer).run();
    await shop.cloud.settled();
    expect(shop.differences()).to.deep.equal([]);
  });

  afterEach(() => shop.close());

  describe('when the port is named, owned and paired like an amphora', () => {
    it('should get nothing written for it, be shown in the status, and be logged once', async () => {
      const writes = shop.cloud.countWrites();
      const port = await stranger.createHostilePort(shop.tenant, at(loadBalancer.vips)).run();
      await shop.cloud.settled();
      await new Nova({ url: shop.cloud.url, tenant: stranger.tenant }).bind(port.id);
      await shop.cloud.settled();
      await shop.monitor.resync();
      expect(shop.cloud.countWrites() - writes).to.equal(0);
      expect(shop.differences()).to.deep.equal([]);
      const problems = shop.monitor.monitor.status().problems.filter(({ type }) => type === 'refused-port');
      expect(problems.map(({ uuid }) => uuid)).to.deep.equal([port.id]);
      expect(log.of('port refused: it looks like an amphora of the VIP and is not trusted')).to.have.length(1);
    });
  });

  describe('when the port is gone', () => {
    it('should no longer be shown', async () => {
      const port = await stranger.createHostilePort(shop.tenant, at(loadBalancer.vips)).run();
      await shop.cloud.settled();
      await stranger.deletePort(port.id).run();
      await shop.cloud.settled();
      expect(shop.monitor.monitor.status().problems).to.deep.equal([]);
    });
  });

  describe('when the tenant claims somebody else’s floating ip in the annotations of an own virtual-ip', () => {
    it('should get nothing written on that floating ip', async () => {
      const victim = at(shop.user.floatingIps);
      await shop.user.disassociate(victim).run();
      await shop.cloud.settled();
      const writes = shop.cloud.countWrites();
      const { networkId, projectId } = stranger.tenant;
      shop.cloud.server.seed('virtual-ip', {
        fq_name: ['default-domain', 'stranger', 'claim'],
        parent_type: 'project',
        parent_uuid: projectId,
        annotations: {
          key_value_pair: [
            { key: 'opensdn-svc-monitor/managed-by', value: 'opensdn-svc-monitor' },
            { key: 'opensdn-svc-monitor/vip', value: `${networkId}/10.9.0.77` },
            { key: 'opensdn-svc-monitor/loadbalancer', value: projectId },
            { key: 'opensdn-svc-monitor/vip-port', value: projectId },
            { key: `opensdn-svc-monitor/floating-ip/${victim.id}`, value: '10.9.0.77' },
          ],
        },
      });
      await shop.monitor.resync();
      const touched = shop.monitor
        .writes()
        .slice(writes)
        .filter(({ path, body }) => `${path} ${JSON.stringify(body ?? '')}`.match(`(/|"uuid":")${victim.id}`) !== null);
      expect(touched).to.deep.equal([]);
    });
  });
});
