import { z } from 'zod';
import {
  createKubeCluster,
  EmbeddedCloud,
  KubeManager,
  NeutronClient,
  type EmbeddedMonitor,
  type EmbeddedMonitorOptions,
  type Json,
  type KubeService,
  type Tenant,
} from '../../../../../../fixtures/index.js';
import { ManualClock, type AnyManager } from '../../../../../../lib/index.js';
import { defaultObjects } from '../../../../../../lib/managers/default-objects/index.js';
import { loadbalancer } from '../../../../../../lib/managers/loadbalancer/index.js';
import { octaviaVip } from '../../../../../../lib/managers/octavia-vip/index.js';

const made = z.record(z.string(), z.object({ uuid: z.string() }));
const mappingsOf = z.object({
  port_mappings: z.array(z.object({ protocol: z.string(), src_port: z.number(), dst_port: z.number() })),
});

/** The managers that native load balancers need, and the one that has to leave their floating ips alone. */
export const nativeManagers: readonly AnyManager[] = [defaultObjects, loadbalancer, octaviaVip];

/** Where a floating ip leads. */
export interface Leads {
  readonly direction: unknown;
  /** Such as `TCP 80 > 8080`, sorted. */
  readonly mappings: readonly string[];
  /** Names of interfaces, sorted: `VIP` for that of the service. */
  readonly to: readonly string[];
}

/** A small OpenSDN with a tenant who runs Kubernetes. */
export class NativeStage {
  private readonly client: NeutronClient;

  private constructor(
    public readonly cloud: EmbeddedCloud,
    public readonly tenant: Tenant,
    public readonly kube: KubeManager,
    public readonly clock: ManualClock,
  ) {
    const { projectId, token } = tenant;
    this.client = new NeutronClient({ url: cloud.url, projectId, userAgent: 'rest-user', token });
  }

  public static async open(): Promise<NativeStage> {
    const clock = new ManualClock();
    const cloud = await new EmbeddedCloud({ clock }).start();
    const tenant = await cloud.createTenant({ name: 'k8s' });
    const cluster = await createKubeCluster(cloud.url, { tenant });
    return new NativeStage(cloud, tenant, new KubeManager({ url: cloud.url, cluster }), clock);
  }

  public startMonitor(options: EmbeddedMonitorOptions = {}, signal?: AbortSignal): Promise<EmbeddedMonitor> {
    return this.cloud.startMonitor({ managers: nativeManagers, ...options }, signal);
  }

  /** The floating ips of the addresses of a service. */
  public internal({ interfaceId }: Pick<KubeService, 'interfaceId'>): readonly Leads[] {
    const addresses = this.list('instance-ip').filter((one) =>
      uuidsOf(one, 'virtual_machine_interface_refs').includes(interfaceId),
    );
    const uuids = addresses.map(({ uuid }) => uuid);
    return this.list('floating-ip')
      .filter((one) => uuids.includes(one['parent_uuid']))
      .map((one) => this.leads(one, interfaceId));
  }

  /** An external floating ip. */
  public external(id: string, { interfaceId }: Pick<KubeService, 'interfaceId'>): Leads {
    return this.leads(this.object('floating-ip', id), interfaceId);
  }

  public object(kind: string, id: string): Json {
    return this.list(kind).find(({ uuid }) => uuid === id) ?? {};
  }

  public list(kind: string): readonly Json[] {
    return this.cloud.server.list(kind);
  }

  public async create(kind: string, object: Json): Promise<string> {
    const answer = await this.client.request({ method: 'POST', path: `/${kind}s`, body: { [kind]: object } });
    return made.parse(answer)[kind]?.uuid ?? '';
  }

  public async update(kind: string, uuid: string, object: Json): Promise<void> {
    await this.client.request({ method: 'PUT', path: `/${kind}/${uuid}`, body: { [kind]: object } });
  }

  public async delete(kind: string, uuid: string): Promise<void> {
    await this.client.request({ method: 'DELETE', path: `/${kind}/${uuid}` });
  }

  public async reference(
    on: readonly [string, string],
    to: readonly [string, string],
    operation = 'ADD',
  ): Promise<void> {
    const [type, uuid] = on;
    const body = { type, uuid, 'ref-type': to[0], 'ref-uuid': to[1], 'ref-fq-name': null, operation, attr: null };
    await this.client.request({ method: 'POST', path: '/ref-update', body });
  }

  private leads(floatingIp: Json, port: string): Leads {
    const mappings = mappingsOf.safeParse(floatingIp['floating_ip_port_mappings']).data?.port_mappings ?? [];
    const isOn = floatingIp['floating_ip_port_mappings_enable'] === true;
    const to = uuidsOf(floatingIp, 'virtual_machine_interface_refs').map((uuid) =>
      uuid === port ? 'VIP' : this.nameOf(uuid),
    );
    return {
      direction: floatingIp['floating_ip_traffic_direction'],
      mappings: isOn ? mappings.map((one) => `${one.protocol} ${one.src_port} > ${one.dst_port}`).sort() : [],
      to: to.sort(),
    };
  }

  private nameOf(uuid: string): string {
    const name = this.object('virtual-machine-interface', uuid)['fq_name'];
    return Array.isArray(name) ? String(name.at(-1)).replace(/__.*/, '') : `gone ${uuid}`;
  }
}

/** The uuids of references. */
export function uuidsOf(object: Json, field: string): readonly string[] {
  const list = z.array(z.object({ uuid: z.string() })).safeParse(object[field]).data ?? [];
  return list.map(({ uuid }) => uuid);
}
