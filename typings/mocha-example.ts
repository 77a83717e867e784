import assert from 'node:assert/strict';
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

  /** What is not as it should be, after what the actors have done. */
  const wrong = (): readonly string[] =>
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

  it('should follow each step of a failover', async () => {
    const [amphora] = liveAmphorae(loadBalancer);
    assert(amphora !== undefined);
    const failover = octavia.failoverAmphora(loadBalancer, amphora);
    while ((await failover.step()) !== undefined) {
      await cloud.settled();
      assert.deepEqual(wrong(), []);
    }
  });

  it('should come through a failover though writes fail and notifications come twice', async () => {
    const faults = new FaultEngine(cloud.server, { seed: 7 });
    const failing = faults.add({
      on: 'request',
      match: { userAgent: 'opensdn-svc-monitor', access: 'write' },
      probability: 0.5,
      fault: { kind: 'error', status: 503 },
    });
    faults.add({ on: 'notification', fault: { kind: 'duplicate' } });

    await octavia.failoverLoadBalancer(loadBalancer).run();
    await cloud.settled();

    assert.deepEqual(wrong(), []);
    assert(failing.status.struck > 0);
  });

  it('should be let go of by a user who ends the association while an amphora is replaced', async () => {
    const [amphora] = liveAmphorae(loadBalancer);
    assert(amphora !== undefined);
    const failover = octavia.failoverAmphora(loadBalancer, amphora);
    await failover.step();
    await user.disassociate(floatingIp).run();
    await failover.run();
    await cloud.settled();
    assert.deepEqual(wrong(), []);

    const writes = cloud.countWrites();
    await cloud.settled();
    assert.equal(cloud.countWrites(), writes);
  });
});
