import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from 'opensdn-svc-monitor';
import {
  differences,
  EmbeddedCloud,
  expectedState,
  FaultEngine,
  liveAmphorae,
  type LoadBalancer,
  NetworkUser,
  Nova,
  observedState,
  Octavia,
  type UserFloatingIp,
} from 'opensdn-svc-monitor/fixtures';

describe('a floating ip on the VIP of a load balancer', () => {
  let cloud: EmbeddedCloud;
  let octavia: Octavia;
  let user: NetworkUser;
  let loadBalancer: LoadBalancer;
  let floatingIp: UserFloatingIp;

  // What is not as it should be, after what the actors have done.
  const wrong = () =>
    differences(
      expectedState({ loadBalancers: octavia.loadBalancers, floatingIps: user.floatingIps }),
      observedState(cloud.server),
    );

  beforeEach(async () => {
    cloud = await new EmbeddedCloud({ clock: new ManualClock() }).start();
    const { url } = cloud;
    const tenant = await cloud.createTenant({ name: 'shop' });
    octavia = new Octavia({ url, tenant, nova: new Nova({ url, tenant }) });
    user = new NetworkUser({ url, tenant });
    await cloud.startMonitor();
  });

  beforeEach(async () => {
    loadBalancer = await octavia.createLoadBalancer().run();
    await cloud.settled();
  });

  beforeEach(async () => {
    floatingIp = await user.createFloatingIp().run();
    await user.associate(floatingIp, loadBalancer).run();
    await cloud.settled();
  });

  afterEach(() => cloud.stop());

  it('follows each step of a failover', async () => {
    const [amphora] = liveAmphorae(loadBalancer);
    const failover = octavia.failoverAmphora(loadBalancer, amphora);
    while ((await failover.step()) !== undefined) {
      await cloud.settled();
      expect(wrong()).toEqual([]);
    }
  });

  it('comes through a failover though writes fail', async () => {
    const faults = new FaultEngine(cloud.server, { seed: 7 });
    const failing = faults.add({
      on: 'request',
      match: { userAgent: 'opensdn-svc-monitor', access: 'write' },
      probability: 0.5,
      fault: { kind: 'error', status: 503 },
    });
    await octavia.failoverLoadBalancer(loadBalancer).run();
    await cloud.settled();
    expect(wrong()).toEqual([]);
    expect(failing.status.struck).toBeGreaterThan(0);
  });
});
