import { expect } from 'chai';
import {
  differences,
  EmbeddedCloud,
  expectedState,
  liveAmphorae,
  NetworkUser,
  Nova,
  observedState,
  Octavia,
  type Amphora,
  type LoadBalancer,
  type UserFloatingIp,
} from '../../../fixtures/index.js';
import { createMonitor, fieldsToWatch, WatchSource, type Monitor } from '../../../lib/index.js';
import { eventually } from '../../support/eventually.js';
import { KeptMetrics } from '../../support/kept.js';

const stripWindowMs = 300;

describe('a monitor that follows the watch of the config API', () => {
  let cloud: EmbeddedCloud;
  let octavia: Octavia;
  let user: NetworkUser;
  let monitor: Monitor;
  let metrics: KeptMetrics;
  let loadBalancer: LoadBalancer;
  let floatingIp: UserFloatingIp;

  const startMonitor = async (): Promise<void> => {
    const configApi = { urls: [cloud.url] };
    const source = new WatchSource({ configApi, kinds: fieldsToWatch(), metrics, retryLowMs: 5, retryHighMs: 20 });
    monitor = createMonitor({ configApi, source, metrics, settings: { stripWindowMs } });
    await monitor.start(new AbortController().signal);
  };

  const complaints = (): readonly string[] =>
    differences(
      expectedState({ loadBalancers: octavia.loadBalancers, floatingIps: user.floatingIps }),
      observedState(cloud.server),
    );

  const allRight = async (): Promise<void> => {
    await eventually(`all is as it should be: ${complaints().join('; ')}`, () => complaints().length === 0);
  };

  const countWrites = (): number => cloud.server.requests.count({ userAgent: 'opensdn-svc-monitor', access: 'write' });

  const oldestAmphora = (): Amphora => {
    const [amphora] = liveAmphorae(loadBalancer);
    if (amphora === undefined) throw new Error('no amphora is left');
    return amphora;
  };

  /** With as much time between the steps as the monitor needs. */
  const failover = async (): Promise<void> => {
    await octavia.failoverAmphora(loadBalancer, oldestAmphora(), { afterStep: allRight }).run();
  };

  /** The old port goes while the floating ip references it, and Neutron takes that for the end of the association. */
  const strip = async (): Promise<void> => {
    await octavia.failoverAmphora(loadBalancer, oldestAmphora(), { skipUnbind: true }).run();
  };

  const counted = async (name: string, count: number): Promise<void> => {
    await eventually(`${name} is ${count}`, () => metrics.count(name) >= count);
    expect(metrics.count(name)).to.equal(count);
  };

  beforeEach(async () => {
    cloud = await new EmbeddedCloud().start();
    const tenant = await cloud.createTenant({ name: 'shop' });
    const { url } = cloud;
    octavia = new Octavia({ url, tenant, nova: new Nova({ url, tenant }), delay: () => Promise.resolve() });
    user = new NetworkUser({ url, tenant });
    metrics = new KeptMetrics();
    await startMonitor();
    loadBalancer = await octavia.createLoadBalancer().run();
    floatingIp = await user.createFloatingIp().run();
    await user.associate(floatingIp, loadBalancer).run();
    await allRight();
  });

  afterEach(async () => {
    await monitor.stop();
    await cloud.stop();
  });

  it('should hear of the changes by the stream', () => {
    expect(monitor.status().source).to.deep.equal({ name: 'watch', connected: true });
    expect(metrics.count('changes_total')).to.be.greaterThan(0);
    expect(metrics.count('messages_rejected_total')).to.equal(0);
    expect(metrics.count('resync_repairs_total')).to.equal(0);
  });

  describe('when an amphora is replaced', () => {
    it('should wire the new one, and let go of the old one', async () => {
      await failover();
      await allRight();

      expect(metrics.count('associations_stripped_total')).to.equal(0);
    });
  });

  describe('when an amphora port is deleted without being unbound', () => {
    it('should restore the association', async () => {
      await strip();
      await allRight();

      await counted('associations_restored_total', 1);
      expect(metrics.count('associations_ended_total')).to.equal(0);
    });

    it('should restore it each time', async () => {
      for (const round of [1, 2]) {
        await strip();
        await counted('associations_restored_total', round);
        await allRight();
      }

      expect(metrics.count('associations_ended_total')).to.equal(0);
    });
  });

  describe('when the user disassociates the floating ip', () => {
    it('should leave it free', async () => {
      await user.disassociate(floatingIp).run();
      await counted('associations_ended_total', 1);
      await allRight();

      expect(metrics.count('associations_restored_total')).to.equal(0);
    });

    it('should leave it free after a failover as well', async () => {
      await failover();
      await allRight();
      await user.disassociate(floatingIp).run();
      await counted('associations_ended_total', 1);
      await allRight();

      expect(metrics.count('associations_restored_total')).to.equal(0);
    });

    it('should leave it free when an amphora is deleted without being unbound after that', async () => {
      await user.disassociate(floatingIp).run();
      await counted('associations_ended_total', 1);
      await strip();
      await allRight();

      expect(metrics.count('associations_restored_total')).to.equal(0);
    });

    it('should leave it free when an amphora is deleted without being unbound right after that', async () => {
      await user.disassociate(floatingIp).run();
      await strip();
      await counted('associations_ended_total', 1);
      await allRight();

      expect(metrics.count('associations_restored_total')).to.equal(0);
    });

    it('should leave it free when it was stripped just before', async () => {
      await strip();
      await user.disassociate(floatingIp).run();
      await counted('associations_ended_total', 1);
      await allRight();

      expect(metrics.count('associations_restored_total')).to.equal(0);
    });
  });

  describe('when the load balancer is deleted', () => {
    it('should delete its virtual-ip', async () => {
      await octavia.deleteLoadBalancer(loadBalancer).run();
      await eventually('the virtual-ip is gone', () => cloud.server.count('virtual-ip') === 0);
      await allRight();
    });
  });

  describe('when it starts anew', () => {
    it('should find nothing to write', async () => {
      await monitor.stop();
      const writes = countWrites();
      await startMonitor();
      await failover();
      await allRight();
      await monitor.stop();
      const after = countWrites();
      await startMonitor();
      await eventually('nothing is left to do', () => monitor.status().controllers['octavia-vip']?.queue.length === 0);

      expect(writes).to.be.lessThan(after);
      expect(countWrites()).to.equal(after);
    });
  });

  describe('when the stream is lost for a while', () => {
    it('should make good what it missed', async () => {
      const admit = cloud.server.watches.refuse();
      cloud.server.watches.cut();
      await eventually('it notices', () => !monitor.status().source.connected);
      await strip();
      admit();
      await allRight();

      expect(metrics.count('associations_ended_total')).to.equal(0);
    });
  });

  describe('when the server gives up', () => {
    it('should connect again, and go on', async () => {
      cloud.server.watches.stop();
      await counted('source_connects_total', 2);
      await failover();
      await allRight();
    });
  });
});
