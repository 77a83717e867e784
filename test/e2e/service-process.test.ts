import { expect } from 'chai';
import {
  createTenant,
  EmbeddedOpenSdn,
  liveAmphorae,
  NetworkUser,
  Nova,
  Octavia,
  type LoadBalancer,
  type UserFloatingIp,
} from '../../fixtures/index.js';
import { differences, expectedState, observedState } from '../../fixtures/index.js';
import { NotificationPublisher } from '../../fixtures/index.js';
import { Command } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { OwnBroker } from '../support/own-broker.js';
import { atRest, writesOfMonitors } from '../support/quiet.js';
import { rabbitmqUrl } from '../support/rabbitmq.js';

const count = 4;

describe('the service process, beside an OpenSDN and a RabbitMQ', () => {
  let broker: OwnBroker;
  let server: EmbeddedOpenSdn;
  const stops: (() => Promise<void>)[] = [];
  let service: Command;
  let octavia: Octavia;
  let user: NetworkUser;
  const loadBalancers: LoadBalancer[] = [];
  const floatingIps: UserFloatingIp[] = [];

  const at = <T>(list: readonly T[], index: number): T => {
    const entry = list[index];
    if (entry === undefined) throw new Error(`there is no entry ${index}`);
    return entry;
  };
  const remaining = (): readonly string[] =>
    differences(expectedState({ loadBalancers, floatingIps: user.floatingIps }), observedState(server));
  const asItShouldBe = async (): Promise<void> => {
    try {
      await eventually('all is as it should be', () => remaining().length === 0);
    } catch (error) {
      throw new Error(remaining().join('\n'), { cause: error });
    }
  };
  const startService = async (): Promise<string> => {
    const { host, username, password } = new URL(broker.url);
    service = new Command(
      ['run', '--set', `config_api.urls=${server.url}`, '--set', 'http.port=0', '--set', 'timings.strip_window=500ms'],
      {
        SVC_MONITOR_RABBITMQ_HOSTS: host,
        SVC_MONITOR_RABBITMQ_USERNAME: username,
        SVC_MONITOR_RABBITMQ_PASSWORD: password,
        SVC_MONITOR_RABBITMQ_QUEUE_NAME: 'opensdn-svc-monitor.e2e',
        SVC_MONITOR_RABBITMQ_HEARTBEAT: '1s',
      },
    );
    const started = service;
    stops.push(async () => {
      started.signal('SIGKILL');
      await started.ended;
    });
    const url = await service.field('status endpoint listens', 'url');
    await eventually('the service is ready', async () => (await fetch(`${url}/readyz`)).status === 200);
    return url;
  };

  before(async function () {
    rabbitmqUrl(this);
    broker = await OwnBroker.start();
    stops.push(() => broker.stop());
    server = new EmbeddedOpenSdn();
    await server.start();
    stops.push(() => server.stop());
    const publisher = new NotificationPublisher({ url: broker.url });
    stops.push(() => publisher.stop());
    server.notifications.subscribe((message) => {
      publisher.publish(message);
    });
    const tenant = await createTenant(server.url, { name: 'e2e' });
    octavia = new Octavia({ url: server.url, tenant, nova: new Nova({ url: server.url, tenant }) });
    user = new NetworkUser({ url: server.url, tenant });
  });

  after(async function () {
    for (const stop of stops.reverse()) await stop();
  });

  describe('when load balancers with floating ips are made', () => {
    it('should wire them', async () => {
      await startService();
      for (let made = 0; made < count; made += 1) {
        const loadBalancer = await octavia.createLoadBalancer({ pairsFirst: made % 2 === 0 }).run();
        loadBalancers.push(loadBalancer);
        const floatingIp = await user.createFloatingIp().run();
        floatingIps.push(floatingIp);
        await user.associate(floatingIp, loadBalancer).run();
      }
      await asItShouldBe();
    });
  });

  describe('when amphorae fail over', () => {
    it('should let go of each old port before its delete', async () => {
      for (const loadBalancer of loadBalancers) {
        await octavia
          .failoverAmphora(loadBalancer, at(liveAmphorae(loadBalancer), 0), {
            afterStep: async (step) => {
              if (step === 'created' || step === 'unbound') await asItShouldBe();
            },
          })
          .run();
      }
      await asItShouldBe();
      // A strip would have been an update of the floating ip by Octavia's own port delete.
      const metrics = await (await fetch(`${await service.field('status endpoint listens', 'url')}/metrics`)).text();
      expect(metrics).to.match(/^svc_monitor_associations_stripped_total(\{\})? 0$/m);
    });
  });

  describe('when the broker restarts in the middle of a failover', () => {
    it('should make good what it missed', async function () {
      const loadBalancer = at(loadBalancers, 0);
      const failover = octavia.failoverAmphora(loadBalancer, at(liveAmphorae(loadBalancer), 0));
      await failover.step();
      const restarted = broker.restart();
      await failover.run();
      await user.disassociate(at(floatingIps, 1)).run();
      await restarted;
      await asItShouldBe();
    });
  });

  describe('when the service is killed in the middle of a failover', () => {
    it('should make good after its restart what happened meanwhile', async function () {
      const [, , third, fourth] = loadBalancers;
      if (third === undefined || fourth === undefined) throw new Error('there are not enough load balancers');
      const failover = octavia.failoverAmphora(third, at(liveAmphorae(third), 0));
      await failover.step();
      service.signal('SIGKILL');
      await service.ended;
      // Stripped by a port delete, freed by its user, and associated, all while nobody watches.
      await failover.run();
      await user.disassociate(at(floatingIps, 3)).run();
      await user.associate(at(floatingIps, 1), at(loadBalancers, 1)).run();
      await startService();
      await asItShouldBe();
      expect(at(floatingIps, 2).association).not.to.equal(undefined);
    });
  });

  describe('when nothing happens', () => {
    it('should write nothing, after another restart neither', async function () {
      const url = await service.field('status endpoint listens', 'url');
      await atRest({ server, monitors: [{ url }], remaining });
      service.signal('SIGTERM');
      expect((await service.ended).code).to.equal(0);
      const before = writesOfMonitors(server).length;
      const restarted = await startService();
      await eventually('every VIP was reconciled', async () => {
        const text = await (await fetch(`${restarted}/metrics`)).text();
        const done = /^svc_monitor_reconciles_total\{controller="octavia-vip",outcome="success"\} (\d+)$/m.exec(
          text,
        )?.[1];
        return Number(done) >= count;
      });
      expect(writesOfMonitors(server).slice(before)).to.deep.equal([]);
      expect(remaining()).to.deep.equal([]);
    });
  });

  describe('when the load balancers are deleted', () => {
    it('should leave nothing behind, and have held up nothing', async () => {
      for (const loadBalancer of loadBalancers) await octavia.deleteLoadBalancer(loadBalancer).run();
      await asItShouldBe();
      expect(server.list('virtual-ip')).to.deep.equal([]);
      expect(loadBalancers.map((loadBalancer) => loadBalancer.state)).to.deep.equal(loadBalancers.map(() => 'deleted'));
      service.signal('SIGTERM');
      expect((await service.ended).code).to.equal(0);
    });
  });
});
