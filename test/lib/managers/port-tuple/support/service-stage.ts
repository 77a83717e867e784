import { EmbeddedCloud, type EmbeddedMonitor, type EmbeddedMonitorOptions } from '../../../../../fixtures/index.js';
import {
  createConfigApiClient,
  hasCode,
  ManualClock,
  SvcMonitorError,
  type ConfigApiClient,
  type ObjectRef,
} from '../../../../../lib/index.js';
import { portTuple } from '../../../../../lib/managers/port-tuple/index.js';
import type { Kind } from '../../../../../lib/model/index.js';
import { seededUuids } from '../../../../support/seeded-uuids.js';

type Fields = Readonly<Record<string, unknown>>;

/** An allowed address pair as the config API takes it. */
export function pair(address: string, mode = 'active-standby'): Fields {
  return {
    ip: { ip_prefix: address, ip_prefix_len: 32 },
    mac: '02:00:00:00:00:01',
    address_mode: mode,
  };
}

/** An operator of service chains, at work on an embedded OpenSDN with a monitor that keeps port tuples. */
export class ServiceStage {
  public readonly project: readonly string[] = ['default-domain', 'chains'];
  private readonly client: ConfigApiClient;
  private readonly signal = new AbortController().signal;
  public monitor: EmbeddedMonitor | undefined;

  private constructor(
    public readonly cloud: EmbeddedCloud,
    private readonly options: EmbeddedMonitorOptions,
  ) {
    this.client = createConfigApiClient({ urls: [cloud.url], clock: cloud.clock, userAgent: 'operator' });
  }

  /** Opens it, with a project; the monitor runs unless it is to be started later. */
  public static async open({ seed = 1, isMonitored = true, monitor = {} } = {}): Promise<ServiceStage> {
    const cloud = await new EmbeddedCloud({ clock: new ManualClock(), server: { newUuid: seededUuids(seed) } }).start();
    const stage = new ServiceStage(cloud, monitor);
    await stage.create('project', 'chains', { parent: 'domain', above: ['default-domain'] });
    if (isMonitored) await stage.startMonitor();
    return stage;
  }

  public async close(): Promise<void> {
    this.client.close();
    await this.cloud.stop();
  }

  /** Starts a monitor; there must be none. */
  public async startMonitor(options: EmbeddedMonitorOptions = {}): Promise<EmbeddedMonitor> {
    this.monitor = await this.cloud.startMonitor({ managers: [portTuple], ...this.options, ...options });
    return this.monitor;
  }

  /** Stops the monitor, if there is one. */
  public async stopMonitor(): Promise<void> {
    const { monitor } = this;
    this.monitor = undefined;
    if (monitor !== undefined) await this.cloud.stopMonitor(monitor);
  }

  /** What the monitor has written since, as `<method> <path>`, once it has nothing left to do. */
  public async written(deed: () => Promise<unknown>): Promise<readonly string[]> {
    await this.cloud.settled();
    const before = this.monitor?.countWrites() ?? 0;
    await deed();
    await this.cloud.settled();
    return (this.monitor?.writes() ?? []).slice(before).map(({ method, path }) => `${method} ${path}`);
  }

  public async network(name: string, cidrs: readonly string[] = ['10.40.1.0/24']): Promise<string> {
    const subnets = cidrs.map((cidr) => {
      const [prefix, length] = cidr.split('/');
      return { subnet: { ip_prefix: prefix, ip_prefix_len: Number(length) }, addr_from_start: true };
    });
    const to = this.named('network-ipam', ['default-domain', 'default-project', 'default-network-ipam']);
    return this.create('virtual-network', name, { references: [{ to, attr: { ipam_subnets: subnets } }] });
  }

  public async template(name: string, types: readonly string[]): Promise<string> {
    return this.create('service-template', name, {
      parent: 'domain',
      above: ['default-domain'],
      properties: { service_template_properties: templateProperties(types) },
    });
  }

  public async setTypes(template: string, types: readonly string[]): Promise<void> {
    await this.set('service-template', template, { service_template_properties: templateProperties(types) });
  }

  public async service(name: string, template: string, interfaces: readonly Fields[]): Promise<string> {
    return this.create('service-instance', name, {
      properties: { service_instance_properties: { interface_list: interfaces } },
      references: [{ to: this.reference('service-template', template) }],
    });
  }

  public async setInterfaces(service: string, interfaces: readonly Fields[]): Promise<void> {
    await this.set('service-instance', service, { service_instance_properties: { interface_list: interfaces } });
  }

  public async tuple(name: string, service: string): Promise<string> {
    const above = this.reference('service-instance', service).fqName;
    return this.create('port-tuple', name, { parent: 'service-instance', above });
  }

  /** A port with a type; in a port tuple if one is given. */
  public async port(name: string, network: string, type?: string, tuple?: string): Promise<string> {
    return this.create('virtual-machine-interface', name, {
      properties: type === undefined ? {} : { virtual_machine_interface_properties: { service_interface_type: type } },
      references: [
        { to: this.reference('virtual-network', network) },
        ...(tuple === undefined ? [] : [{ to: this.reference('port-tuple', tuple) }]),
      ],
    });
  }

  public async table(name: string): Promise<string> {
    return this.create('interface-route-table', name, {
      properties: { interface_route_table_routes: { route: [{ prefix: '192.168.77.0/24' }] } },
    });
  }

  public async check(name: string, type: string): Promise<string> {
    const properties = {
      enabled: true,
      health_check_type: type,
      monitor_type: 'PING',
      delay: 3,
      timeout: 2,
      max_retries: 2,
      url_path: 'local-ip',
    };
    return this.create('service-health-check', name, { properties: { service_health_check_properties: properties } });
  }

  /** Adds a reference; with a tag for an interface type of a service instance. */
  public async refer(from: ObjectRef, to: ObjectRef, type?: string): Promise<void> {
    await this.change('ADD', { from, to, ...(type === undefined ? {} : { attr: { interface_type: type } }) });
  }

  public async unrefer(from: ObjectRef, to: ObjectRef): Promise<void> {
    await this.change('DELETE', { from, to });
  }

  public async set(kind: Kind, uuid: string, properties: Fields): Promise<void> {
    await this.client.updateProperties({ kind, uuid, properties }, this.signal);
  }

  public async delete(kind: Kind, uuid: string): Promise<void> {
    await this.client.delete(kind, uuid, this.signal);
  }

  public async create(
    kind: Kind,
    name: string,
    {
      parent = 'project',
      above = this.project,
      properties = {},
      references = [] as readonly { readonly to: ReturnType<ServiceStage['reference']>; readonly attr?: unknown }[],
    } = {},
  ): Promise<string> {
    return this.client.create(
      kind,
      { fqName: [...above, name], parentKind: parent, properties, references },
      this.signal,
    );
  }

  /** Takes a port out of all port tuples and deletes it, with the references to it of addresses, as Neutron does. */
  public async deletePort(port: string): Promise<void> {
    const referrers = (): readonly string[] =>
      uuidsIn(this.cloud.server.read('virtual-machine-interface', port)?.['instance_ip_back_refs']);
    for (const tuple of uuidsIn(this.property('virtual-machine-interface', port, 'port_tuple_refs'))) {
      await this.unrefer(a.port(port), a.tuple(tuple));
    }
    // A monitor that has not heard of it may add one once more.
    for (let tries = 0; tries < 10; tries += 1) {
      try {
        for (const uuid of referrers()) await this.unrefer({ kind: 'instance-ip', uuid }, a.port(port));
        await this.delete('virtual-machine-interface', port);
        return;
      } catch (error) {
        if (!hasCode(error, 'conflict', 'not-found')) throw error;
      }
    }
    throw new SvcMonitorError('conflict', 'the port cannot be deleted');
  }

  /** The IPAM of the addresses of services. */
  public pool(): { readonly uuid: string; readonly fqName: readonly string[] } {
    return this.named('network-ipam', ['default-domain', 'default-project', 'service-chain-flat-ipam']);
  }

  /** An instance-ip by its name. */
  public address(name: string): Fields | undefined {
    return this.cloud.server.list('instance-ip').find((one) => (one['fq_name'] as readonly string[]).at(-1) === name);
  }

  /** The names that an object refers to. */
  public refs(kind: string, uuid: string, field: string): readonly string[] {
    return namesIn(this.cloud.server.read(kind, uuid)?.[field]);
  }

  /** An object's property. */
  public property(kind: string, uuid: string, field: string): unknown {
    return this.cloud.server.read(kind, uuid)?.[field] ?? undefined;
  }

  /** All that the manager could have had a hand in, by name, without what differs from run to run. */
  public state(): Fields {
    const kinds = ['instance-ip', 'virtual-machine-interface', 'service-instance'] as const;
    return Object.fromEntries(
      kinds.flatMap((kind) =>
        this.cloud.server
          .list(kind)
          .map((one) => [`${kind} ${(one['fq_name'] as readonly string[]).join(':')}`, comparable(one)] as const)
          .sort(([first], [second]) => (first < second ? -1 : 1)),
      ),
    );
  }

  private reference(
    kind: Kind,
    uuid: string,
  ): { readonly kind: Kind; readonly uuid: string; readonly fqName: readonly string[] } {
    const fqName = this.cloud.server.read(kind, uuid)?.['fq_name'];
    if (!Array.isArray(fqName))
      throw new SvcMonitorError('not-found', 'there is no such object', { details: { kind, uuid } });
    return { kind, uuid, fqName: fqName as readonly string[] };
  }

  private named(kind: Kind, fqName: readonly string[]): ReturnType<ServiceStage['reference']> {
    const found = this.cloud.server.list(kind).find((one) => String(one['fq_name']) === String(fqName));
    return this.reference(kind, String(found?.['uuid']));
  }

  private async change(
    operation: 'ADD' | 'DELETE',
    { from, to, attr }: { readonly from: ObjectRef; readonly to: ObjectRef; readonly attr?: unknown },
  ): Promise<void> {
    const ends = { kind: from.kind, uuid: from.uuid, refKind: to.kind, refUuid: to.uuid };
    const reference = { ...ends, operation, relaxed: false, ...(attr === undefined ? {} : { attr }) };
    await this.client.updateReference(reference, this.signal);
  }
}

/** An object of a kind, for {@link ServiceStage.refer}. */
export const a = {
  port: (uuid: string): ObjectRef => ({ kind: 'virtual-machine-interface', uuid }),
  tuple: (uuid: string): ObjectRef => ({ kind: 'port-tuple', uuid }),
  table: (uuid: string): ObjectRef => ({ kind: 'interface-route-table', uuid }),
  check: (uuid: string): ObjectRef => ({ kind: 'service-health-check', uuid }),
  service: (uuid: string): ObjectRef => ({ kind: 'service-instance', uuid }),
} as const;

function templateProperties(types: readonly string[]): Fields {
  return {
    version: 2,
    service_mode: 'in-network',
    service_type: 'firewall',
    interface_type: types.map((type) => ({
      service_interface_type: type,
      shared_ip: false,
      static_route_enable: false,
    })),
  };
}

function uuidsIn(references: unknown): readonly string[] {
  if (!Array.isArray(references)) return [];
  return (references as readonly { readonly uuid: string }[]).map(({ uuid }) => uuid);
}

function namesIn(references: unknown): readonly string[] {
  if (!Array.isArray(references)) return [];
  return (references as readonly { readonly to: readonly string[] }[]).map(({ to }) => to.at(-1) ?? '').sort();
}

function comparable(object: Fields): Fields {
  const own = Object.entries(object).filter(
    ([field, value]) =>
      value !== null &&
      !field.endsWith('back_refs') &&
      !['uuid', 'id_perms', 'href', 'parent_href', 'instance_ip_address', 'annotations'].includes(field),
  );
  const shown = own.map(([field, value]) => [field, field.endsWith('_refs') ? namesIn(value) : value] as const);
  return Object.fromEntries([
    ...shown.filter(([, value]) => !Array.isArray(value) || value.length > 0),
    ['notes', notesIn(object['annotations'])],
  ]);
}

function notesIn(annotations: unknown): readonly unknown[] {
  const pairs = (annotations as { readonly key_value_pair?: readonly Fields[] } | undefined)?.key_value_pair ?? [];
  return [...pairs].map(({ key, value }) => `${String(key)} ${String(value)}`).sort();
}
