import { expect } from 'chai';
import { NetworkUser, Nova, Octavia, Stranger, type Tenant } from '../../../fixtures/index.js';
import { shownList } from '../../../lib/gateway/shown.js';
import { GatewayStage, releases } from './support/gateway-stage.js';

type Shown = Readonly<Record<string, unknown>>;

describe('FloatingIpRules, of a list', () => {
  let stage: GatewayStage;
  let other: Tenant;
  let strangers: NetworkUser;

  async function open(release: (typeof releases)[number] = 'master'): Promise<void> {
    stage = await GatewayStage.open({ release, routed: true });
    const { cloud } = stage.shop;
    other = await cloud.createTenant({ name: 'other', cidrs: ['10.9.0.0/24'], externalCidr: '100.66.0.0/24' });
    strangers = new NetworkUser({ url: cloud.url, tenant: other });
  }

  afterEach(async () => {
    await stage.close();
  });

  /** What a list shows: by the gateway, or, where that lets it pass, by the server. */
  async function list(filters: Shown, context: Shown = {}): Promise<readonly Shown[]> {
    const data = { fields: [], filters };
    const answer = await stage.ask('floatingip', 'READALL', data, { context });
    return (
      (answer ?? (await stage.direct('floatingip', 'READALL', data, { context }))).value as readonly Shown[]
    ).toSorted((one, two) => (String(one['id']) < String(two['id']) ? -1 : 1));
  }

  /** A floating ip of another project on a server's port, and the filter values that it has. */
  async function strangersFloatingIp(): Promise<Shown> {
    const floatingIp = await strangers.createFloatingIp().run();
    const port = await strangers.createServerPort().run();
    await strangers.move(floatingIp, port).run();
    await stage.shop.cloud.settled();
    const shown = await stage.direct('floatingip', 'READ', { id: floatingIp.id, fields: [] });
    return shown.value as Shown;
  }

  describe('when the API server does not answer a further question in time', () => {
    it('should give what it has answered, no later than the bound', async () => {
      await open();
      const { cloud } = stage.shop;
      const stop = cloud.server.use((request, next) =>
        request.body.includes(`"id":["${stage.floatingIp.id}"]`) ? new Promise(() => undefined) : next(),
      );
      const found = await cloud.during(list({ port_id: [stage.vip.port_id] }));
      expect(found).to.deep.equal([]);
      expect(stage.metrics.count('gateway_waits_total', { for: 'question', outcome: 'over-bound' })).to.equal(1);
      stop();
      expect(await list({ port_id: [stage.vip.port_id] })).to.have.lengthOf(1);
    });
  });

  for (const release of releases) {
    describe(`when floating ips of others are listed with it, and the API server is of release ${release}`, () => {
      it('should give each of those back to the byte, in the same order', async () => {
        await open(release);
        const texts = ['café', '日本', '"quoted\\"', '\u2028', '<&>', ''];
        for (const text of texts) {
          const floatingIp = await strangers.createFloatingIp().run();
          await strangers.setDescription(floatingIp, text).run();
        }
        await stage.shop.cloud.settled();
        const data = { fields: [], filters: {} };
        const direct = await stage.direct('floatingip', 'READALL', data);
        const changed = await stage.ask('floatingip', 'READALL', data);

        const [before, after] = [direct.text, changed!.text].map((text) => shownList(text)!.entries);
        expect(after!.map(({ id }) => id)).to.deep.equal(before!.map(({ id }) => id));
        expect(after)
          .to.be.an('array')
          .of.length(texts.length + 1);
        for (const [index, entry] of before!.entries()) {
          if (entry.id === stage.floatingIp.id) expect(after![index]!.value).to.include(stage.vip);
          else expect(after![index]!.text).to.equal(entry.text);
        }
      });
    });
  }

  describe('when a filter that the API server passes over names the VIP', () => {
    it('should find what it names, and nothing else', async () => {
      await open();
      await strangersFloatingIp();
      const found = await list({ fixed_ip_address: [stage.vip.fixed_ip_address] });

      expect(found).to.be.an('array').of.length(1);
      expect(found[0]).to.include({ id: stage.floatingIp.id, ...stage.vip });
      expect(stage.metrics.count('gateway_changed_total', { answer: 'floating ips' })).to.equal(1);
    });

    it('should heed all filters beside the VIP port', async () => {
      await open();
      const { port_id: port, fixed_ip_address: address } = stage.vip;
      const [shown] = await list({ port_id: [port] });
      const { router_id: router, floating_network_id: network } = shown!;
      const right = [
        { fixed_ip_address: [address] },
        { router_id: [router] },
        { status: ['ACTIVE'] },
        { floating_network_id: [network] },
        { project_id: [stage.shop.tenant.projectId] },
      ];
      const wrong = [
        { fixed_ip_address: ['10.9.9.9'] },
        { router_id: [port] },
        { status: ['DOWN'] },
        { floating_network_id: [port] },
        { project_id: [other.projectId] },
      ];
      for (const filters of right) expect(await list({ port_id: [port], ...filters })).to.deep.equal([shown]);
      for (const filters of wrong) expect(await list({ port_id: [port], ...filters })).to.deep.equal([]);
    });
  });

  describe('when such a filter names no VIP', () => {
    it('should heed it for floating ips of VIPs, and leave the others as the API server shows them', async () => {
      await open();
      const stranger = await strangersFloatingIp();

      expect(await list({ status: ['DOWN'] })).to.deep.equal([stranger]);
      expect(await list({ fixed_ip_address: ['10.9.9.9'] })).to.deep.equal([stranger]);
      expect((await list({ status: ['ACTIVE'] })).map(({ id }) => id)).to.have.members([
        stranger['id'],
        stage.floatingIp.id,
      ]);
    });
  });

  describe('when it is asked by the port of a VIP and by another one', () => {
    it('should find what is on either', async () => {
      await open();
      const stranger = await strangersFloatingIp();
      const found = await list({ port_id: [stage.vip.port_id, stranger['port_id']] });

      expect(found.map(({ id }) => id)).to.have.members([stranger['id'], stage.floatingIp.id]);
      expect(found).to.deep.include(stranger);
    });
  });

  describe('when a load balancer has two VIPs', () => {
    it('should find the floating ips of both by the VIP port', async () => {
      stage = await GatewayStage.open({
        order: ['f', 'e', 'd', '8', '0'],
        tenant: { cidrs: ['10.107.0.0/24', 'fd00:107::/64'] },
      });
      const { octavia, tenant, user, cloud } = stage.shop;
      const twofold = await octavia.createLoadBalancer({ additionalSubnetIds: [tenant.subnets[1]!.id] }).run();
      const ids: string[] = [];
      for (const vip of twofold.vips) {
        const floatingIp = await user.createFloatingIp().run();
        await user.associate(floatingIp, twofold, vip).run();
        ids.push(floatingIp.id);
      }
      await cloud.settled();
      const found = await list({ port_id: [twofold.vipPortId] });

      expect(found.map(({ id }) => id)).to.have.members(ids);
      expect(found.map(({ fixed_ip_address: address }) => address)).to.have.members(
        twofold.vips.map(({ address }) => address),
      );
      for (const { port_id: port } of found) expect(port).to.equal(twofold.vipPortId);
    });
  });

  describe('when a user of another project asks', () => {
    it('should show him nothing of it, though he has VIPs of his own', async () => {
      await open();
      const { cloud } = stage.shop;
      const nova = new Nova({ url: cloud.url, tenant: other });
      const octavia = new Octavia({
        ...{ url: cloud.url, tenant: other, nova, delay: () => Promise.resolve() },
        amphoraProjectId: stage.loadBalancer.amphorae[0]!.projectId!,
      });
      const own = await octavia.createLoadBalancer().run();
      const floatingIp = await strangers.createFloatingIp().run();
      await strangers.associate(floatingIp, own).run();
      await cloud.settled();
      const context = { tenant: other.projectId.replaceAll('-', ''), is_admin: false };
      const tenants = [stage.shop.tenant.projectId];
      const { port_id: port, fixed_ip_address: address } = stage.vip;

      expect(await list({ port_id: [port] }, context)).to.deep.equal([]);
      expect(await list({ port_id: [port], tenant_id: tenants }, context)).to.deep.equal([]);
      expect(await list({ port_id: [port], id: [stage.floatingIp.id] }, context)).to.deep.equal([]);
      const his = await list({ port_id: [port, own.vipPortId] }, context);
      expect(his.map(({ id }) => id)).to.deep.equal([floatingIp.id]);
      expect(his[0]).to.include({ port_id: own.vipPortId });
      for (const { id } of await list({ fixed_ip_address: [address] }, context)) expect(id).to.equal(floatingIp.id);
    });
  });

  describe('when somebody forges the record of a VIP', () => {
    it('should leave what he names as the API server shows it', async () => {
      await open();
      const shown = await strangersFloatingIp();
      const stranger = new Stranger({ url: stage.shop.cloud.url, tenant: other });
      await stranger.forge({
        vip: `${stage.loadBalancer.networkId}/${stage.vip.fixed_ip_address}`,
        vipPort: stage.vip.port_id,
        loadBalancer: stage.loadBalancer.id,
        floatingIps: [String(shown['id'])],
        members: [String(shown['port_id'])],
      });
      await stage.shop.cloud.settled();

      expect(await stage.ask('floatingip', 'READ', { id: shown['id'], fields: [] })).to.equal(undefined);
      expect(await list({ port_id: [shown['port_id']] })).to.deep.equal([shown]);
    });
  });
});
