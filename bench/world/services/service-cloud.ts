import {
  AnalyticsServer,
  createTenant,
  NetworkAdmin,
  RouterUser,
  ServiceOperator,
  VrouterProvisioner,
  type EmbeddedOpenSdn,
  type MadePortTuple,
  type Tenant,
  type UserRouter,
} from '../../../fixtures/index.js';

/** How much there is that wants services. */
export interface ServicesSize {
  /** Routers without a gateway. */
  readonly routers: number;
  /** Port tuples, each of a service instance of its own, with four interfaces that are not in it yet. */
  readonly tuples: number;
  readonly vrouters: number;
}

/** A port tuple, and the interfaces that are to be in it. */
export interface EmptyTuple {
  readonly tuple: MadePortTuple;
  readonly interfaceIds: readonly string[];
}

/** The types of the interfaces of a port tuple. */
export const tupleTypes = ['management', 'left', 'right', 'other0'] as const;

/** A tenant with routers and port tuples, the vRouters that serve them, and analytics that know that these work. */
export class ServiceCloud {
  public readonly routers: UserRouter[] = [];
  public readonly tuples: EmptyTuple[] = [];
  public readonly user: RouterUser;
  public readonly operator: ServiceOperator;
  private readonly analytics = new AnalyticsServer();

  private constructor(
    public readonly server: EmbeddedOpenSdn,
    public readonly tenant: Tenant,
    public readonly vrouterIds: readonly string[],
  ) {
    this.user = new RouterUser({ url: server.url, tenant });
    this.operator = new ServiceOperator({ url: server.url, tenant });
  }

  /** Puts all in place; nothing is announced. The server has to run. */
  public static async open(server: EmbeddedOpenSdn, size: ServicesSize): Promise<ServiceCloud> {
    const unmute = server.notifications.mute();
    try {
      const tenant = await createTenant(server.url, { name: 'services', externalCidr: '10.192.0.0/16' });
      const provisioner = new VrouterProvisioner({ url: server.url });
      for (let index = 1; index <= size.vrouters; index += 1) await provisioner.add({ name: `vrouter-${index}` }).run();
      const vrouterIds = provisioner.vrouters.map(({ id }) => id);
      const cloud = new ServiceCloud(server, tenant, vrouterIds);
      await cloud.analytics.start();
      cloud.analytics.up(...provisioner.vrouters.map(({ name }) => name));
      await cloud.addRouters(size.routers);
      if (size.tuples > 0) await cloud.addTuples(size.tuples);
      return cloud;
    } finally {
      unmute();
    }
  }

  /** Where analytics is asked. */
  public get analyticsUrl(): string {
    return this.analytics.url;
  }

  /** Makes routers. @param gateway whether they have one from the beginning */
  public async addRouters(count: number, gateway = false): Promise<readonly UserRouter[]> {
    const added: UserRouter[] = [];
    for (let index = 0; index < count; index += 1) {
      const name = `router-${this.routers.length + 1}`;
      const options = gateway ? { name, gateway: { networkId: this.tenant.externalNetworkId } } : { name };
      const router = await this.user.createRouter(options).run();
      this.routers.push(router);
      added.push(router);
    }
    return added;
  }

  /** Stops analytics. */
  public stop(): Promise<void> {
    return this.analytics.stop();
  }

  private async addTuples(count: number): Promise<void> {
    const admin = new NetworkAdmin({ url: this.server.url, tenant: this.tenant });
    const networks = [];
    for (const [index, type] of tupleTypes.entries()) {
      const cidrs = [`10.${110 + index}.0.0/16`];
      networks.push({ type, network: await admin.createNetwork({ name: type, cidrs }).run() });
    }
    const interfaces = tupleTypes.map((type) => ({ type }));
    const template = await this.operator.createTemplate({ name: 'firewall', version: 2, interfaces }).run();
    for (let index = 1; index <= count; index += 1) {
      const wish = { interfaces: networks.map(({ network }) => ({ network: network.fullName })) };
      const instance = await this.operator.createInstance({ name: `firewall-${index}`, template, ...wish }).run();
      const tuple = await this.operator.createTuple(instance, 'tuple').run();
      const interfaceIds: string[] = [];
      for (const { type, network } of networks) {
        interfaceIds.push(await this.operator.createInterface({ name: `${type}-${index}`, network, type }).run());
      }
      this.tuples.push({ tuple, interfaceIds });
    }
  }
}
