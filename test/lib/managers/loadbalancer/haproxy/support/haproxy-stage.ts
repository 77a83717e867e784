import { ManualClock, managers, type AnyManager } from '../../../../../../lib/index.js';
import {
  EmbeddedCloud,
  type EmbeddedMonitor,
  type EmbeddedMonitorOptions,
  type EmbeddedOpenSdn,
} from '../../../../../../fixtures/index.js';
import { seededUuids } from '../../../../../support/seeded-uuids.js';

type Json = Readonly<Record<string, unknown>>;

const drivers = 'svc_monitor.services.loadbalancer.drivers';

/** The managers that serve load balancers in haproxy. */
export const haproxyManagers: readonly AnyManager[] = managers.filter(({ name }) =>
  ['service-instance', 'loadbalancer'].includes(name),
);

/** The uuid of the n-th object of a story. */
export function uuidOf(number: number): string {
  return `aaaaaaaa-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

/** The server refuses what somebody asks for. */
export class Refused extends Error {}

/** An embedded OpenSDN with users of load balancers: projects `shop` and `other`, each with networks `front` and `back`. */
export class HaproxyStage {
  private constructor(
    public readonly cloud: EmbeddedCloud,
    public readonly projects: Readonly<Record<string, string>>,
  ) {}

  /** Opens one: no monitor runs yet. */
  public static async open({ seed = 1 }: { readonly seed?: number } = {}): Promise<HaproxyStage> {
    const cloud = await new EmbeddedCloud({ clock: new ManualClock(), server: { newUuid: seededUuids(seed) } }).start();
    const { server } = cloud;
    const projects = { shop: server.seedProject('shop'), other: server.seedProject('other') };
    const stage = new HaproxyStage(cloud, projects);
    for (const [name, driver] of [
      ['opencontrail', 'ha_proxy'],
      ['native', 'native'],
    ] as const) {
      stage.applianceSet(name, `${drivers}.${driver}.driver.OpencontrailLoadbalancerDriver`);
    }
    for (const project of Object.keys(projects)) {
      stage.network(project, 'front', ['10.50.1.0', 'fd00:1::'], uuidOf(901));
      stage.network(project, 'back', ['10.50.2.0'], uuidOf(902));
      server.seed('security-group', { fq_name: [...inProject(project), 'web'], parent_type: 'project' });
    }
    for (const tag of ['tier=one', 'tier=two']) {
      const [type, value] = tag.split('=');
      server.seed('tag', { fq_name: [tag], parent_type: 'config-root', tag_type_name: type, tag_value: value });
    }
    return stage;
  }

  public get server(): EmbeddedOpenSdn {
    return this.cloud.server;
  }

  /** Starts a monitor; resolves when it has settled. */
  public startMonitor(options: EmbeddedMonitorOptions = {}): Promise<EmbeddedMonitor> {
    return this.cloud.startMonitor({ managers: haproxyManagers, settle: { timeoutMs: 8_000 }, ...options });
  }

  /** Puts the template of load balancers in place. */
  public template(name = 'haproxy-loadbalancer-template'): string {
    return this.server.seed('service-template', {
      fq_name: ['default-domain', name],
      parent_type: 'domain',
      service_template_properties: {
        version: 1,
        service_mode: 'in-network-nat',
        service_type: 'loadbalancer',
        service_virtualization_type: 'network-namespace',
        interface_type: ['right', 'left'].map((type) => ({ service_interface_type: type, shared_ip: true })),
      },
    });
  }

  public applianceSet(name: string, driver: string): string {
    return this.server.seed('service-appliance-set', {
      fq_name: ['default-global-system-config', name],
      parent_type: 'global-system-config',
      service_appliance_driver: driver,
    });
  }

  /** Puts a network in place; its first subnet has that uuid. */
  public network(project: string, name: string, prefixes: readonly string[], subnet: string): string {
    const isOther = project !== 'shop';
    return this.server.seed('virtual-network', {
      fq_name: [...inProject(project), name],
      parent_type: 'project',
      network_ipam_refs: [
        {
          to: ['default-domain', 'default-project', 'default-network-ipam'],
          attr: {
            ipam_subnets: prefixes.map((prefix, index) => ({
              subnet: { ip_prefix: prefix, ip_prefix_len: prefix.includes(':') ? 64 : 24 },
              ...(index > 0 ? {} : { subnet_uuid: isOther ? subnet.replace(/^a/, 'b') : subnet }),
            })),
          },
        },
      ],
    });
  }

  /** A request of a user. Throws where the server refuses it. Resolves to the answer's body. */
  public async ask(method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await this.server.ask({ method, path, ...(body === undefined ? {} : { body }) });
    if (answer.status !== 200) throw new Refused(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as Json;
  }

  /** Makes an object; resolves to its uuid. */
  public async create(kind: string, object: Json): Promise<string> {
    const made = await this.ask('POST', `/${kind}s`, { [kind]: object });
    return text((made[kind] as Json)['uuid']);
  }

  /** Makes a port for a VIP, without an address. */
  public createPort(
    name: string,
    more: Json & { readonly project?: string; readonly uuid?: string } = {},
  ): Promise<string> {
    const { project = 'shop', ...fields } = more;
    return this.create('virtual-machine-interface', {
      fq_name: [...inProject(project), name],
      parent_type: 'project',
      virtual_network_refs: [{ to: [...inProject(project), 'front'] }],
      security_group_refs: [{ to: [...inProject(project), 'default'] }],
      virtual_machine_interface_device_owner: 'neutron:LOADBALANCER',
      ...fields,
    });
  }

  /** Gives a port an address of the network `front`. */
  public createAddress(name: string, port: string, family: 'v4' | 'v6' = 'v4', project = 'shop'): Promise<string> {
    return this.create('instance-ip', {
      fq_name: [name],
      instance_ip_family: family,
      virtual_network_refs: [{ to: [...inProject(project), 'front'] }],
      virtual_machine_interface_refs: [
        { to: this.server.read('virtual-machine-interface', port)?.['fq_name'], uuid: port },
      ],
    });
  }

  /** Makes a load balancer of LBaaS v2. */
  public createLoadbalancer(
    name: string,
    uuid: string,
    {
      port,
      provider = 'opencontrail',
      project = 'shop',
    }: { readonly port?: string; readonly provider?: string; readonly project?: string } = {},
  ): Promise<string> {
    return this.create('loadbalancer', {
      uuid,
      fq_name: [...inProject(project), name],
      parent_type: 'project',
      loadbalancer_provider: provider,
      loadbalancer_properties: { vip_address: '10.50.1.3', admin_state: true },
      ...(port === undefined
        ? {}
        : { virtual_machine_interface_refs: [this.referenceTo('virtual-machine-interface', port)] }),
    });
  }

  public createListener(name: string, uuid: string, loadbalancer: string, properties: Json): Promise<string> {
    return this.create('loadbalancer-listener', {
      uuid,
      fq_name: [...inProject('shop'), name],
      parent_type: 'project',
      loadbalancer_refs: [this.referenceTo('loadbalancer', loadbalancer)],
      loadbalancer_listener_properties: { admin_state: true, ...properties },
    });
  }

  /** Makes a pool: of a listener, or, in LBaaS v1, of none. */
  public createPool(name: string, uuid: string, listener: string | undefined, properties: Json): Promise<string> {
    return this.create('loadbalancer-pool', {
      uuid,
      fq_name: [...inProject('shop'), name],
      parent_type: 'project',
      loadbalancer_pool_properties: { admin_state: true, loadbalancer_method: 'ROUND_ROBIN', ...properties },
      ...(listener === undefined
        ? {}
        : { loadbalancer_listener_refs: [this.referenceTo('loadbalancer-listener', listener)] }),
    });
  }

  public createMember(uuid: string, pool: string, properties: Json): Promise<string> {
    return this.create('loadbalancer-member', {
      uuid,
      fq_name: [...strings(this.server.read('loadbalancer-pool', pool)?.['fq_name']), uuid],
      parent_type: 'loadbalancer-pool',
      loadbalancer_member_properties: { admin_state: true, weight: 1, ...properties },
    });
  }

  /** Makes a virtual-ip of LBaaS v1. */
  public createVirtualIp(
    name: string,
    uuid: string,
    { pool, port, protocolPort = 80 }: { readonly pool: string; readonly port: string; readonly protocolPort?: number },
  ): Promise<string> {
    return this.create('virtual-ip', {
      uuid,
      fq_name: [...inProject('shop'), name],
      parent_type: 'project',
      virtual_ip_properties: { protocol: 'HTTP', protocol_port: protocolPort, admin_state: true, address: '10.50.1.3' },
      virtual_machine_interface_refs: [this.referenceTo('virtual-machine-interface', port)],
      loadbalancer_pool_refs: [this.referenceTo('loadbalancer-pool', pool)],
    });
  }

  /** Makes a floating ip that refers to nothing yet. */
  public createFloatingIp(address: string, uuid: string): string {
    const pool = ['default-domain', 'shop', 'front', 'floating-ip-pool'];
    const isThere = this.server.list('floating-ip-pool').length > 0;
    if (!isThere) this.server.seed('floating-ip-pool', { fq_name: pool, parent_type: 'virtual-network' });
    return this.server.seed('floating-ip', {
      uuid,
      fq_name: [...pool, uuid],
      parent_type: 'floating-ip-pool',
      floating_ip_address: address,
    });
  }

  /** Adds or takes away one reference. */
  public async refer(
    operation: 'ADD' | 'DELETE',
    from: { readonly kind: string; readonly uuid: string },
    to: { readonly kind: string; readonly uuid: string },
  ): Promise<void> {
    await this.ask('POST', '/ref-update', {
      type: from.kind,
      uuid: from.uuid,
      'ref-type': to.kind,
      'ref-uuid': to.uuid,
      operation,
    });
  }

  public async set(kind: string, uuid: string, fields: Json): Promise<void> {
    await this.ask('PUT', `/${kind}/${uuid}`, { [kind]: fields });
  }

  public async remove(kind: string, uuid: string): Promise<void> {
    await this.ask('DELETE', `/${kind}/${uuid}`);
  }

  /** The uuid of the object of a name in a project. */
  public uuidOf(kind: string, name: string, project = 'shop'): string {
    const whole = [...inProject(project), name].join(':');
    const found = this.server.list(kind).find((one) => [whole, name].includes(strings(one['fq_name']).join(':')));
    return text(found?.['uuid']);
  }

  /** The service instance of a load balancer, by its uuid. */
  public instanceOf(uuid: string): Json | undefined {
    return this.server.list('service-instance').find((one) => nameIn(one) === uuid);
  }

  /** The text that its haproxy gets. */
  public configOf(uuid: string): string {
    return this.bindingsOf(this.instanceOf(uuid))['haproxy_config'] ?? '';
  }

  public bindingsOf(instance: Json | undefined): Readonly<Record<string, string>> {
    const pairs = (instance?.['service_instance_bindings'] as Json | undefined)?.['key_value_pair'];
    return Object.fromEntries(list(pairs).map(({ key, value }) => [text(key), text(value)]));
  }

  /** What there is of load balancers in haproxy, in words that do not depend on uuids that are given out: to be compared. */
  public end(): readonly string[] {
    return [
      ...this.server.list('service-instance').map((one) => this.instanceText(one)),
      ...this.server.list('virtual-machine').map((one) => `machine ${nameIn(one)}`),
      ...this.server
        .list('virtual-machine-interface')
        .filter((one) => one['virtual_machine_interface_properties'] !== undefined)
        .map((one) => this.interfaceText(one)),
      ...this.server
        .list('instance-ip')
        .map(
          (one) =>
            `address ${nameIn(one)} ${text(one['instance_ip_mode'] ?? '-')} of ${refs(one, 'virtual_machine_interface')}`,
        ),
      ...this.server
        .list('floating-ip')
        // Those of addresses are of the native driver.
        .filter((one) => one['parent_type'] === 'floating-ip-pool')
        .map((one) => `floating ip ${nameIn(one)} of ${refs(one, 'virtual_machine_interface')}`),
    ].sort();
  }

  public async stop(): Promise<void> {
    await this.cloud.stop();
  }

  private instanceText(one: Json): string {
    const sides = (one['service_instance_properties'] as Json | undefined)?.['interface_list'];
    const referrers = [...list(one['loadbalancer_back_refs']), ...list(one['loadbalancer_pool_back_refs'])];
    return [
      `instance ${strings(one['fq_name']).join(':')}`,
      `sides ${list(sides)
        .map((side) => `${text(side['virtual_network'])} ${text(side['ip_address'] ?? '-')}`)
        .join(', ')}`,
      `of ${referrers.map((ref) => text(strings(ref['to']).at(-1))).join(', ')}`,
      JSON.stringify(this.bindingsOf(one)),
    ].join(' ');
  }

  private interfaceText(one: Json): string {
    const flows = list(
      (one['virtual_machine_interface_fat_flow_protocols'] as Json | undefined)?.['fat_flow_protocol'],
    );
    return [
      `interface ${nameIn(one)} in ${refs(one, 'virtual_network')}`,
      `groups ${refs(one, 'security_group')} tags ${refs(one, 'tag')}`,
      `flows ${flows.map(({ protocol, port }) => `${text(protocol)} ${text(port)}`).join(', ')}`,
    ].join(' ');
  }

  private referenceTo(kind: string, uuid: string): Json {
    return { to: this.server.read(kind, uuid)?.['fq_name'], uuid };
  }
}

function inProject(project: string): readonly string[] {
  return ['default-domain', project];
}

function refs(one: Json, kind: string): string {
  const names = list(one[`${kind}_refs`]).map((ref) => text(strings(ref['to']).at(-1)));
  return names.length === 0 ? '-' : names.sort().join(',');
}

function nameIn(one: Json): string {
  return text(strings(one['fq_name']).at(-1));
}

function list(value: unknown): readonly Json[] {
  return (Array.isArray(value) ? value : []) as readonly Json[];
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(text) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
