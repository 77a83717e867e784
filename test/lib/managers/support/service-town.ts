import { randomUUID } from 'node:crypto';
import { FaultEngine, type EmbeddedMonitor, type EmbeddedMonitorOptions } from '../../../../fixtures/index.js';
import { ManualClock, managers } from '../../../../lib/index.js';
import { SnatStage } from '../snat/support/snat-stage.js';
import { VrouterWorld } from '../service-instance/support/vrouter-world.js';
import { eventually } from '../../../support/eventually.js';

type Json = Readonly<Record<string, unknown>>;

const routers = ['compute-1', 'compute-2', 'compute-3', 'compute-4'];

/** The kinds that managers of services read or write. */
export const serviceKinds = [
  'service-appliance-set',
  'service-template',
  'service-instance',
  'logical-router',
  'route-table',
  'virtual-network',
  'virtual-machine',
  'virtual-machine-interface',
  'instance-ip',
  'virtual-router',
  'network-ipam',
  'interface-route-table',
  'service-health-check',
  'port-tuple',
  'security-group',
] as const;

/**
 * A small OpenSDN with something of each manager of services: a router with a gateway, a service instance in network namespaces with static routes,
 * and one with a port tuple, a route table and a health check.
 */
export class ServiceTown {
  public readonly faults: FaultEngine;
  private constructor(
    public readonly stage: SnatStage,
    private readonly world: VrouterWorld,
  ) {
    this.faults = new FaultEngine(stage.cloud.server, { seed: 1 });
  }

  /** Opens it, with vRouters that work. Nobody has made anything yet, and no monitor runs. */
  public static async open(): Promise<ServiceTown> {
    const world = await VrouterWorld.open();
    world.up(...routers);
    const town = new ServiceTown(await SnatStage.open(), world);
    const above = ['default-global-system-config'];
    for (const name of routers) {
      const virtualRouter = { parent_type: 'global-system-config', virtual_router_ip_address: '127.0.0.1' };
      town.server.seed('virtual-router', { fq_name: [...above, name], ...virtualRouter });
    }
    town.seedTemplate('own-left', { version: 1, virtualization: 'network-namespace' });
    town.seedTemplate('chain', { version: 2, virtualization: 'virtual-machine' });
    return town;
  }

  public get server(): SnatStage['cloud']['server'] {
    return this.stage.cloud.server;
  }

  public get clock(): ManualClock {
    const { clock } = this.stage.cloud;
    if (!(clock instanceof ManualClock)) throw new Error('the clock of a town is a manual one');
    return clock;
  }

  /** The project of all. */
  public get project(): readonly string[] {
    return ['default-domain', this.stage.tenant.name];
  }

  /** Starts a monitor with all managers; resolves when it has settled. */
  public start(options: EmbeddedMonitorOptions = {}, signal?: AbortSignal): Promise<EmbeddedMonitor> {
    const settings = { analyticsServers: [this.world.host] };
    return this.stage.startMonitor({ managers, settings, ...options }, signal);
  }

  /** Starts a monitor that does not come to rest, for some of its keys fail again and again: resolves when one of them does. */
  public async startRestless(options: EmbeddedMonitorOptions = {}): Promise<EmbeddedMonitor> {
    const enough = new AbortController();
    const known = new Set(this.stage.cloud.monitors);
    const starting = this.start(options, enough.signal).catch((error: unknown) => {
      if (!enough.signal.aborted) throw error;
      return undefined;
    });
    const monitor = this.stage.cloud.monitors.find((one) => !known.has(one));
    if (monitor === undefined) throw new Error('no monitor was started');
    let isSettled = false;
    const settled = starting.then(() => {
      isSettled = true;
    });
    await eventually('it has settled, or something fails', () => {
      const { ready, problems } = monitor.monitor.status();
      return isSettled || (ready && problems.some(({ type }) => type === 'failing'));
    });
    enough.abort();
    await settled;
    return monitor;
  }

  /** Lets time pass in steps; after each, what has begun comes to its end as far as no more time is needed. */
  public async pass(ms: number, stepMs = 1_000): Promise<void> {
    await this.stage.cloud.still();
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.step(Math.min(stepMs, left));
      await this.stage.cloud.still();
    }
  }

  /** Makes something of each. Their names end with that of the part of the town; resolves to the uuid of the router. */
  public async settle(part: string): Promise<string> {
    const { stage } = this;
    const router = await stage.createRouter(`router-${part}`, stage.tenant.externalNetworkId);
    const left = await this.createNetwork(`left-${part}`);
    const right = await this.createNetwork(`right-${part}`);
    await this.createInstance(`ns-${part}`, 'own-left', [right, left]);
    const chain = await this.createInstance(`chain-${part}`, 'chain', [right, left]);
    const tuple = await stage.create('port-tuple', {
      fq_name: [...this.project, `chain-${part}`, `tuple-${part}`],
      parent_type: 'service-instance',
    });
    for (const [type, network] of [
      ['right', right],
      ['left', left],
    ] as const) {
      await stage.create('virtual-machine-interface', {
        fq_name: [...this.project, `port-${type}-${part}`],
        parent_type: 'project',
        virtual_machine_interface_properties: { service_interface_type: type },
        virtual_network_refs: [{ to: [...this.project, network] }],
        port_tuple_refs: [{ to: [...this.project, `chain-${part}`, `tuple-${part}`], uuid: tuple }],
      });
    }
    await stage.create('interface-route-table', {
      fq_name: [...this.project, `table-${part}`],
      parent_type: 'project',
      interface_route_table_routes: { route: [{ prefix: '192.168.77.0/24' }] },
      service_instance_refs: [this.tagged(part, chain, 'left')],
    });
    await stage.create('service-health-check', {
      fq_name: [...this.project, `check-${part}`],
      parent_type: 'project',
      service_health_check_properties: { ...check, health_check_type: 'end-to-end' },
      service_instance_refs: [this.tagged(part, chain, 'right')],
    });
    return router;
  }

  /** Everything that there is, one object a line, without when and by whom it was written. */
  public lines(): readonly string[] {
    return serviceKinds.flatMap((kind) =>
      this.server.list(kind).map((one) => `${kind} ${JSON.stringify({ ...one, id_perms: undefined })}`),
    );
  }

  /** What is made for a part of the town by a monitor, by kind and name: so that it can be seen whether all is there. */
  public madeFor(part: string, router: string): Readonly<Record<string, number>> {
    const chain = this.uuidOf('service-instance', `chain-${part}`) ?? '';
    const isOf = (name: string): boolean =>
      name.includes(router) || name.includes(`__ns-${part}`) || (chain !== '' && name.includes(chain));
    const kinds = ['service-instance', 'route-table', 'virtual-machine', 'virtual-machine-interface', 'instance-ip'];
    return Object.fromEntries(
      kinds.map((kind) => [kind, this.server.list(kind).filter((one) => isOf(nameOf(one))).length]),
    );
  }

  /** The first object of a kind whose name has this in it. */
  public find(kind: string, name: string): Json | undefined {
    return this.server.list(kind).find((one) => nameOf(one).includes(name));
  }

  public uuidOf(kind: string, name: string): string | undefined {
    const found = this.find(kind, name);
    return found === undefined ? undefined : String(found['uuid']);
  }

  /** Puts something else in place of an object, without a word; returns how to put it right. */
  public corrupt(kind: string, name: string, fields: Json): { readonly uuid: string; readonly repair: () => void } {
    const whole = this.find(kind, name);
    if (whole === undefined) throw new Error(`there is no ${kind} ${name}`);
    const uuid = String(whole['uuid']);
    const put = (object: Json): void => {
      this.server.seed(kind, { ...object, fq_name: whole['fq_name'] });
    };
    put({ ...whole, ...fields });
    return {
      uuid,
      repair: () => {
        put(whole);
        this.announce(kind, uuid);
      },
    };
  }

  /** Tells all monitors that an object was updated. */
  public announce(kind: string, uuid: string): void {
    for (const { channel } of this.stage.cloud.monitors) {
      channel.inject({
        'request-id': `req-${randomUUID()}`,
        oper: 'UPDATE',
        type: kind.replaceAll('-', '_'),
        uuid,
        fq_name: [uuid],
      });
    }
  }

  public async close(): Promise<void> {
    await this.stage.cloud.during(this.stage.cloud.stop());
    await this.world.close();
  }

  /** Makes a network with a subnet; resolves to its name. */
  public async createNetwork(name: string): Promise<string> {
    const subnet = { subnet: { ip_prefix: '10.60.1.0', ip_prefix_len: 24 }, addr_from_start: true };
    await this.stage.create('virtual-network', {
      fq_name: [...this.project, name],
      parent_type: 'project',
      network_ipam_refs: [
        { to: ['default-domain', 'default-project', 'default-network-ipam'], attr: { ipam_subnets: [subnet] } },
      ],
    });
    return name;
  }

  /** Makes a service instance of a template with these networks, by name, and two instances. */
  public createInstance(name: string, template: string, networks: readonly string[], more: Json = {}): Promise<string> {
    return this.stage.create('service-instance', {
      fq_name: [...this.project, name],
      parent_type: 'project',
      service_instance_properties: {
        scale_out: { max_instances: 2 },
        interface_list: networks.map((network) => ({
          virtual_network: [...this.project, network].join(':'),
          static_routes: { route: [{ prefix: '172.16.0.0/12' }] },
        })),
        ...more,
      },
      service_template_refs: [{ to: ['default-domain', template] }],
    });
  }

  /** Deletes a service instance, with what its operator has hung on it. */
  public async deleteInstance(name: string): Promise<void> {
    const uuid = this.uuidOf('service-instance', name) ?? '';
    for (const kind of ['interface-route-table', 'service-health-check']) {
      for (const one of this.server.list(kind)) {
        if (!JSON.stringify(one['service_instance_refs'] ?? []).includes(uuid)) continue;
        await this.stage.reference([kind, String(one['uuid'])], ['service-instance', uuid], 'DELETE');
      }
    }
    for (const tuple of this.server.list('port-tuple').filter((one) => one['parent_uuid'] === uuid)) {
      for (const port of this.server.list('virtual-machine-interface')) {
        if (!JSON.stringify(port['port_tuple_refs'] ?? []).includes(String(tuple['uuid']))) continue;
        const ends = [
          ['virtual-machine-interface', String(port['uuid'])],
          ['port-tuple', String(tuple['uuid'])],
        ] as const;
        await this.stage.reference(...ends, 'DELETE');
      }
      await this.stage.delete('port-tuple', String(tuple['uuid']));
    }
    await this.stage.delete('service-instance', uuid);
  }

  private tagged(part: string, uuid: string, type: string): Json {
    return { to: [...this.project, `chain-${part}`], uuid, attr: { interface_type: type } };
  }

  private seedTemplate(
    name: string,
    { version, virtualization }: { readonly version: number; readonly virtualization: string },
  ): void {
    this.server.seed('service-template', {
      fq_name: ['default-domain', name],
      parent_type: 'domain',
      service_template_properties: {
        version,
        service_mode: 'in-network-nat',
        service_type: version === 1 ? 'source-nat' : 'firewall',
        service_virtualization_type: virtualization,
        interface_type: ['right', 'left'].map((type) => ({
          service_interface_type: type,
          shared_ip: type === 'right',
          static_route_enable: type === 'left',
        })),
      },
    });
  }
}

const check = { enabled: true, monitor_type: 'PING', delay: 3, timeout: 2, max_retries: 2, url_path: 'local-ip' };

function nameOf({ fq_name: fqName }: Json): string {
  return Array.isArray(fqName) ? String(fqName.at(-1)) : '';
}
