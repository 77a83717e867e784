import {
  differences,
  EmbeddedCloud,
  expectedState,
  NetworkUser,
  Nova,
  observedState,
  Octavia,
  type EmbeddedMonitor,
  type EmbeddedMonitorOptions,
  type EmbeddedCloudOptions,
  type SettleOptions,
  type Tenant,
  type TenantOptions,
} from '../../fixtures/index.js';
import { ManualClock, type Clock } from '../../lib/index.js';

/** A cloud with one tenant and everybody who works for it, and a monitor. */
export class Shop {
  public readonly cloud: EmbeddedCloud;
  public readonly tenant: Tenant;
  public readonly octavia: Octavia;
  public readonly user: NetworkUser;
  public readonly monitor: EmbeddedMonitor;

  private constructor(parts: Pick<Shop, 'cloud' | 'tenant' | 'octavia' | 'user' | 'monitor'>) {
    this.cloud = parts.cloud;
    this.tenant = parts.tenant;
    this.octavia = parts.octavia;
    this.user = parts.user;
    this.monitor = parts.monitor;
  }

  /** Opens it; the monitor has read everything. */
  public static async open(
    options: {
      readonly server?: EmbeddedCloudOptions['server'];
      readonly frontEnds?: EmbeddedCloudOptions['frontEnds'];
      readonly settle?: SettleOptions;
      /** The time of all. Defaults to a manual clock. */
      readonly clock?: Clock;
      readonly tenant?: Partial<TenantOptions>;
      readonly monitor?: EmbeddedMonitorOptions;
      readonly amphoraProjectId?: string;
    } = {},
  ): Promise<Shop> {
    const { server, frontEnds, settle, clock = new ManualClock() } = options;
    const cloud = await new EmbeddedCloud({
      clock,
      ...(server === undefined ? {} : { server }),
      ...(frontEnds === undefined ? {} : { frontEnds }),
      ...(settle === undefined ? {} : { settle }),
    }).start();
    const tenant = await cloud.createTenant({ name: 'shop', ...options.tenant });
    const { url } = cloud;
    const octavia = new Octavia({
      url,
      tenant,
      nova: new Nova({ url, tenant }),
      delay: () => Promise.resolve(),
      ...(options.amphoraProjectId === undefined ? {} : { amphoraProjectId: options.amphoraProjectId }),
    });
    const user = new NetworkUser({ url, tenant });
    // Whose amphorae they are is known here, as an operator knows it.
    const amphoraProjects = ['service', options.amphoraProjectId ?? tenant.projectId];
    const monitor = await cloud.startMonitor({
      ...options.monitor,
      configApi: { urls: cloud.urls, ...options.monitor?.configApi },
      settings: { amphoraProjects, ...options.monitor?.settings },
    });
    return new Shop({ cloud, tenant, octavia, user, monitor });
  }

  /** What is not as it should be after what the actors have done. */
  public differences(): readonly string[] {
    return differences(
      expectedState({ loadBalancers: this.octavia.loadBalancers, floatingIps: this.user.floatingIps }),
      observedState(this.cloud.server),
    );
  }

  /** Closes it. */
  public async close(): Promise<void> {
    await this.cloud.stop();
  }
}
