import { ManualClock, managers, type AnyManager, type MonitorOptions } from '../../../../../lib/index.js';
import {
  EmbeddedCloud,
  type EmbeddedMonitor,
  type EmbeddedMonitorOptions,
  type EmbeddedOpenSdn,
} from '../../../../../fixtures/index.js';
import { seededUuids } from '../../../../support/seeded-uuids.js';

type Json = Readonly<Record<string, unknown>>;

/** One side of a template. */
export interface TemplateSide {
  readonly type: string;
  readonly shared?: boolean;
  readonly routes?: boolean;
}

/** What an operator says of a service instance. */
export interface InstanceWish {
  /** Names of networks of the project, or whole ones, by side. Empty: none is named. */
  readonly networks: readonly string[];
  readonly count?: number;
  readonly haMode?: string | null;
  readonly routes?: Readonly<Record<number, readonly string[]>>;
  readonly template?: string;
  /** More of its properties. */
  readonly more?: Json;
}

/** The managers that are played by default: service instances alone. */
const serviceManagers: readonly AnyManager[] = managers.filter(({ name }) => name === 'service-instance');

const project = ['default-domain', 'shop'];

/** The server refuses what an operator asks for. */
class Refused extends Error {}

/** An embedded OpenSDN with an operator of service instances, and a monitor. */
export class ServiceStage {
  public readonly projectUuid: string;

  private constructor(
    public readonly cloud: EmbeddedCloud,
    public readonly clock: ManualClock,
    private readonly settings: MonitorOptions['settings'],
  ) {
    this.projectUuid = cloud.server.seedProject('shop');
  }

  /** Opens one: a project, two templates, networks `right` and `left`. No monitor runs yet. */
  public static async open({
    settings,
    seed = 1,
  }: { readonly settings?: MonitorOptions['settings']; readonly seed?: number } = {}): Promise<ServiceStage> {
    const clock = new ManualClock();
    const cloud = await new EmbeddedCloud({ clock, server: { newUuid: seededUuids(seed) } }).start();
    const stage = new ServiceStage(cloud, clock, settings);
    stage.template('netns');
    stage.template('own-left', {
      sides: [
        { type: 'right', shared: true },
        { type: 'left', routes: true },
      ],
    });
    stage.network('right', ['10.50.2.0']);
    stage.network('left', ['10.50.1.0']);
    return stage;
  }

  public get server(): EmbeddedOpenSdn {
    return this.cloud.server;
  }

  /** Starts a monitor; resolves when it has settled. */
  public startMonitor(options: EmbeddedMonitorOptions = {}): Promise<EmbeddedMonitor> {
    return this.cloud.startMonitor({
      managers: serviceManagers,
      settle: { timeoutMs: 8_000 },
      ...(this.settings === undefined ? {} : { settings: this.settings }),
      ...options,
    });
  }

  /** A request of an operator. Throws where the server refuses it. Resolves to the answer's body. */
  public async ask(method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await this.server.ask({ method, path, ...(body === undefined ? {} : { body }) });
    if (answer.status !== 200) throw new Refused(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as Json;
  }

  public template(
    name: string,
    {
      sides = [
        { type: 'right', shared: true },
        { type: 'left', shared: true },
      ],
      type = 'source-nat',
      virtualization = 'network-namespace',
      version = 1,
      mode = 'in-network-nat',
    }: {
      readonly sides?: readonly TemplateSide[];
      readonly type?: string;
      readonly virtualization?: string;
      readonly version?: number;
      readonly mode?: string;
    } = {},
  ): string {
    return this.server.seed('service-template', {
      fq_name: ['default-domain', name],
      parent_type: 'domain',
      service_template_properties: {
        version,
        service_mode: mode,
        service_type: type,
        service_virtualization_type: virtualization,
        interface_type: sides.map((side) => ({
          service_interface_type: side.type,
          shared_ip: side.shared === true,
          static_route_enable: side.routes === true,
        })),
      },
    });
  }

  /** Puts a network of the project in place, without a notification, before a monitor starts. */
  public network(name: string, prefixes: readonly string[]): string {
    return this.server.seed('virtual-network', {
      fq_name: [...project, name],
      parent_type: 'project',
      network_ipam_refs: prefixes.length === 0 ? [] : [ipamReference(prefixes)],
    });
  }

  /** Makes a network, as an operator does. */
  public async createNetwork(name: string, prefixes: readonly string[]): Promise<string> {
    const made = await this.ask('POST', '/virtual-networks', {
      'virtual-network': {
        fq_name: [...project, name],
        parent_type: 'project',
        ...(prefixes.length === 0 ? {} : { network_ipam_refs: [ipamReference(prefixes)] }),
      },
    });
    return uuidIn(made['virtual-network']);
  }

  /** Gives a network its subnets. */
  public async setSubnets(uuid: string, prefixes: readonly string[]): Promise<void> {
    await this.ask('PUT', `/virtual-network/${uuid}`, {
      'virtual-network': { network_ipam_refs: [ipamReference(prefixes)] },
    });
  }

  public async createInstance(name: string, wish: InstanceWish): Promise<string> {
    const { template = 'netns' } = wish;
    const made = await this.ask('POST', '/service-instances', {
      'service-instance': {
        fq_name: [...project, name],
        parent_type: 'project',
        service_instance_properties: propertiesOf(wish),
        service_template_refs: [{ to: ['default-domain', template] }],
      },
    });
    return uuidIn(made['service-instance']);
  }

  public async changeInstance(uuid: string, wish: InstanceWish): Promise<void> {
    await this.ask('PUT', `/service-instance/${uuid}`, {
      'service-instance': { service_instance_properties: propertiesOf(wish) },
    });
  }

  public async deleteInstance(uuid: string): Promise<void> {
    await this.ask('DELETE', `/service-instance/${uuid}`);
  }

  /** Deletes what an answer to a create has named. */
  public async remove(kind: string, made: Json): Promise<void> {
    await this.ask('DELETE', `/${kind}/${uuidIn(made[kind])}`);
  }

  /** Deletes a virtual machine by hand, as far as it gets: what a monitor makes or deletes meanwhile can be in the way. */
  public async tryToLoseMachine(name: string): Promise<void> {
    const isThere = this.server.list('virtual-machine').some((one) => nameIn(one) === name);
    if (!isThere) return;
    try {
      await this.loseMachine(name);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }

  /** Deletes a virtual machine by hand: its interfaces first (recording svc-monitor/82). */
  public async loseMachine(name: string): Promise<void> {
    const machine = this.server.list('virtual-machine').find((one) => nameIn(one) === name);
    const uuid = text(machine?.['uuid']);
    const drop = async (type: string, on: string, to: string, target: string): Promise<void> => {
      const body = {
        type,
        uuid: on,
        'ref-type': to,
        'ref-uuid': target,
        'ref-fq-name': null,
        operation: 'DELETE',
        attr: null,
      };
      await this.ask('POST', '/ref-update', body);
    };
    for (const { uuid: port } of list(machine?.['virtual_machine_interface_back_refs'])) {
      const shown = this.server.read('virtual-machine-interface', text(port));
      for (const { uuid: address } of list(shown?.['instance_ip_back_refs'])) {
        await drop('instance-ip', text(address), 'virtual-machine-interface', text(port));
      }
      await this.ask('DELETE', `/virtual-machine-interface/${text(port)}`);
    }
    for (const { uuid: router } of list(machine?.['virtual_router_back_refs'])) {
      await drop('virtual-router', text(router), 'virtual-machine', uuid);
    }
    await this.ask('DELETE', `/virtual-machine/${uuid}`);
  }

  /** Puts a vRouter in place. */
  public router(name: string, address = '127.0.0.1'): string {
    return this.server.seed('virtual-router', {
      fq_name: ['default-global-system-config', name],
      parent_type: 'global-system-config',
      virtual_router_ip_address: address,
    });
  }

  /** What there is of service instances, in words that do not depend on uuids: to be compared. */
  public end(): readonly string[] {
    return [
      ...this.server.list('virtual-machine').map((one) => `machine ${nameIn(one)} ${text(one['display_name'])}`),
      ...this.server.list('virtual-machine-interface').map((one) => this.interfaceText(one)),
      ...this.server.list('instance-ip').map((one) => this.addressText(one)),
      ...this.server
        .list('interface-route-table')
        .map((one) => `table ${this.named(nameIn(one))} ${JSON.stringify(one['interface_route_table_routes'])}`),
      ...this.server
        .list('virtual-network')
        .filter((one) => nameIn(one).startsWith('svc-vn-'))
        .map((one) => `network ${nameIn(one)}`),
      ...this.server.list('virtual-router').map((one) => `router ${nameIn(one)} ${refs(one, 'virtual_machine')}`),
    ].sort();
  }

  /** Where the machines are: the names of their vRouters, by the name of the machine. */
  public placement(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.server.list('virtual-machine').map((one) => [
        nameIn(one),
        list(one['virtual_router_back_refs'])
          .map((ref) => text(list(ref['to']).at(-1)))
          .join(', '),
      ]),
    );
  }

  public async stop(): Promise<void> {
    await this.cloud.stop();
  }

  private interfaceText(one: Json): string {
    const own = one['virtual_machine_interface_properties'] as Json | undefined;
    const macs = (one['virtual_machine_interface_mac_addresses'] as Json | undefined)?.['mac_address'];
    const addresses = this.server
      .list('instance-ip')
      .filter((address) => list(address['virtual_machine_interface_refs']).some((ref) => ref['uuid'] === one['uuid']));
    const [first] = [...addresses].sort((a, b) =>
      text(a['instance_ip_family']) < text(b['instance_ip_family']) ? -1 : 1,
    );
    const isByAddress = first !== undefined && text(list(macs)[0]) === macBy(text(first['uuid']));
    return [
      `interface ${nameIn(one)}`,
      text(own?.['service_interface_type']),
      text(own?.['local_preference'] ?? '-'),
      (one['id_perms'] as Json)['user_visible'] === false ? 'hidden' : 'shown',
      `owner ${(one['perms2'] as Json)['owner'] === this.projectUuid ? 'project' : 'other'}`,
      `mac ${isByAddress ? 'by address' : 'other'}`,
      `of ${refs(one, 'virtual_machine')} in ${refs(one, 'virtual_network')}`,
      `groups ${refs(one, 'security_group')} tables ${this.named(refs(one, 'interface_route_table'))}`,
    ].join(' ');
  }

  private addressText(one: Json): string {
    return [
      `address ${this.named(nameIn(one))}`,
      text(one['instance_ip_family']),
      text(one['instance_ip_mode']),
      one['service_instance_ip'] === true ? 'of service' : 'plain',
      `owner ${(one['perms2'] as Json)['owner'] === this.projectUuid ? 'project' : 'other'}`,
      `of ${refs(one, 'virtual_machine_interface')} in ${refs(one, 'virtual_network')}`,
    ].join(' ');
  }

  // Uuids in names, by the names of their objects.
  private named(name: string): string {
    return name.replaceAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, (uuid) => {
      for (const kind of ['service-instance', 'virtual-machine-interface']) {
        const found = this.server.read(kind, uuid);
        if (found !== undefined) return `<${nameIn(found)}>`;
      }
      return '<gone>';
    });
  }
}

function propertiesOf({ networks, count, haMode = null, routes = {}, more = {} }: InstanceWish): Json {
  return {
    auto_policy: false,
    interface_list: networks.map((name, index) => ({
      virtual_network: name === '' || name.includes(':') ? name : [...project, name].join(':'),
      ip_address: null,
      static_routes:
        routes[index] === undefined ? null : { route: routes[index].map((prefix) => ({ prefix, next_hop: null })) },
      allowed_address_pairs: null,
    })),
    ...(count === undefined ? {} : { scale_out: { max_instances: count, auto_scale: false } }),
    ha_mode: haMode,
    ...more,
  };
}

function ipamReference(prefixes: readonly string[]): Json {
  return {
    to: ['default-domain', 'default-project', 'default-network-ipam'],
    attr: {
      ipam_subnets: prefixes.map((prefix) => ({
        subnet: { ip_prefix: prefix, ip_prefix_len: prefix.includes(':') ? 64 : 24 },
      })),
    },
  };
}

function macBy(uuid: string): string {
  const digits = uuid.replaceAll('-', '');
  return ['02', ...[0, 2, 4, 6, 8].map((at) => digits.slice(at, at + 2))].join(':');
}

function refs(one: Json, kind: string): string {
  const names = list(one[`${kind}_refs`]).map((ref) => text(list(ref['to']).at(-1)));
  return names.length === 0 ? '-' : names.sort().join(',');
}

function nameIn(one: Json): string {
  return text(list(one['fq_name']).at(-1));
}

function list(value: unknown): readonly Json[] {
  return (Array.isArray(value) ? value : []) as readonly Json[];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function uuidIn(object: unknown): string {
  return text((object as Json)['uuid']);
}
