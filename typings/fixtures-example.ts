import { ManualClock } from 'opensdn-svc-monitor';
import { EmbeddedCloud, liveAmphorae, NetworkUser, Nova, Octavia } from 'opensdn-svc-monitor/fixtures';

/** A load balancer with a floating ip, one amphora of which fails over; resolves to the interfaces of the floating ip. */
export async function failOver(): Promise<unknown> {
  const cloud = await new EmbeddedCloud({ clock: new ManualClock() }).start();
  try {
    const tenant = await cloud.createTenant({ name: 'shop' });
    await cloud.startMonitor();
    const { url } = cloud;
    const octavia = new Octavia({ url, tenant, nova: new Nova({ url, tenant }) });
    const user = new NetworkUser({ url, tenant });

    const loadBalancer = await octavia.createLoadBalancer().run();
    const floatingIp = await user.createFloatingIp().run();
    await user.associate(floatingIp, loadBalancer).run();
    await cloud.settled();

    const [amphora] = liveAmphorae(loadBalancer);
    if (amphora !== undefined) await octavia.failoverAmphora(loadBalancer, amphora).run();
    await cloud.settled();
    return cloud.server.read('floating-ip', floatingIp.id)?.['virtual_machine_interface_refs'];
  } finally {
    await cloud.stop();
  }
}
