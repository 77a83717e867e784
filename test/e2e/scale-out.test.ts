import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import {
  createTenant,
  differences,
  EmbeddedOpenSdn,
  expectedState,
  KafkaPublisher,
  liveAmphorae,
  NetworkUser,
  Nova,
  observedState,
  Octavia,
  type LoadBalancer,
} from '../../fixtures/index.js';
import type { MonitorStatus } from '../../lib/index.js';
import { Command } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { kafkaBroker } from '../support/kafka.js';
import { atRest, writesOfMonitors } from '../support/quiet.js';

const count = 9;
const partitions = 12;
const names = ['one', 'two', 'three'] as const;

type Name = (typeof names)[number];

/** A monitor as a process of its own, and where it can be asked. */
interface Monitor {
  readonly command: Command;
  readonly url: string;
}

describe('three service processes that share the VIPs by Kafka', () => {
  const topic = `svc-monitor-e2e.${randomUUID()}`;
  const stops: (() => Promise<unknown>)[] = [];
  const monitors = new Map<Name, Monitor>();
  const loadBalancers: LoadBalancer[] = [];
  let brokers: readonly string[];
  let server: EmbeddedOpenSdn;
  let octavia: Octavia;
  let user: NetworkUser;

  const monitor = (name: Name): Monitor => {
    const found = monitors.get(name);
    if (found === undefined) throw new Error(`monitor ${name} does not run`);
    return found;
  };
  const statusOf = async (name: Name): Promise<MonitorStatus> => {
    const answer = await fetch(`${monitor(name).url}/status`);
    return (await answer.json()) as MonitorStatus;
  };
  const vipsOf = ({ controllers }: MonitorStatus): number => Number(controllers['octavia-vip']?.['vips']);
  const sharesOf = ({ ownership }: MonitorStatus): readonly number[] =>
    ownership?.mode === 'kafka' ? ownership.owned : [];
  const startMonitor = async (name: Name): Promise<void> => {
    const command = new Command(
      ['run', '--set', `config_api.urls=${server.url}`, '--set', 'http.port=0', '--set', 'timings.strip_window=500ms'],
      {
        SVC_MONITOR_SOURCE: 'kafka',
        SVC_MONITOR_KAFKA_BROKERS: brokers.join(','),
        SVC_MONITOR_KAFKA_TOPIC: topic,
        SVC_MONITOR_KAFKA_GROUP: topic,
        SVC_MONITOR_KAFKA_INSTANCE: name,
        SVC_MONITOR_LEADERSHIP_MODE: 'kafka',
        SVC_MONITOR_KAFKA_SESSION_TIMEOUT: '2s',
      },
    );
    stops.push(async () => {
      command.signal('SIGCONT');
      command.signal('SIGKILL');
      await command.ended;
    });
    const url = await command.field('status endpoint listens', 'url');
    monitors.set(name, { command, url });
    await eventually(`monitor ${name} is ready`, async () => (await fetch(`${url}/readyz`)).status === 200);
  };
  /** Waits until each of these has its part, and together they act for all VIPs. */
  const sharedBy = (...among: readonly Name[]): Promise<void> =>
    eventually(`the VIPs are shared by ${among.join(', ')}`, async () => {
      const all = await Promise.all(among.map(statusOf));
      const owned = all.flatMap(sharesOf);
      if (all.some((status) => sharesOf(status).length !== partitions / among.length)) return false;
      return owned.length === partitions && new Set(owned).size === partitions;
    });
  const remaining = (): readonly string[] =>
    differences(expectedState({ loadBalancers, floatingIps: user.floatingIps }), observedState(server));
  const asItShouldBe = async (): Promise<void> => {
    try {
      await eventually('all is as it should be', () => remaining().length === 0);
    } catch (error) {
      throw new Error(remaining().join('\n'), { cause: error });
    }
  };
  /** Replaces an amphora of each load balancer: the old port is deleted only when nothing references it any more. */
  const failOverAll = async (): Promise<void> => {
    for (const loadBalancer of loadBalancers) {
      const [old] = liveAmphorae(loadBalancer);
      if (old === undefined) throw new Error('there is no amphora');
      await octavia
        .failoverAmphora(loadBalancer, old, {
          afterStep: async (step) => {
            if (step === 'unbound') await asItShouldBe();
          },
        })
        .run();
    }
    await asItShouldBe();
  };
  const strippedBy = async (name: Name): Promise<number> => {
    const text = await (await fetch(`${monitor(name).url}/metrics`)).text();
    return Number(/^svc_monitor_associations_stripped_total(?:\{\})? (\d+)$/m.exec(text)?.[1]);
  };

  before(async function () {
    ({ brokers } = kafkaBroker(this));
    server = new EmbeddedOpenSdn();
    await server.start();
    stops.push(() => server.stop());
    const publisher = await new KafkaPublisher({ brokers, topic }).start();
    stops.push(() => publisher.stop());
    await publisher.createTopic({ partitions });
    stops.push(() => publisher.deleteTopic());
    server.notifications.subscribe((message) => {
      publisher.publish(message);
    });
    const tenant = await createTenant(server.url, { name: 'scale-out' });
    octavia = new Octavia({ url: server.url, tenant, nova: new Nova({ url: server.url, tenant }) });
    user = new NetworkUser({ url: server.url, tenant });
    await Promise.all(names.map(startMonitor));
  });

  after(async function () {
    for (const stop of stops.reverse()) await stop();
  });

  describe('when load balancers with floating ips are made', () => {
    it('should divide them among the three, and wire them', async () => {
      await sharedBy(...names);
      for (let made = 0; made < count; made += 1) {
        const loadBalancer = await octavia.createLoadBalancer({ pairsFirst: made % 2 === 0 }).run();
        loadBalancers.push(loadBalancer);
        const floatingIp = await user.createFloatingIp().run();
        await user.associate(floatingIp, loadBalancer).run();
      }
      await asItShouldBe();
      await eventually('each VIP is with one monitor', async () => {
        const all = await Promise.all(names.map(statusOf));
        return all.reduce((sum, status) => sum + vipsOf(status), 0) === count;
      });
      const shares = await Promise.all(names.map(async (name) => sharesOf(await statusOf(name)).length));

      expect(shares).to.deep.equal([4, 4, 4]);
    });
  });

  describe('when one of them is killed', () => {
    it('should go on serving all VIPs, those of the dead one too', async function () {
      monitor('one').command.signal('SIGKILL');
      await monitor('one').command.ended;
      await failOverAll();
      await sharedBy('two', 'three');

      expect(vipsOf(await statusOf('two')) + vipsOf(await statusOf('three'))).to.equal(count);
      expect((await strippedBy('two')) + (await strippedBy('three'))).to.equal(0);
    });
  });

  describe('when it comes back', () => {
    it('should get its part again, and write nothing that was right', async function () {
      await atRest({ server, monitors: [monitor('two'), monitor('three')], remaining });
      const before = writesOfMonitors(server).length;
      await startMonitor('one');
      await sharedBy(...names);
      await eventually('each VIP is with one monitor', async () => {
        const all = await Promise.all(names.map(statusOf));
        return all.reduce((sum, status) => sum + vipsOf(status), 0) === count;
      });

      expect(writesOfMonitors(server).slice(before)).to.deep.equal([]);
      expect(remaining()).to.deep.equal([]);
    });
  });

  describe('when one of them is frozen in the middle of a failover, and thaws when others have taken its VIPs', () => {
    it('should serve all VIPs meanwhile, and take no harm from the one that thaws', async function () {
      const failovers = loadBalancers.map((loadBalancer) => {
        const [old] = liveAmphorae(loadBalancer);
        if (old === undefined) throw new Error('there is no amphora');
        return octavia.failoverAmphora(loadBalancer, old);
      });
      await Promise.all(failovers.map((failover) => failover.step()));
      monitor('two').command.signal('SIGSTOP');
      await asItShouldBe();
      for (const failover of failovers) await failover.run();
      await failOverAll();
      await sharedBy('one', 'three');
      monitor('two').command.signal('SIGCONT');
      await sharedBy(...names);
      await eventually('each VIP is with one monitor', async () => {
        const all = await Promise.all(names.map(statusOf));
        return all.reduce((sum, status) => sum + vipsOf(status), 0) === count;
      });
      // What was on its way when it was frozen goes out, and another makes it good.
      await atRest({ server, monitors: names.map(monitor), remaining });

      expect(remaining()).to.deep.equal([]);
    });
  });

  describe('when two are frozen and thaw at once', () => {
    it('should serve all VIPs by the third, and end in the same state as one', async function () {
      for (const name of ['one', 'two'] as const) monitor(name).command.signal('SIGSTOP');
      const [loadBalancer] = loadBalancers;
      if (loadBalancer === undefined) throw new Error('there is no load balancer');
      await octavia.failoverLoadBalancer(loadBalancer).run();
      await asItShouldBe();
      for (const name of ['one', 'two'] as const) monitor(name).command.signal('SIGCONT');
      await failOverAll();
      await sharedBy(...names);
      await atRest({ server, monitors: names.map(monitor), remaining });

      expect(remaining()).to.deep.equal([]);
    });
  });

  describe('when they are told to stop', () => {
    it('should leave the VIPs to the last one, and end well', async function () {
      for (const name of ['one', 'two'] as const) {
        monitor(name).command.signal('SIGTERM');
        expect((await monitor(name).command.ended).code).to.equal(0);
      }
      await sharedBy('three');
      await failOverAll();
      monitor('three').command.signal('SIGTERM');

      expect((await monitor('three').command.ended).code).to.equal(0);
    });
  });
});
