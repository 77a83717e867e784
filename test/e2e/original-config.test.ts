import { randomUUID } from 'node:crypto';
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
import { Command } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { rabbitmqUrl } from '../support/rabbitmq.js';
import { zookeeperHosts } from '../support/zookeeper.js';

describe('the service process, with the original’s files as they are', () => {
  const stops: (() => unknown)[] = [];

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

  async function followFailover(
    brokerUrl: string,
    leadership: { readonly settings: readonly string[]; readonly variables: Readonly<Record<string, string>> },
  ): Promise<string> {
    const broker = new URL(brokerUrl);
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
        ...['http.port=0', 'introspect.enabled=false', ...leadership.settings].flatMap((one) => ['--set', one]),
      ],
      {
        SVC_MONITOR__DEFAULTS__api_server_ip: api.hostname,
        SVC_MONITOR__DEFAULTS__api_server_port: api.port,
        SVC_MONITOR__DEFAULTS__api_server_use_ssl: 'False',
        SVC_MONITOR__DEFAULTS__rabbit_server: broker.host,
        SVC_MONITOR__DEFAULTS__rabbit_user: decodeURIComponent(broker.username) || 'guest',
        SVC_MONITOR__DEFAULTS__rabbit_password: decodeURIComponent(broker.password).replaceAll('%', '%%') || 'guest',
        SVC_MONITOR__DEFAULTS__rabbit_vhost: decodeURIComponent(broker.pathname.slice(1)) || '/',
        SVC_MONITOR__DEFAULTS__rabbit_use_ssl: 'False',
        SVC_MONITOR__DEFAULTS__log_file: '<stdout>',
        SVC_MONITOR__SANDESH__introspect_ssl_enable: 'False',
        SVC_MONITOR__auth__AUTHN_PROTOCOL: 'http',
        SVC_MONITOR__auth__AUTHN_SERVER: '127.0.0.1',
        SVC_MONITOR__auth__AUTHN_PORT: new URL(keystone.url).port,
        ...leadership.variables,
      },
    );
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
