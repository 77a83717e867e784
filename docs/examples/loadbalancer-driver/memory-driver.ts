import type { LoadbalancerDriver, LoadbalancerView } from 'opensdn-svc-monitor';

/**
 * A driver that keeps in memory what an appliance would serve: which ports of the VIP lead to which addresses. An operator makes a service
 * appliance set that names it, and load balancers name the set as their provider.
 */
export class MemoryDriver implements LoadbalancerDriver {
  /** What `service_appliance_driver` of the set says. */
  public readonly path = 'example.MemoryDriver';
  /** By the load balancer's uuid. */
  public readonly served = new Map<string, readonly string[]>();

  public list(): Promise<Iterable<string>> {
    return Promise.resolve(this.served.keys());
  }

  public ensure(loadbalancer: LoadbalancerView): Promise<void> {
    this.served.set(loadbalancer.uuid, routesOf(loadbalancer));
    return Promise.resolve();
  }

  public remove(uuid: string): Promise<void> {
    this.served.delete(uuid);
    return Promise.resolve();
  }
}

/** Such as `10.0.0.5:80 to 10.0.1.7:8080`. What is down, or not complete yet, is left out. */
function routesOf({ vipAddress = '', listeners }: LoadbalancerView): readonly string[] {
  return listeners
    .filter((listener) => listener.isUp && listener.port !== undefined)
    .flatMap(({ port = 0, pools }) =>
      pools
        .filter((pool) => pool.isUp)
        .flatMap(({ members }) => members)
        .filter(({ isUp, address, port: own }) => isUp && address !== undefined && own !== undefined)
        .map((member) => `${vipAddress}:${port} to ${member.address ?? ''}:${member.port ?? 0}`),
    );
}
