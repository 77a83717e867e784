import { z } from 'zod';
import { ManualClock } from '../../../../../lib/index.js';
import { EmbeddedCloud, NeutronClient, type Tenant } from '../../../../../fixtures/index.js';

const made = z.record(z.string(), z.object({ uuid: z.string() }));

type Fields = Readonly<Record<string, unknown>>;

/** A small OpenSDN with a tenant, and somebody who makes load balancers by REST. */
export class LoadbalancerStage {
  private readonly client: NeutronClient;
  private count = 0;

  private constructor(
    public readonly cloud: EmbeddedCloud,
    public readonly clock: ManualClock,
    public readonly tenant: Tenant,
  ) {
    const { url } = cloud;
    const { projectId, token } = tenant;
    this.client = new NeutronClient({ url, projectId, userAgent: 'loadbalancer-user', token });
  }

  public static async open(): Promise<LoadbalancerStage> {
    const clock = new ManualClock();
    const cloud = await new EmbeddedCloud({ clock }).start();
    return new LoadbalancerStage(cloud, clock, await cloud.createTenant({ name: 'shop' }));
  }

  public createSet(name: string, driver: string | null): Promise<string> {
    return this.create('service-appliance-set', {
      fq_name: ['default-global-system-config', name],
      parent_type: 'global-system-config',
      service_appliance_driver: driver,
    });
  }

  /** Without a port. */
  public createLoadbalancer(
    name: string,
    { provider, address }: { readonly provider?: string; readonly address?: string },
  ): Promise<string> {
    return this.create('loadbalancer', {
      ...this.inProject(name),
      loadbalancer_provider: provider ?? null,
      loadbalancer_properties: { vip_address: address ?? null, admin_state: true },
    });
  }

  public createListener(loadbalancer: string, properties: Fields): Promise<string> {
    return this.create('loadbalancer-listener', {
      ...this.inProject(this.nextName('listener')),
      loadbalancer_listener_properties: properties,
      loadbalancer_refs: [this.refTo('loadbalancer', loadbalancer)],
    });
  }

  public createPool(listener: string, properties: Fields): Promise<string> {
    return this.create('loadbalancer-pool', {
      ...this.inProject(this.nextName('pool')),
      loadbalancer_pool_properties: properties,
      loadbalancer_listener_refs: [this.refTo('loadbalancer-listener', listener)],
    });
  }

  public createMember(pool: string, properties: Fields): Promise<string> {
    return this.create('loadbalancer-member', {
      fq_name: [...this.nameOf('loadbalancer-pool', pool), this.nextName('member')],
      parent_type: 'loadbalancer-pool',
      loadbalancer_member_properties: properties,
    });
  }

  public async create(kind: string, object: Fields): Promise<string> {
    const answer = await this.client.request({ method: 'POST', path: `/${kind}s`, body: { [kind]: object } });
    return made.parse(answer)[kind]?.uuid ?? '';
  }

  public async update(kind: string, uuid: string, object: Fields): Promise<void> {
    await this.client.request({ method: 'PUT', path: `/${kind}/${uuid}`, body: { [kind]: object } });
  }

  public async delete(kind: string, uuid: string): Promise<void> {
    await this.client.request({ method: 'DELETE', path: `/${kind}/${uuid}` });
  }

  private inProject(name: string): Fields {
    return { fq_name: ['default-domain', this.tenant.name, name], parent_type: 'project' };
  }

  private refTo(kind: string, uuid: string): Fields {
    return { uuid, to: this.nameOf(kind, uuid) };
  }

  private nameOf(kind: string, uuid: string): readonly string[] {
    return z.array(z.string()).parse(this.cloud.server.read(kind, uuid)?.['fq_name']);
  }

  private nextName(word: string): string {
    this.count += 1;
    return `${word}-${this.count}`;
  }
}
