import {
  NetworkUser,
  Nova,
  Octavia,
  Operator,
  Stranger,
  type CloudModel,
  type EmbeddedCloud,
  type LoadBalancer,
  type Tenant,
} from '../../fixtures/index.js';
import type { Setting } from './setting.js';

/** Who works for a tenant. */
export interface Household {
  readonly tenant: Tenant;
  readonly octavia: Octavia;
  readonly user: NetworkUser;
  readonly nova: Nova;
  readonly operator: Operator;
}

// Octavia's service project.
const serviceUuid = '5e541ce0-0000-4000-8000-00000000c7a1';

/** All who act in a cloud: a tenant, a guest of his in his network where it is shared, and a stranger who means ill. */
export class People {
  /** The stranger, if he has turned up. */
  public stranger: Stranger | undefined;
  /** Whether the first tenant's network is shared. */
  public isShared = false;
  private household: Household | undefined;
  private guest: Household | undefined;

  public constructor(
    private readonly cloud: EmbeddedCloud,
    private readonly setting: Setting,
  ) {}

  /** Makes the first tenant. */
  public async settleDown(): Promise<void> {
    const cidrs = ['10.107.0.0/24', '10.108.0.0/24', 'fd00:107::/64'];
    if (this.setting.amphorae === 'service') this.cloud.server.seedProject('service', serviceUuid);
    this.household = this.householdOf(await this.cloud.createTenant({ name: 'one', cidrs }));
  }

  /** The first tenant. */
  public get first(): Household {
    if (this.household === undefined) throw new Error('nobody is there yet');
    return this.household;
  }

  /** A tenant who makes his load balancers in the first one's network; comes when he is asked for. */
  public async invite(): Promise<Household> {
    if (this.guest !== undefined) return this.guest;
    const own = await this.cloud.createTenant({ name: 'two', cidrs: ['10.9.0.0/24'], externalCidr: '100.65.0.0/24' });
    const { networkId, subnets } = this.first.tenant;
    this.guest = this.householdOf({ ...own, networkId, subnets });
    return this.guest;
  }

  /** The stranger; comes when he is asked for. */
  public async meetStranger(): Promise<Stranger> {
    if (this.stranger !== undefined) return this.stranger;
    const tenant = await this.cloud.createTenant({
      name: 'stranger',
      cidrs: ['10.6.0.0/24'],
      externalCidr: '100.66.0.0/24',
    });
    this.stranger = new Stranger({ url: this.cloud.url, tenant });
    return this.stranger;
  }

  /** Nova, for the stranger's ports. */
  public novaOf(stranger: Stranger): Nova {
    return new Nova({ url: this.cloud.url, tenant: stranger.user.tenant });
  }

  /** Whether the guest has anything in the network that is shared with him: Neutron takes it back from nobody who uses it. */
  public get isGuestThere(): boolean {
    const { octavia, user } = this.guest ?? {};
    return (
      octavia?.loadBalancers.some(({ state }) => state !== 'deleted') === true ||
      user?.ports.some(({ isDeleted }) => !isDeleted) === true
    );
  }

  public get loadBalancers(): readonly LoadBalancer[] {
    return this.households.flatMap(({ octavia }) => octavia.loadBalancers);
  }

  /** Whose the load balancer is. */
  public of(loadBalancer: LoadBalancer): Household {
    return this.households.find(({ octavia }) => octavia.loadBalancers.includes(loadBalancer)) ?? this.first;
  }

  /** The projects that monitors are told to trust in shared networks. */
  public get trustedNames(): readonly string[] {
    const { amphorae, trusted } = this.setting;
    if (trusted === 'none') return ['nobody'];
    if (amphorae === 'service') return ['service'];
    return trusted === 'all' ? ['one', 'two'] : ['one'];
  }

  /** What all have done. */
  public model(): CloudModel {
    const users = [...this.households.map(({ user }) => user), ...(this.stranger ? [this.stranger.user] : [])];
    const projects = [...this.households.map(({ tenant }) => tenant), { name: 'service', projectId: serviceUuid }];
    return {
      loadBalancers: this.loadBalancers,
      floatingIps: users.flatMap(({ floatingIps }) => floatingIps),
      ports: users.flatMap(({ ports }) => ports),
      sharing: {
        sharedNetworks: new Set(this.isShared ? [this.first.tenant.networkId] : []),
        trustedProjects: new Set(
          projects.filter(({ name }) => this.trustedNames.includes(name)).map(({ projectId }) => projectId),
        ),
      },
    };
  }

  private householdOf(tenant: Tenant): Household {
    const { url } = this.cloud;
    const nova = new Nova({ url, tenant });
    const octavia = new Octavia({
      url,
      tenant,
      nova,
      delay: () => Promise.resolve(),
      ...(this.setting.amphorae === 'service' ? { amphoraProjectId: serviceUuid } : {}),
    });
    return { tenant, octavia, nova, user: new NetworkUser({ url, tenant }), operator: new Operator({ url, tenant }) };
  }

  private get households(): readonly Household[] {
    return [this.household, this.guest].filter((household) => household !== undefined);
  }
}
