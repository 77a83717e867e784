import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { KeystoneServer, liveAmphorae, type LoadBalancer } from '../../fixtures/index.js';
import { ManualClock, type ConfigApiAuth } from '../../lib/index.js';
import { KeptLog } from '../support/kept.js';
import { Shop } from '../support/shop.js';
import { describeFault } from './support/stage.js';

const shopId = '00000000-0000-4000-8000-000000000001';
const minute = 60_000;
const tokenLifetimeMs = 60 * minute;
const monitorUser = { name: 'svc-monitor', password: 'hush', roles: { service: ['admin'] } };

describeFault('F11 tokens that expire, and a Keystone that is away', (schema) => {
  let clock: ManualClock;
  let keystone: KeystoneServer;
  let shop: Shop;
  let loadBalancers: LoadBalancer[];
  let log: KeptLog;

  const open = async (version: 'v3' | 'v2.0' = 'v3', count = 1): Promise<void> => {
    const auth: ConfigApiAuth = {
      mode: 'keystone',
      url: `${keystone.url}/${version}`,
      username: monitorUser.name,
      password: monitorUser.password,
      projectName: 'service',
    };
    shop = await Shop.open({
      clock,
      server: { schema, access: { mode: 'cloud-admin', keystone } },
      tenant: { token: keystone.tokenSource('neutron', 'service'), projectId: shopId },
      monitor: { logger: log, configApi: { auth, concurrency: 64 }, settings: { schema }, workers: 32 },
    });
    for (let made = 0; made < count; made += 1) {
      const loadBalancer = await shop.octavia.createLoadBalancer().run();
      await shop.user.associate(await shop.user.createFloatingIp().run(), loadBalancer).run();
      loadBalancers.push(loadBalancer);
    }
    await shop.cloud.settled();
  };

  const failover = (loadBalancer: LoadBalancer): Promise<unknown> => {
    const [amphora] = liveAmphorae(loadBalancer);
    if (amphora === undefined) throw new Error('the load balancer has no amphora to replace');
    return shop.octavia.failoverAmphora(loadBalancer, amphora).run();
  };

  /** Refused requests of the monitor. */
  const refusals = (status: number): number =>
    shop.cloud.server.requests
      .find({ userAgent: shop.monitor.userAgent })
      .filter((request) => request.status === status).length;

  const calm = async (): Promise<void> => {
    await shop.cloud.settled();
    expect(shop.differences()).to.deep.equal([]);
  };

  beforeEach(async () => {
    clock = new ManualClock();
    log = new KeptLog();
    loadBalancers = [];
    keystone = await new KeystoneServer({
      clock,
      tokenLifetimeMs,
      projects: [{ name: 'shop', id: shopId }],
      users: [monitorUser, { name: 'neutron', password: 'hush', roles: { service: ['admin'] } }],
    }).start();
  });

  afterEach(async () => {
    await shop.close();
    await keystone.stop();
  });

  for (const version of ['v3', 'v2.0'] as const) {
    it(`should work for hours of failovers by ${version} with one login for each token, and no request refused`, async () => {
      await open(version);
      const refused = refusals(401);
      for (let minutes = 0; minutes < 6 * 60; minutes += 5) {
        clock.step(5 * minute);
        await shop.cloud.settled();
        if (minutes % 60 === 0) await failover(loadBalancers[0]!);
        await calm();
      }
      // Each lives for an hour, and is renewed before.
      expect(keystone.counts.logins).to.be.within(6, 8);
      expect(refusals(401)).to.equal(refused);
      expect(JSON.stringify(log.lines)).to.not.contain('hush');
    });
  }

  it('should log in once for all that is refused at once', async () => {
    await open('v3', 12);
    const logins = keystone.counts.logins;
    keystone.expireAll();
    await Promise.all(loadBalancers.map(failover));
    await calm();
    expect(refusals(401)).to.be.greaterThan(1);
    expect(keystone.counts.logins).to.equal(logins + 1);
  });

  it('should go on with the token that it has while Keystone is away', async () => {
    await open();
    const refused = refusals(401);
    clock.step(52 * minute);
    await keystone.stop();
    await failover(loadBalancers[0]!);
    await calm();
    expect(refusals(401)).to.equal(refused);
    expect(shop.monitor.monitor.status().configApi.login?.failure?.message).to.match(/nobody listens.*Keystone/);
    await keystone.start();
    // It ends while the API server goes by it: the next one is there by then.
    clock.step(5 * minute);
    await failover(loadBalancers[0]!);
    await calm();
    expect(shop.monitor.monitor.status().configApi.login).to.not.have.property('failure');
  });

  it('should ask Keystone no more than once a second while it is away and no token is good, and make good what it missed', async () => {
    await open();
    const { port } = new URL(keystone.url);
    await keystone.stop();
    keystone.expireAll();
    const asked: number[] = [];
    const broken = createServer((socket) => {
      asked.push(clock.monotonic());
      socket.destroy();
    });
    broken.listen(Number(port), '127.0.0.1');
    await once(broken, 'listening');
    await failover(loadBalancers[0]!);
    for (let second = 0; second < 30; second += 1) {
      clock.step(1000);
      await shop.cloud.still();
    }
    broken.close();
    await once(broken, 'close');
    expect(asked).to.have.length.greaterThan(1);
    const gaps = asked.slice(1).map((at, index) => at - asked[index]!);
    expect(gaps.filter((gap) => gap < 1000)).to.deep.equal([]);
    const logins = keystone.counts.logins;
    await keystone.start();
    await calm();
    expect(keystone.counts.logins).to.equal(logins + 1);
  });

  it('should not loop when its role is taken away, say what to do, and go on when it is given back', async () => {
    await open();
    keystone.addUser({ ...monitorUser, roles: { service: ['member'] } });
    keystone.expireAll();
    const logins = keystone.counts.logins;
    await failover(loadBalancers[0]!);
    for (let second = 0; second < 20; second += 1) {
      clock.step(1000);
      await shop.cloud.still();
    }
    expect(refusals(403)).to.be.greaterThan(0);
    expect(keystone.counts.logins).to.equal(logins + 1);
    expect(JSON.stringify([log.lines, shop.monitor.monitor.status()])).to.contain('lacks the role');
    keystone.addUser(monitorUser);
    keystone.expireAll();
    // A record that was refused is tried again a minute later.
    clock.step(2 * minute);
    await calm();
  });

  it('should not log in over and over for tokens that the API server does not take', async () => {
    await open();
    const end = shop.cloud.server.use((request, next) =>
      request.userAgent === shop.monitor.userAgent
        ? Promise.resolve({ status: 401, body: 'Authentication required' })
        : next(),
    );
    const logins = keystone.counts.logins;
    const before = clock.monotonic();
    await failover(loadBalancers[0]!);
    for (let second = 0; second < 20; second += 1) {
      clock.step(1000);
      await shop.cloud.still();
    }
    expect(keystone.counts.logins - logins).to.be.at.most(Math.ceil((clock.monotonic() - before) / 1000) + 1);
    end();
    await calm();
  });
});
