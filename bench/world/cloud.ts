import {
  NetworkUser,
  Nova,
  Octavia,
  populate,
  type EmbeddedOpenSdn,
  type LoadBalancer,
  type Tenant,
  type UserFloatingIp,
} from '../../fixtures/index.js';

/** How large a cloud is. */
export interface CloudSize {
  readonly loadBalancers: number;
  /** Ports that have nothing to do with load balancers, each with its instance and address. Defaults to 0. */
  readonly otherPorts?: number;
  /** Whether the monitor's work is done already. Defaults to yes; else users have associated the floating ips, and no more. */
  readonly wired?: boolean;
}

/** A load balancer of two amphorae with its floating ip, and who works on them. */
export interface SeededLoadBalancer {
  readonly loadBalancer: LoadBalancer;
  readonly floatingIp: UserFloatingIp;
  /** Empty if it is not wired. */
  readonly virtualIpId: string;
  readonly octavia: Octavia;
  readonly user: NetworkUser;
}

/** Puts load balancers in place, and other ports beside them; nothing is announced. The server has to run. */
export async function seedCloud(server: EmbeddedOpenSdn, size: CloudSize): Promise<readonly SeededLoadBalancer[]> {
  const { loadBalancers: count, otherPorts = 0, wired = true } = size;
  const cloud = await populate(server, { loadBalancers: count, plainPorts: otherPorts, wired });
  const virtualIps = new Map(
    server.list('virtual-ip').map(({ fq_name: name, uuid }) => [(name as readonly string[]).at(-1), String(uuid)]),
  );
  const workers = new Map(cloud.tenants.map((tenant) => [tenant.projectId, workersOf(server.url, tenant)]));
  return cloud.loadBalancers.map((loadBalancer, index) => {
    const floatingIp = cloud.floatingIps[index];
    const owners = workers.get(loadBalancer.tenant.projectId);
    if (floatingIp === undefined || owners === undefined) throw new Error('the cloud is not whole');
    const virtualIpId = virtualIps.get(`octavia-lb-${loadBalancer.id}`) ?? '';
    return { loadBalancer, floatingIp, virtualIpId, ...owners };
  });
}

function workersOf(url: string, tenant: Tenant): Pick<SeededLoadBalancer, 'octavia' | 'user'> {
  const nova = new Nova({ url, tenant });
  return { octavia: new Octavia({ url, tenant, nova }), user: new NetworkUser({ url, tenant }) };
}
