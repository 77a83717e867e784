import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import {
  createTenant,
  differences,
  EmbeddedOpenSdn,
  expectedState,
  KeystoneServer,
  liveAmphorae,
  NetworkUser,
  NotificationPublisher,
  Nova,
  observedState,
  Octavia,
} from '../../fixtures/index.js';
import { sample } from '../service/config/original/support.js';
import { CertificateAuthority, type Certificate } from '../support/certificate-authority.js';
import { Command } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { rabbitmqUrl } from '../support/rabbitmq.js';
import { TlsFront } from '../support/tls-front.js';
import { zookeeperHosts } from '../support/zookeeper.js';

function getByTls(url: string, options: RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, options, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        resolve(text);
      });
    }).on('error', reject);
  });
}

describe('the service process, with the original’s files as they are', () => {
  const stops: (() => unknown)[] = [];
  let running: Command | undefined;

  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  it('should log in, follow the notifications and follow a failover', async function () {
    await followFailover(rabbitmqUrl(this), { settings: ['leadership.mode=none'], variables: {} });
  });

  it('should be elected where the original would, and do the same', async function () {
    const cluster = `svc-monitor-test-${randomUUID()}`;
    const variables = {
      SVC_MONITOR__DEFAULTS__zk_server_ip: zookeeperHosts(this).join(','),
      SVC_MONITOR__DEFAULTS__cluster_id: cluster,
    };
    const url = await followFailover(rabbitmqUrl(this), { settings: [], variables });
    const status = await (await fetch(`${url}/status`)).text();
    expect(status).to.contain(`/${cluster}/svc-monitor`);
  });

  it('should do so by TLS everywhere, and tell contrail-status that it works', async function () {
    const [brokerUrl, zookeeper] = [rabbitmqUrl(this), zookeeperHosts(this).join(',')];
    const authority = await CertificateAuthority.create();
    stops.push(() => authority.remove());
    const certificate = await authority.issue('IP:127.0.0.1');
    const folder = await mkdtemp(join(tmpdir(), 'svc-monitor-ssl-'));
    stops.push(() => rm(folder, { recursive: true, force: true }));
    const files = { ca: join(folder, 'ca-cert.pem'), cert: join(folder, 'server.pem'), key: join(folder, 'key.pem') };
    await writeFile(files.ca, authority.cert);
    await writeFile(files.cert, certificate.cert);
    await writeFile(files.key, certificate.key);
    const variables = {
      SVC_MONITOR__DEFAULTS__zk_server_ip: zookeeper,
      SVC_MONITOR__DEFAULTS__cluster_id: `svc-monitor-test-${randomUUID()}`,
      SVC_MONITOR__DEFAULTS__http_server_port: '0',
      SVC_MONITOR__SANDESH__sandesh_server_certfile: files.cert,
      SVC_MONITOR__SANDESH__sandesh_server_keyfile: files.key,
      SVC_MONITOR__SANDESH__sandesh_ca_cert: files.ca,
    };
    await followFailover(brokerUrl, { settings: [], variables, tls: { certificate, files } });
    // By the files it listens at every address.
    const { port } = new URL((await running?.field('introspect port listens', 'url')) ?? '');
    const answer = await getByTls(`https://127.0.0.1:${port}/Snh_SandeshUVECacheReq?x=NodeStatus`, {
      ca: authority.cert,
      ...certificate,
    });
    expect(answer).to.contain('<state type="string" identifier="3">Functional</state>');
  });

  async function followFailover(
    brokerUrl: string,
    leadership: {
      readonly settings: readonly string[];
      readonly variables: Readonly<Record<string, string>>;
      readonly tls?: {
        readonly certificate: Certificate;
        readonly files: Readonly<Record<'ca' | 'cert' | 'key', string>>;
      };
    },
  ): Promise<string> {
    const { tls } = leadership;
    const broker = new URL(brokerUrl);
    const behindTls = async (url: string): Promise<number> => {
      if (tls === undefined) throw new Error('it is reached without TLS');
      const front = await TlsFront.start(url, tls.certificate);
      stops.push(() => front.stop());
      return front.port;
    };
    // The login is that of the files; where things are is said as the deployers would, by variables.
    const keystone = await new KeystoneServer({
      users: [
        { name: 'svc-monitor', password: 'admin%pass#word', roles: { admin: ['admin'] } },
        { name: 'neutron', password: 'hush', roles: { admin: ['admin'] } },
      ],
    }).start();
    stops.push(() => keystone.stop());
    const server = new EmbeddedOpenSdn({ access: { mode: 'cloud-admin', keystone } });
    await server.start();
    stops.push(() => server.stop());
    const exchange = `svc-monitor-test.${randomUUID()}`;
    const publisher = new NotificationPublisher({ url: broker.href, exchange });
    stops.push(() => publisher.stop());
    server.notifications.subscribe((message) => {
      publisher.publish(message);
    });
    const tenant = await createTenant(server.url, { name: 'e2e', token: keystone.tokenSource('neutron', 'admin') });
    const octavia = new Octavia({ url: server.url, tenant, nova: new Nova({ url: server.url, tenant }) });
    const user = new NetworkUser({ url: server.url, tenant });

    const api = new URL(server.url);
    const login = new URL(keystone.url);
    const ports =
      tls === undefined
        ? { api: api.port, broker: broker.port, login: login.port }
        : {
            api: String(await behindTls(server.url)),
            broker: String(await behindTls(`http://${broker.host}`)),
            login: String(await behindTls(keystone.url)),
          };
    const trust =
      tls === undefined
        ? {
            SVC_MONITOR__DEFAULTS__api_server_use_ssl: 'False',
            SVC_MONITOR__DEFAULTS__rabbit_use_ssl: 'False',
            SVC_MONITOR__SANDESH__introspect_ssl_enable: 'False',
            SVC_MONITOR__auth__AUTHN_PROTOCOL: 'http',
          }
        : {
            SVC_MONITOR__global__cafile: tls.files.ca,
            SVC_MONITOR__auth__cafile: tls.files.ca,
            SVC_MONITOR__DEFAULTS__kombu_ssl_ca_certs: tls.files.ca,
            SVC_MONITOR__DEFAULTS__kombu_ssl_certfile: tls.files.cert,
            SVC_MONITOR__DEFAULTS__kombu_ssl_keyfile: tls.files.key,
          };
    const files = ['contrail-svc-monitor.conf', 'contrail-keystone-auth.conf', 'vnc_api_lib.ini'];
    const service = new Command(
      [
        'run',
        ...files.flatMap((name) => ['--conf_file', fileURLToPath(sample(`keystone-tls/${name}`))]),
        ...[
          '--log-format',
          'json',
          '--set',
          `rabbitmq.exchange=${exchange}`,
          '--set',
          `rabbitmq.queue_name=${exchange}`,
        ],
        ...['http.port=0', ...(tls === undefined ? ['introspect.enabled=false'] : []), ...leadership.settings].flatMap(
          (one) => ['--set', one],
        ),
      ],
      {
        SVC_MONITOR__DEFAULTS__api_server_ip: api.hostname,
        SVC_MONITOR__DEFAULTS__api_server_port: ports.api,
        SVC_MONITOR__DEFAULTS__rabbit_server: `${broker.hostname}:${ports.broker}`,
        SVC_MONITOR__DEFAULTS__rabbit_user: decodeURIComponent(broker.username) || 'guest',
        SVC_MONITOR__DEFAULTS__rabbit_password: decodeURIComponent(broker.password).replaceAll('%', '%%') || 'guest',
        SVC_MONITOR__DEFAULTS__rabbit_vhost: decodeURIComponent(broker.pathname.slice(1)) || '/',
        SVC_MONITOR__DEFAULTS__log_file: '<stdout>',
        SVC_MONITOR__auth__AUTHN_SERVER: '127.0.0.1',
        SVC_MONITOR__auth__AUTHN_PORT: ports.login,
        ...trust,
        ...leadership.variables,
      },
    );
    running = service;
    stops.push(() => {
      service.signal('SIGKILL');
      return service.ended;
    });
    const url = await service.field('status endpoint listens', 'url');
    await eventually('the service is ready', async () => (await fetch(`${url}/readyz`)).status === 200);

    const loadBalancer = await octavia.createLoadBalancer().run();
    await user.associate(await user.createFloatingIp().run(), loadBalancer).run();
    const [amphora] = liveAmphorae(loadBalancer);
    if (amphora === undefined) throw new Error('there is no amphora');
    await octavia.failoverAmphora(loadBalancer, amphora).run();
    const remaining = (): readonly string[] =>
      differences(
        expectedState({ loadBalancers: [loadBalancer], floatingIps: user.floatingIps }),
        observedState(server),
      );
    await eventually('all is as it should be', () => remaining().length === 0);
    expect(keystone.counts).to.include({ logins: 1, refusedLogins: 0 });
    return url;
  }
});
