import { expect } from 'chai';
import {
  KeystoneServer,
  liveAmphorae,
  type AaaMode,
  type EmbeddedMonitorOptions,
  type LoadBalancer,
} from '../../fixtures/index.js';
import { createConfigApiClient, ManualClock } from '../../lib/index.js';
import { KeptLog } from '../support/kept.js';
import { Shop } from '../support/shop.js';

type Auth = NonNullable<NonNullable<EmbeddedMonitorOptions['configApi']>['auth']>;

const shopId = '00000000-0000-4000-8000-000000000001';
const people = {
  projects: [{ name: 'shop', id: shopId }],
  users: [
    { name: 'svc-monitor', password: 'hush', roles: { service: ['admin'] } },
    { name: 'neutron', password: 'hush', roles: { service: ['admin'] } },
    { name: 'sue', password: 'hush', roles: { shop: ['member'] } },
  ],
};
const everything = {
  rbac_rule: [{ rule_object: '*', rule_field: '*', rule_perms: [{ role_name: 'member', role_crud: 'CRUD' }] }],
};

describe('the monitor, where the config API authenticates', function () {
  this.timeout(30_000);

  let clock: ManualClock;
  let keystone: KeystoneServer;
  let shop: Shop;
  let loadBalancer: LoadBalancer;
  let log: KeptLog;

  const password = (username = 'svc-monitor', projectName = 'service'): Auth => ({
    mode: 'keystone',
    url: `${keystone.url}/v3`,
    username,
    password: 'hush',
    projectName,
  });

  const loginV2 = async (): Promise<Auth> => {
    const response = await fetch(`${keystone.url}/v2.0/tokens`, {
      method: 'POST',
      body: JSON.stringify({
        auth: { passwordCredentials: { username: 'svc-monitor', password: 'hush' }, tenantName: 'service' },
      }),
    });
    const { access } = (await response.json()) as { readonly access: { readonly token: { readonly id: string } } };
    return { mode: 'token', token: access.token.id };
  };

  const open = async (mode: AaaMode, auth: Auth): Promise<void> => {
    log = new KeptLog();
    shop = await Shop.open({
      clock,
      server: { access: { mode, keystone } },
      tenant: { token: keystone.tokenSource('neutron', 'service'), projectId: shopId },
      monitor: { logger: log, configApi: { auth } },
    });
    loadBalancer = await shop.octavia.createLoadBalancer().run();
    await shop.user.associate(await shop.user.createFloatingIp().run(), loadBalancer).run();
    await shop.cloud.settled();
  };

  beforeEach(async () => {
    clock = new ManualClock();
    keystone = await new KeystoneServer({ clock, ...people }).start();
  });

  afterEach(async () => {
    await shop.close();
    await keystone.stop();
  });

  for (const mode of ['cloud-admin', 'rbac'] as const) {
    describe(`when its mode is ${mode}`, () => {
      it('should do its work by a login at Keystone v3, and log in once', async () => {
        await open(mode, password());
        expect(shop.differences()).to.deep.equal([]);
        expect(shop.monitor.countWrites()).to.be.greaterThan(0);
        expect(keystone.counts.logins).to.equal(1);
      });

      it('should do its work by a login at Keystone v2', async () => {
        await open(mode, { ...password(), url: `${keystone.url}/v2.0` } as Auth);
        expect(shop.differences()).to.deep.equal([]);
        expect(shop.monitor.countWrites()).to.be.greaterThan(0);
        expect(keystone.counts).to.include({ logins: 1, refusedLogins: 0 });
      });

      it('should renew tokens that live for a minute before they end', async () => {
        await keystone.stop();
        const { users, projects } = people;
        keystone = await new KeystoneServer({ clock, tokenLifetimeMs: 60_000, users, projects }).start();
        await open(mode, password());
        const refused = shop.cloud.server.requests.find({}).filter(({ status }) => status === 401).length;
        for (let minutes = 0; minutes < 5; minutes += 1) {
          for (let step = 0; step < 10; step += 1) {
            clock.step(6_000);
            await shop.monitor.resync();
          }
          const [amphora] = liveAmphorae(loadBalancer);
          await shop.octavia.failoverAmphora(loadBalancer, amphora!).run();
          await shop.cloud.settled();
          expect(shop.differences()).to.deep.equal([]);
        }
        expect(shop.cloud.server.requests.find({}).filter(({ status }) => status === 401)).to.have.length(refused);
        expect(keystone.counts.logins).to.be.within(6, 9);
      });

      it('should do its work with a token of Keystone v2', async () => {
        await open(mode, await loginV2());
        expect(shop.differences()).to.deep.equal([]);
        expect(shop.monitor.countWrites()).to.be.greaterThan(0);
      });

      it('should survive that its token expires at each step of a failover', async () => {
        await open(mode, password());
        const [amphora] = liveAmphorae(loadBalancer);
        const failover = shop.octavia.failoverAmphora(loadBalancer, amphora!);
        let steps = 0;
        do {
          keystone.expireAll();
          await shop.cloud.settled();
          expect(shop.differences()).to.deep.equal([]);
          steps += 1;
        } while ((await failover.step()) !== undefined);
        await shop.cloud.settled();
        expect(shop.differences()).to.deep.equal([]);
        expect(keystone.counts.logins).to.be.within(2, steps + 1);
        expect(JSON.stringify(log.lines)).to.not.include('hush');
      });

      it('should make good what it missed while Keystone was away', async () => {
        await open(mode, password());
        await keystone.stop();
        keystone.expireAll();
        const [amphora] = liveAmphorae(loadBalancer);
        await shop.octavia.failoverAmphora(loadBalancer, amphora!).run();
        await keystone.start();
        await shop.cloud.settled();
        expect(shop.differences()).to.deep.equal([]);
      });
    });
  }

  describe('when it is no administrator', () => {
    it('should not see what is hidden from users', async () => {
      await open('rbac', password());
      const { server } = shop.cloud;
      server.seed('api-access-list', {
        fq_name: ['default-domain', 'shop', 'list'],
        parent_type: 'project',
        api_access_list_entries: everything,
      });
      const hidden = server.list('virtual-ip').map((object) => String(object['uuid']));
      expect(hidden).to.have.length.greaterThan(0);
      for (const uuid of hidden) {
        const { fq_name: fqName, parent_type: parentType, ...object } = server.read('virtual-ip', uuid) ?? {};
        server.seed('virtual-ip', {
          ...object,
          fq_name: fqName,
          parent_type: parentType,
          id_perms: { user_visible: false },
        });
      }
      const visible = async (user: string, project: string): Promise<number> => {
        const client = createConfigApiClient({ urls: [shop.cloud.url], auth: password(user, project) });
        const count = await client.count('virtual-ip', {}, new AbortController().signal);
        client.close();
        return count;
      };
      expect(await visible('neutron', 'service')).to.equal(hidden.length);
      expect(await visible('sue', 'shop')).to.equal(0);
    });
  });
});
