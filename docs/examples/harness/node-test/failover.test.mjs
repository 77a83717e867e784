import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { ManualClock } from 'opensdn-svc-monitor';
import {
  differences,
  EmbeddedCloud,
  expectedState,
  FaultEngine,
  liveAmphorae,
  NetworkUser,
  Nova,
  observedState,
  Octavia,
} from 'opensdn-svc-monitor/fixtures';

describe('a floating ip on the VIP of a load balancer', () => {
  /** @type {import('opensdn-svc-monitor/fixtures').EmbeddedCloud} */
  let cloud;
  /** @type {import('opensdn-svc-monitor/fixtures').Octavia} */
  let octavia;
  /** @type {import('opensdn-svc-monitor/fixtures').NetworkUser} */
  let user;
  /** @type {import('opensdn-svc-monitor/fixtures').LoadBalancer} */
  let loadBalancer;
  /** @type {import('opensdn-svc-monitor/fixtures').UserFloatingIp} */
  let floatingIp;

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
      assert.deepEqual(wrong(), []);
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
    assert.deepEqual(wrong(), []);
    assert(failing.status.struck > 0);
  });
});
