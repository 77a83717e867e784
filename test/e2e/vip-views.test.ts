import { expect } from 'chai';
import { liveAmphorae, type LoadBalancer, type UserFloatingIp } from '../../fixtures/index.js';
import type { KeyViews, LatestFailover, ViewQuery, VipRow, VipView } from '../../lib/index.js';
import { Shop } from '../support/shop.js';

const all: ViewQuery = { search: '', offset: 0, limit: 50, problems: new Map() };

describe('what is shown of VIPs', () => {
  let shop: Shop;
  let views: KeyViews;
  let loadBalancer: LoadBalancer;
  let floatingIp: UserFloatingIp;

  const list = async (query: Partial<ViewQuery> = {}): Promise<readonly VipRow[]> =>
    (await views.list({ ...all, ...query })).rows as readonly VipRow[];
  const one = async (): Promise<VipView> => views.get((await list())[0]?.key ?? '') as VipView;

  beforeEach(async () => {
    shop = await Shop.open();
    const [found] = shop.monitor.monitor.views();
    if (found === undefined) throw new Error('nothing is shown');
    views = found;
    loadBalancer = await shop.octavia.createLoadBalancer().run();
    floatingIp = await shop.user.createFloatingIp().run();
    await shop.user.associate(floatingIp, loadBalancer).run();
    await shop.monitor.settled();
  });

  afterEach(() => shop.close());

  describe('when a load balancer has a floating ip', () => {
    it('should show whose it is, its ports and its floating ip by address', async () => {
      const view = await one();
      expect(view).to.deep.include({
        key: `${loadBalancer.networkId}/${loadBalancer.vips[0]?.address}`,
        address: loadBalancer.vips[0]?.address,
        loadBalancer: { uuid: loadBalancer.id, name: `octavia-lb-${loadBalancer.id}` },
        tenant: { uuid: shop.tenant.projectId, name: 'default-domain:shop' },
        hasPlan: false,
      });
      expect(view.vipPort?.uuid).to.equal(loadBalancer.vipPortId);
      expect(view.ports.map(({ uuid, state }) => ({ uuid, state }))).to.have.deep.members(
        loadBalancer.amphorae.map(({ portId: uuid }) => ({ uuid, state: 'member' })),
      );
      expect(
        view.floatingIps.map(({ uuid, address, state, references }) => [uuid, address, state, references]),
      ).to.deep.equal([[floatingIp.id, floatingIp.address, 'wired', 3]]);
      expect(view.incidents.map(({ sentence }) => sentence)).to.deep.equal([
        `Floating ip ${floatingIp.address} was associated with the VIP.`,
      ]);
    });

    it('should be found by anything that is known of it, and by several words at once', async () => {
      const [amphora] = loadBalancer.amphorae;
      const words = [
        floatingIp.address,
        floatingIp.id,
        loadBalancer.id.toUpperCase(),
        loadBalancer.vipPortId,
        amphora?.portId ?? '',
        'default-domain:shop',
        `shop ${loadBalancer.vips[0]?.address}`,
      ];
      for (const search of words) expect(await list({ search }), search).to.have.length(1);
      expect(await list({ search: `${floatingIp.address} nobody` })).to.deep.equal([]);
    });

    it('should be known by its key alone', () => {
      expect(views.get('no such key')).to.equal(undefined);
    });
  });

  describe('when an amphora is replaced', () => {
    it('should show the steps of the failover, and when each was', async () => {
      const [amphora] = liveAmphorae(loadBalancer);
      if (amphora === undefined) throw new Error('there is no amphora');
      const before = views.revision;
      const failover = shop.octavia.failoverAmphora(loadBalancer, amphora);
      while ((await failover.step()) !== undefined) await shop.monitor.settled();
      await shop.monitor.settled();
      expect(views.revision).to.be.greaterThan(before);
      const { failovers } = await one();
      const [latest] = failovers;
      expect(latest?.steps.map(({ step }) => step)).to.have.members(['came', 'wired', 'leaving', 'let-go', 'gone']);
      expect(latest).to.include({ what: 'failover', over: true });
      expect(latest?.left?.uuid).to.equal(amphora.portId);
      expect(latest?.sentence).to.match(
        /^Port octavia-lb-vrrp-\S+ came and was wired after .*; port \S+ left, .* is gone\.$/,
      );
      const [shown] = views.latest(5) as readonly LatestFailover[];
      expect(shown).to.deep.include({ key: (await one()).key, startedAt: latest?.startedAt });
    });
  });

  describe('when a port is deleted too early', () => {
    it('should show that the floating ip was torn off, and is back', async () => {
      const [amphora] = liveAmphorae(loadBalancer);
      if (amphora === undefined) throw new Error('there is no amphora');
      await shop.octavia.failoverAmphora(loadBalancer, amphora, { skipUnbind: true }).run();
      await shop.monitor.settled();
      const { incidents, floatingIps } = await one();
      expect(incidents.slice(0, 2).map(({ type }) => type)).to.deep.equal(['restored', 'stripped']);
      expect(floatingIps.map(({ state }) => state)).to.deep.equal(['wired']);
    });
  });

  describe('when something is wrong with a VIP', () => {
    it('should show it first, with how many problems it has', async () => {
      const second = await shop.octavia.createLoadBalancer().run();
      await shop.monitor.settled();
      for (const { networkId, vips } of [loadBalancer, second]) {
        const key = `${networkId}/${vips[0]?.address}`;
        const [first, other] = await list({ problems: new Map([[key, 2]]) });
        expect(first).to.include({ key, state: 'wrong', problems: 2 });
        expect(other).to.include({ state: 'ok', problems: 0 });
      }
    });

    it('should give pages of it', async () => {
      await shop.octavia.createLoadBalancer().run();
      await shop.monitor.settled();
      const page = await views.list({ ...all, offset: 1, limit: 1 });
      expect(page).to.include({ total: 2, found: 2, offset: 1 });
      expect(page.rows).to.have.length(1);
    });
  });

  describe('when the load balancer is gone', () => {
    it('should not be shown any more', async () => {
      await shop.user.disassociate(floatingIp).run();
      await shop.octavia.deleteLoadBalancer(loadBalancer).run();
      await shop.monitor.settled();
      expect(await list()).to.deep.equal([]);
    });
  });

  describe('when it is a dry run', () => {
    it('should show what would be written', async () => {
      const dry = await shop.cloud.startMonitor({ dryRun: true, userAgent: 'dry' });
      await shop.cloud.stopMonitor(shop.monitor);
      const second = await shop.octavia.createLoadBalancer().run();
      const later = await shop.user.createFloatingIp().run();
      await shop.user.associate(later, second).run();
      await dry.settled();
      const [shown] = dry.monitor.views();
      const { rows } = (await shown?.list({ ...all, search: later.address })) ?? { rows: [] };
      const [row] = rows as readonly VipRow[];
      expect(row).to.include({ state: 'planned', floatingIpCount: 1 });
      const view = shown?.get(row?.key ?? '') as VipView;
      expect(view.floatingIps.map(({ uuid, state }) => [uuid, state])).to.deep.equal([[later.id, 'planned']]);
      expect(view.plan).to.contain(`add reference floating-ip ${later.id}`);
      expect(dry.monitor.status().controllers['octavia-vip']?.['dryRunPlans']).to.have.property(row?.key ?? '');
    });
  });
});
