import { expect } from 'chai';
import {
  createTenant,
  differences,
  EmbeddedOpenSdn,
  expectedState,
  liveAmphorae,
  NetworkUser,
  NotificationPublisher,
  Nova,
  observedState,
  Octavia,
  seededRandom,
  type LoadBalancer,
} from '../../fixtures/index.js';
import { Command } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { kafkaBroker } from '../support/kafka.js';
import { OwnBroker } from '../support/own-broker.js';
import { OwnKafka } from '../support/own-kafka.js';
import { rabbitmqUrl } from '../support/rabbitmq.js';
import { atRest as monitorsAtRest, writesOfMonitors } from '../support/quiet.js';
import { pass } from '../support/real-time.js';
import { RelayProcess, type RelayPlaces } from '../support/relay-process.js';

// What is killed when, and which amphora fails over, is the same each time; PROPERTY_SEED plays another.
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261124');
const loadBalancerCount = 50;
const rounds = 20;

/** The monitor as a process of its own, that follows a topic. */
class MonitorProcess {
  private constructor(
    private readonly command: Command,
    public readonly url: string,
  ) {}

  public static async start(configApiUrl: string, { kafkaBrokers, topic }: RelayPlaces): Promise<MonitorProcess> {
    const settings = {
      'config_api.urls': configApiUrl,
      'http.port': '0',
      source: 'kafka',
      'kafka.brokers': kafkaBrokers.join(','),
      'kafka.topic': topic,
      'kafka.session_timeout': '1s',
      'kafka.stall_timeout': '2s',
    };
    const command = new Command([
      'run',
      ...Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
    ]);
    return new MonitorProcess(command, await command.field('status endpoint listens', 'url'));
  }

  /** Resolves when it has read everything and follows the stream. */
  public async ready(): Promise<void> {
    await eventually('the monitor is ready', async () => (await fetch(`${this.url}/readyz`)).status === 200);
  }

  /** How many VIPs it has reconciled. */
  public async reconciles(): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return Number(
      /^svc_monitor_reconciles_total\{controller="octavia-vip",outcome="success"\} (\d+)$/m.exec(text)?.[1] ?? 0,
    );
  }

  public async kill(): Promise<void> {
    this.command.signal('SIGKILL');
    await this.command.ended;
  }
}

describe(`1,000 failovers through relay and Kafka, while each of them is killed in turn (seed ${seed})`, () => {
  const random = seededRandom(seed);
  const stops: (() => Promise<void>)[] = [];
  const loadBalancers: LoadBalancer[] = [];
  let rabbitmq: OwnBroker;
  let kafka: OwnKafka;
  let server: EmbeddedOpenSdn;
  let places: RelayPlaces;
  let relay: RelayProcess;
  let monitor: MonitorProcess;
  let octavia: Octavia;
  let user: NetworkUser;

  const remaining = (): readonly string[] =>
    differences(expectedState({ loadBalancers, floatingIps: user.floatingIps }), observedState(server));
  const atRest = (): Promise<void> => monitorsAtRest({ server, monitors: [monitor], remaining });
  const asItShouldBe = async (): Promise<void> => {
    try {
      await eventually('all is as it should be', () => remaining().length === 0);
    } catch (error) {
      throw new Error(remaining().slice(0, 20).join('\n'), { cause: error });
    }
  };

  const victims: readonly (() => Promise<void>)[] = [
    async () => {
      await relay.kill();
      relay = await RelayProcess.start(places);
    },
    async () => {
      await monitor.kill();
      monitor = await MonitorProcess.start(server.url, places);
    },
    async () => {
      await kafka.kill();
      await kafka.restart();
    },
    async () => {
      await rabbitmq.kill();
      await rabbitmq.restart();
    },
  ];

  before(async function () {
    rabbitmqUrl(this);
    kafkaBroker(this);
    rabbitmq = await OwnBroker.start();
    stops.push(() => rabbitmq.stop());
    kafka = await OwnKafka.start();
    stops.push(() => kafka.stop());
    // Every request is kept: they are counted.
    server = new EmbeddedOpenSdn({ requestLogSize: 1_000_000 });
    await server.start();
    stops.push(() => server.stop());
    const publisher = new NotificationPublisher({ url: rabbitmq.url, retryHighMs: 100 });
    stops.push(() => publisher.stop());
    server.notifications.subscribe((message) => {
      publisher.publish(message);
    });
    places = {
      rabbitmqUrl: rabbitmq.url,
      kafkaBrokers: kafka.broker.brokers,
      ...{ exchange: 'vnc_config.object-update', queue: 'relay', topic: 'changes' },
    };
    relay = await RelayProcess.start(places);
    stops.push(() => relay.kill());
    await relay.settled();
    monitor = await MonitorProcess.start(server.url, places);
    stops.push(() => monitor.kill());
    await monitor.ready();

    const tenant = await createTenant(server.url, { name: 'e2e' });
    octavia = new Octavia({ url: server.url, tenant, nova: new Nova({ url: server.url, tenant }) });
    user = new NetworkUser({ url: server.url, tenant });
    for (let made = 0; made < loadBalancerCount; made += 1) {
      const loadBalancer = await octavia.createLoadBalancer().run();
      loadBalancers.push(loadBalancer);
      await user.associate(await user.createFloatingIp().run(), loadBalancer).run();
    }
    await asItShouldBe();
  });

  after(async function () {
    for (const stop of stops.reverse()) await stop();
  });

  it('should lose not one association, and have nothing left to write', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const strike = victims[round % victims.length];
      const failovers = loadBalancers.map(async (loadBalancer) => {
        // Drawn before anything is waited for, so that they follow from the seed.
        const [delay, place] = [random(), random()];
        // Some are under way when it strikes, some begin while what was struck is away.
        await pass(delay * 1_000);
        const amphorae = liveAmphorae(loadBalancer);
        const amphora = amphorae[Math.floor(place * amphorae.length)];
        if (amphora !== undefined) await octavia.failoverAmphora(loadBalancer, amphora).run();
      });
      await pass(random() * 1_000);
      await strike?.();
      await Promise.all(failovers);
    }
    await relay.settled();
    await monitor.ready();
    await atRest();
    expect(user.floatingIps.filter(({ association }) => association === undefined)).to.deep.equal([]);

    const before = writesOfMonitors(server).length;
    await monitor.kill();
    monitor = await MonitorProcess.start(server.url, places);
    await monitor.ready();
    await eventually('every VIP is reconciled', async () => (await monitor.reconciles()) >= loadBalancerCount);
    await atRest();
    expect(writesOfMonitors(server).slice(before)).to.deep.equal([]);
    expect(remaining()).to.deep.equal([]);
  });
});
