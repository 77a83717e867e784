import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import {
  KeystoneServer,
  NotificationPublisher,
  type LoadBalancer,
  type UserFloatingIp,
} from '../../../fixtures/index.js';
import { jsonFieldsOf } from '../../../service/cli/json-fields.js';
import { Command } from '../../support/command.js';
import { kafkaBroker } from '../../support/kafka.js';
import { rabbitmqUrl } from '../../support/rabbitmq.js';
import { Shop } from '../../support/shop.js';
import { ZookeeperStage } from '../../support/zookeeper-stage.js';
import { zookeeperHosts } from '../../support/zookeeper.js';

interface Checked {
  readonly ok: boolean;
  readonly environment: readonly {
    readonly what: string;
    readonly state: string;
    readonly answered: string;
    readonly setting?: string;
    readonly advice?: string;
  }[];
  readonly drift: {
    readonly error?: string;
    readonly vips: number;
    readonly floatingIps: number;
    readonly drifting: readonly { readonly vip: string }[];
    readonly notes: readonly { readonly vip: string; readonly says: string }[];
  };
}

describe('opensdn-svc-monitor check', () => {
  let shop: Shop;
  let loadBalancer: LoadBalancer;
  let floatingIp: UserFloatingIp;

  const set = (...assignments: readonly string[]): readonly string[] => assignments.flatMap((one) => ['--set', one]);
  const settings = (...more: readonly string[]): readonly string[] =>
    set(`config_api.urls=${shop.cloud.url}`, `rules.amphora_projects=service,${shop.tenant.projectId}`, ...more);
  const check = async (flags: readonly string[]): Promise<Checked & { readonly code: number | null }> => {
    const { code, stdout, stderr } = await new Command(['check', '--json', ...flags]).ended;
    expect(stderr).to.equal('');
    return { ...(JSON.parse(stdout) as Checked), code };
  };
  const stateOf = ({ environment }: Checked, what: string): string | undefined =>
    environment.find((row) => row.what.startsWith(what))?.state;
  const trials = (): number =>
    shop.cloud.server.list('virtual-ip').filter(({ fq_name: name }) => JSON.stringify(name).includes('schema-check'))
      .length;
  const dropReference = async (): Promise<void> => {
    await fetch(`${shop.cloud.url}/ref-update`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        type: 'floating-ip',
        uuid: floatingIp.id,
        'ref-type': 'virtual-machine-interface',
        'ref-uuid': loadBalancer.amphorae[0]!.portId,
        operation: 'DELETE',
      }),
    });
  };

  const open = async (options: Parameters<typeof Shop.open>[0] = {}): Promise<void> => {
    shop = await Shop.open(options);
    loadBalancer = await shop.octavia.createLoadBalancer().run();
    floatingIp = await shop.user.createFloatingIp().run();
    await shop.user.associate(floatingIp, loadBalancer).run();
    await shop.cloud.settled();
  };

  afterEach(async () => {
    await shop.close();
  });

  describe('when nothing is missing', () => {
    for (const schema of ['stock', 'native'] as const) {
      it(`should exit with 0, name the ${schema} schema, hear its own write, and leave nothing`, async () => {
        await open({ server: { schema }, monitor: { settings: { schema } } });
        const before = shop.cloud.server.count('virtual-ip');
        const found = await check(settings('source=watch'));
        expect(found.environment.filter(({ state }) => state !== 'ok')).to.deep.equal([]);
        expect(found.environment.find(({ what }) => what.startsWith('schema'))?.answered).to.match(
          new RegExp(`^${schema}: `),
        );
        expect(stateOf(found, 'round trip')).to.equal('ok');
        expect(found.drift).to.deep.equal({ vips: 1, floatingIps: 1, drifting: [], notes: [] });
        expect(found).to.include({ code: 0, ok: true });
        expect(shop.cloud.server.count('virtual-ip')).to.equal(before);
        expect(Object.keys(found).filter((field) => field !== 'code')).to.deep.equal(Object.keys(jsonFieldsOf.check));
      });
    }

    it('should write nothing with --no-write, or in a dry run', async () => {
      await open();
      const before = shop.cloud.server.requests.count({ access: 'write' });
      for (const flag of ['--no-write', '--dry-run']) {
        const found = await check([...settings('source=watch'), flag]);
        expect(stateOf(found, 'round trip')).to.equal('skipped');
        expect(found.code).to.equal(0);
      }
      expect(shop.cloud.server.requests.count({ access: 'write' })).to.equal(before);
    });
  });

  describe('when a VIP drifts', () => {
    it('should exit with 1 and tell which, what of it, and what to do', async () => {
      await open();
      await shop.cloud.stopMonitor(shop.monitor);
      await dropReference();
      const found = await check([...settings('source=watch'), '--no-write']);
      expect(found.code).to.equal(1);
      expect(found.drift.drifting).to.have.length(1);
      const { code, stdout } = await new Command(['check', '--no-write', ...settings('source=watch')]).ended;
      expect(code).to.equal(1);
      expect(stdout).to.include('1 not as they should be').and.include(found.drift.drifting[0]!.vip);
      expect(stdout)
        .to.match(/the reference to port .* is missing/)
        .and.include('opensdn-svc-monitor repair');
    });
  });

  describe('when servers of the config API do not answer', () => {
    it('should tell of each by itself, in the order given, and look at the VIPs by the others', async () => {
      await open();
      const away = `http://127.0.0.1:${await unusedPort()}`;
      const urls = `config_api.urls=${away},${shop.cloud.url}`;
      const found = await check([...settings('source=watch'), ...set(urls), '--no-write']);
      expect(found.code).to.equal(1);
      expect(found.environment.slice(0, 2).map(({ what, state }) => `${what} ${state}`)).to.deep.equal([
        `config API ${away} missing`,
        `config API ${shop.cloud.url} ok`,
      ]);
      expect(found.environment[0]).to.include.keys('setting', 'advice');
      expect(found.drift.vips).to.equal(1);
    });

    it('should still tell all else where none does', async () => {
      await open();
      const url = `config_api.urls=http://127.0.0.1:${await unusedPort()}`;
      const found = await check(set(url, 'rabbitmq.hosts=127.0.0.1', `rabbitmq.port=${await unusedPort()}`));
      expect(found.code).to.equal(1);
      expect(stateOf(found, 'RabbitMQ')).to.equal('missing');
      expect(stateOf(found, 'round trip')).to.equal('skipped');
      expect(found.drift.error).to.be.a('string');
    });

    it('should exit with 2 where the configuration is wrong', async () => {
      await open();
      expect((await new Command(['check', ...set('rabbitmq.prot=1')]).ended).code).to.equal(2);
      expect((await new Command(['check', '--everything']).ended).code).to.equal(2);
    });
  });

  describe('when the config API asks who somebody is', () => {
    let keystone: KeystoneServer;
    const shopId = '00000000-0000-4000-8000-000000000001';
    const login = (user: string, project: string): readonly string[] =>
      set(
        'auth.mode=keystone',
        `auth.url=${keystone.url}/v3`,
        `auth.username=${user}`,
        'auth.password=hush',
        `auth.project_name=${project}`,
      );

    beforeEach(async () => {
      keystone = await new KeystoneServer({
        projects: [{ name: 'shop', id: shopId }],
        users: [
          { name: 'svc-monitor', password: 'hush', roles: { service: ['admin'] } },
          { name: 'sue', password: 'hush', roles: { shop: ['member'] } },
        ],
      }).start();
      const auth = {
        mode: 'keystone' as const,
        url: `${keystone.url}/v3`,
        username: 'svc-monitor',
        password: 'hush',
        projectName: 'service',
      };
      await open({
        server: { access: { mode: 'cloud-admin', keystone } },
        tenant: { token: keystone.tokenSource('svc-monitor', 'service'), projectId: shopId },
        monitor: { configApi: { auth } },
      });
    });

    afterEach(async () => {
      await keystone.stop();
    });

    it('should tell of a login, of a lacking role, and of a password that is wrong, and show none', async () => {
      const admin = await check([...settings('source=watch'), ...login('svc-monitor', 'service')]);
      expect(admin.environment[1]?.answered, JSON.stringify(admin.environment)).to.include('cloud-admin');
      expect(admin.code).to.equal(0);
      const member = await check([...settings('source=watch'), ...login('sue', 'shop'), '--no-write']);
      expect(member.environment.filter(({ state }) => state === 'missing').map(({ setting }) => setting)).to.include(
        'auth.username',
      );
      expect(member.code).to.equal(1);
      const wrong = [
        'check',
        ...settings('source=watch'),
        ...login('svc-monitor', 'service'),
        ...set('auth.password=wrong-one'),
      ];
      const { code, stdout, stderr } = await new Command(wrong).ended;
      expect(code).to.equal(1);
      expect(stdout)
        .to.match(/missing +config API/)
        .and.include('auth');
      expect(stdout + stderr).not.to.include('wrong-one');
    });

    it('should name auth.mode where no login is configured', async () => {
      const found = await check(settings('source=watch'));
      expect(found.environment[0]).to.deep.include({ state: 'missing', setting: 'auth.mode' });
    });
  });

  describe('when changes come from RabbitMQ', () => {
    let publisher: NotificationPublisher;
    let exchange: string;
    let url: URL;
    const broker = (): readonly string[] =>
      set(
        `rabbitmq.hosts=${url.host}`,
        `rabbitmq.username=${url.username}`,
        `rabbitmq.password=${url.password}`,
        `rabbitmq.exchange=${exchange}`,
      );

    before(function () {
      url = new URL(rabbitmqUrl(this));
    });

    beforeEach(async () => {
      exchange = `check.${randomUUID()}`;
      await open();
      publisher = new NotificationPublisher({ url: url.href, exchange });
      shop.cloud.server.notifications.subscribe((message) => {
        publisher.publish(message);
      });
    });

    afterEach(async () => {
      await publisher.stop();
    });

    it('should see the exchange, and hear its own write on a queue of its own', async () => {
      await publisher.flush();
      const found = await check([...settings(), ...broker()]);
      expect(found.environment.filter(({ state }) => state !== 'ok')).to.deep.equal([]);
      expect(stateOf(found, 'exchange')).to.equal('ok');
      expect(stateOf(found, 'round trip')).to.equal('ok');
      expect(found.code).to.equal(0);
      expect(trials()).to.equal(0);
    });

    it('should say that there is no such exchange, and not make it', async () => {
      for (let look = 0; look < 2; look += 1) {
        const found = await check([
          ...settings(),
          ...broker(),
          ...set('rabbitmq.exchange=no.such.exchange'),
          '--no-write',
        ]);
        expect(found.environment.find(({ what }) => what === 'exchange')).to.include({
          state: 'missing',
          setting: 'rabbitmq.exchange',
        });
        expect(found.code).to.equal(1);
      }
    });

    it('should say what is wrong with login, vhost, or what is no broker', async () => {
      const rowOf = async (...more: readonly string[]): Promise<Checked['environment'][number] | undefined> =>
        (await check([...settings(), ...broker(), ...set(...more), '--no-write'])).environment.find(({ what }) =>
          what.startsWith('RabbitMQ'),
        );
      expect(await rowOf('rabbitmq.password=wrong')).to.include({ state: 'missing', setting: 'rabbitmq.password' });
      expect(await rowOf('rabbitmq.vhost=nowhere')).to.include({ state: 'missing', setting: 'rabbitmq.vhost' });
      const stranger = noBroker().listen(0, '127.0.0.1');
      await once(stranger, 'listening');
      const { port } = stranger.address() as AddressInfo;
      expect(await rowOf(`rabbitmq.hosts=127.0.0.1:${port}`)).to.include({
        state: 'missing',
        setting: 'rabbitmq.port',
      });
      stranger.close();
    });
  });

  describe('when changes come from Kafka', () => {
    const rowOf = async (...more: readonly string[]): Promise<Checked['environment'][number] | undefined> =>
      (await check([...settings('source=kafka', ...more), '--no-write'])).environment.find(({ what }) =>
        what.startsWith('Kafka'),
      );

    beforeEach(async () => {
      await open();
    });

    it('should say that no broker can be reached', async () => {
      const row = await rowOf(`kafka.brokers=127.0.0.1:${await unusedPort()}`);
      expect(row).to.include({ state: 'missing', setting: 'kafka.brokers' });
    });

    it('should say that there is no such topic, and not make it', async function () {
      const brokers = `kafka.brokers=${kafkaBroker(this).brokers.join(',')}`;
      for (let look = 0; look < 2; look += 1) {
        expect(await rowOf(brokers, 'kafka.topic=no.such.topic')).to.include({
          state: 'missing',
          setting: 'kafka.topic',
        });
      }
    });
  });

  describe('when ZooKeeper decides who leads', () => {
    const zookeeper = (host: string, path = '/nobody-ever'): readonly string[] =>
      set(
        'leadership.mode=zookeeper',
        `zookeeper.hosts=${host}`,
        `leadership.path=${path}`,
        'zookeeper.session_timeout=3s',
      );
    const rowOf = async (...flags: readonly string[]): Promise<Checked['environment'][number] | undefined> =>
      (await check([...settings('source=watch'), ...flags, '--no-write'])).environment.find(({ what }) =>
        what.startsWith('ZooKeeper'),
      );

    beforeEach(async () => {
      await open();
    });

    it('should say that it cannot be reached, or is none', async () => {
      const away = await rowOf(...zookeeper(`127.0.0.1:${await unusedPort()}`));
      expect(away).to.include({ state: 'missing', setting: 'zookeeper.hosts' });
      const stranger = noBroker().listen(0, '127.0.0.1');
      await once(stranger, 'listening');
      const { port } = stranger.address() as AddressInfo;
      expect(await rowOf(...zookeeper(`127.0.0.1:${port}`))).to.include({
        state: 'missing',
        setting: 'zookeeper.hosts',
      });
      stranger.close();
    });

    it('should tell who leads, if anybody', async function () {
      const [host = ''] = zookeeperHosts(this);
      expect((await rowOf(...zookeeper(host)))?.answered).to.include('nobody has ever stood for leader');
      const stage = await new ZookeeperStage(host).start();
      try {
        expect((await rowOf(...zookeeper(host, stage.path)))?.answered).to.include('nobody leads');
        await stage.entered('first-one');
        await stage.entered('second-one');
        const row = await rowOf(...zookeeper(host, stage.path));
        expect(row?.state).to.equal('ok');
        expect(row?.answered).to.include('of 2').and.include('first-one leads');
      } finally {
        await stage.stop();
      }
    });
  });
});

/** What speaks HTTP, and nothing else. */
function noBroker(): Server {
  return createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
}

/** A port that nobody listens on. */
async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
