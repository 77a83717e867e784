import { randomUUID } from 'node:crypto';
import { createTenant, type EmbeddedOpenSdn } from '../../../fixtures/index.js';

/** How many Kubernetes services there are, and how many endpoints each has. */
export interface RolloutSize {
  readonly services: number;
  readonly endpoints: number;
}

/** A service with its members: an interface each. */
export interface RolledService {
  readonly loadbalancerId: string;
  /** Uuid of its instance-ip, whose floating ip leads to the members. */
  readonly addressId: string;
  readonly poolName: readonly string[];
  /** Members by interface. */
  readonly members: Map<string, string>;
}

type Answer = Readonly<Record<string, { readonly uuid: string }>>;

/** Services as kube-manager makes them (recordings 40 and 41), past HTTP, and pods of which only the interfaces are there. Nothing is announced. */
export class RolloutCloud {
  public readonly services: RolledService[] = [];
  private readonly project: readonly string[];

  private constructor(
    private readonly server: EmbeddedOpenSdn,
    project: string,
  ) {
    this.project = ['default-domain', project];
  }

  /** Puts all in place. The server has to run. */
  public static async open(server: EmbeddedOpenSdn, { services, endpoints }: RolloutSize): Promise<RolloutCloud> {
    const unmute = server.notifications.mute();
    try {
      const tenant = await createTenant(server.url, { name: 'kubernetes', externalCidr: '10.193.0.0/16' });
      const cloud = new RolloutCloud(server, tenant.name);
      await cloud.makeNetwork('cluster-service', '10.96.0.0');
      for (let index = 0; index < services; index += 1) {
        const service = await cloud.makeService(index);
        for (let count = 0; count < endpoints; count += 1) await cloud.join(service, await cloud.makeInterface());
        cloud.services.push(service);
      }
      return cloud;
    } finally {
      unmute();
    }
  }

  /** Makes the interface of a pod; resolves to its uuid. */
  public makeInterface(): Promise<string> {
    return this.make('virtual-machine-interface', {
      fq_name: [...this.project, `pod-${randomUUID()}`],
      parent_type: 'project',
      virtual_network_refs: [{ to: [...this.project, 'cluster-service'] }],
    });
  }

  /** An interface becomes a member of a service. */
  public async join({ poolName, members }: RolledService, interfaceId: string): Promise<void> {
    const id = await this.make('loadbalancer-member', {
      fq_name: [...poolName, randomUUID()],
      parent_type: 'loadbalancer-pool',
      loadbalancer_member_properties: { admin_state: true, protocol_port: 8080, weight: 1 },
      annotations: { key_value_pair: [{ key: 'vmi', value: interfaceId }] },
    });
    members.set(interfaceId, id);
  }

  /** An interface is none any more. */
  public async leave({ members }: RolledService, interfaceId: string): Promise<void> {
    const id = members.get(interfaceId) ?? '';
    members.delete(interfaceId);
    await this.send('DELETE', `/loadbalancer-member/${id}`);
  }

  private async makeService(index: number): Promise<RolledService> {
    const name = `service-${index}`;
    const port = [...this.project, `${name}-port`];
    await this.make('virtual-machine-interface', {
      fq_name: port,
      parent_type: 'project',
      virtual_machine_interface_device_owner: 'K8S:LOADBALANCER',
      virtual_network_refs: [{ to: [...this.project, 'cluster-service'] }],
    });
    const addressId = await this.make('instance-ip', {
      fq_name: [`${name}__${randomUUID()}`],
      virtual_network_refs: [{ to: [...this.project, 'cluster-service'] }],
      virtual_machine_interface_refs: [{ to: port }],
    });
    const fqName = [...this.project, name];
    const loadbalancerId = await this.make('loadbalancer', {
      fq_name: fqName,
      parent_type: 'project',
      loadbalancer_provider: 'native',
      virtual_machine_interface_refs: [{ to: port }],
    });
    await this.make('loadbalancer-listener', {
      fq_name: fqName,
      parent_type: 'project',
      loadbalancer_refs: [{ to: fqName }],
      loadbalancer_listener_properties: { protocol: 'TCP', protocol_port: 80, admin_state: true },
    });
    await this.make('loadbalancer-pool', {
      fq_name: fqName,
      parent_type: 'project',
      loadbalancer_listener_refs: [{ to: fqName }],
      loadbalancer_pool_properties: { admin_state: true, protocol: 'TCP' },
    });
    return { loadbalancerId, addressId, poolName: fqName, members: new Map() };
  }

  private makeNetwork(name: string, prefix: string): Promise<string> {
    const subnet = {
      subnet: { ip_prefix: prefix, ip_prefix_len: 12 },
      subnet_uuid: randomUUID(),
      addr_from_start: true,
    };
    return this.make('virtual-network', {
      fq_name: [...this.project, name],
      parent_type: 'project',
      network_ipam_refs: [
        { to: ['default-domain', 'default-project', 'default-network-ipam'], attr: { ipam_subnets: [subnet] } },
      ],
    });
  }

  private async make(kind: string, object: Readonly<Record<string, unknown>>): Promise<string> {
    return ((await this.send('POST', `/${kind}s`, { [kind]: object })) as Answer)[kind]?.uuid ?? '';
  }

  private async send(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.server.ask({ method, path, body });
    if (answer.status !== 200) throw new Error(`${method} ${path} was refused: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}
