import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ManualClock, type AnyManager } from '../../../../../lib/index.js';
import {
  EmbeddedCloud,
  NeutronClient,
  type EmbeddedMonitor,
  type EmbeddedMonitorOptions,
  type Tenant,
} from '../../../../../fixtures/index.js';
import { defaultObjects } from '../../../../../lib/managers/default-objects/index.js';
import { instanceNames, snat } from '../../../../../lib/managers/snat/index.js';
import { SnatState } from './snat-state.js';

const router = z.object({ id: z.string() });
const made = z.record(z.string(), z.object({ uuid: z.string() }));

/** The managers that SNAT needs, without those of service instances: what is launched is played by the test. */
export const snatManagers: readonly AnyManager[] = [defaultObjects, snat];

/** A small OpenSDN with a tenant, somebody who works on his routers, and a monitor that does SNAT. */
export class SnatStage {
  private readonly client: NeutronClient;

  private constructor(
    public readonly cloud: EmbeddedCloud,
    public readonly tenant: Tenant,
  ) {
    const { url } = cloud;
    this.client = new NeutronClient({
      url,
      projectId: tenant.projectId,
      userAgent: 'router-user',
      token: tenant.token,
    });
  }

  public static async open(): Promise<SnatStage> {
    const cloud = await new EmbeddedCloud({ clock: new ManualClock() }).start();
    return new SnatStage(cloud, await cloud.createTenant({ name: 'shop' }));
  }

  public startMonitor(options: EmbeddedMonitorOptions = {}, signal?: AbortSignal): Promise<EmbeddedMonitor> {
    return this.cloud.startMonitor({ managers: snatManagers, ...options }, signal);
  }

  /** What there is of SNAT now. */
  public get state(): SnatState {
    return new SnatState(this.cloud.server);
  }

  /** Makes a router; with a gateway if a network is given. */
  public async createRouter(name: string, network?: string): Promise<string> {
    const gateway = network === undefined ? {} : { external_gateway_info: { network_id: network } };
    const answer = await this.neutron('CREATE', { resource: { name, admin_state_up: true, ...gateway } });
    return router.parse(answer).id;
  }

  /** Sets the gateway; without a network it is cleared. */
  public async setGateway(id: string, network?: string, more: object = {}): Promise<void> {
    const info = network === undefined ? {} : { network_id: network, ...more };
    await this.neutron('UPDATE', { id, resource: { external_gateway_info: info } });
  }

  public async deleteRouter(id: string): Promise<void> {
    await this.neutron('DELETE', { id });
  }

  /** Makes a project; resolves to its name. */
  public async createProject(name: string): Promise<readonly string[]> {
    const fqName = ['default-domain', name];
    await this.create('project', { fq_name: fqName, parent_type: 'domain' });
    return fqName;
  }

  /** Makes service instances that are no SNAT by the names that one of the router could have: by that many of them. Resolves to their uuids. */
  public async squatNames(router: string, count = 1): Promise<readonly string[]> {
    const uuids: string[] = [];
    for (const name of instanceNames(router).slice(0, count)) {
      uuids.push(await this.create('service-instance', newSnatInstance(this.tenant.name, name, 'nat-template')));
    }
    return uuids;
  }

  /** Makes one more external network in the project; without a prefix it has no subnet. */
  public createExternalNetwork(name: string, prefix?: string): Promise<string> {
    const subnet = { subnet: { ip_prefix: prefix, ip_prefix_len: 24 }, addr_from_start: true };
    const to = ['default-domain', 'default-project', 'default-network-ipam'];
    return this.create('virtual-network', {
      fq_name: ['default-domain', this.tenant.name, name],
      parent_type: 'project',
      router_external: true,
      network_ipam_refs: prefix === undefined ? [] : [{ to, attr: { ipam_subnets: [subnet] } }],
    });
  }

  public async create(kind: string, object: Readonly<Record<string, unknown>>): Promise<string> {
    const answer = await this.client.request({ method: 'POST', path: `/${kind}s`, body: { [kind]: object } });
    return made.parse(answer)[kind]?.uuid ?? '';
  }

  public async update(kind: string, uuid: string, object: Readonly<Record<string, unknown>>): Promise<void> {
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

  private neutron(operation: string, data: Readonly<Record<string, unknown>>): Promise<unknown> {
    const tenant = this.tenant.projectId.replaceAll('-', '');
    const context = {
      user_id: '',
      roles: ['admin'],
      operation,
      type: 'router',
      tenant,
      tenant_id: tenant,
      is_admin: true,
      request_id: `req-${randomUUID()}`,
    };
    const resource =
      'resource' in data && operation === 'CREATE' ? { ...(data['resource'] as object), tenant_id: tenant } : undefined;
    const body = { context, data: resource === undefined ? data : { resource } };
    return this.client.request({ method: 'POST', path: '/neutron/router', body });
  }
}

/** A service instance that somebody else makes, and says no more of than the config API wants to know. */
export function newSnatInstance(
  project: string,
  name: string,
  template = 'netns-snat-template',
): Readonly<Record<string, unknown>> {
  return {
    fq_name: ['default-domain', project, name],
    parent_type: 'project',
    service_instance_properties: { scale_out: { max_instances: 1 } },
    service_template_refs: [{ to: ['default-domain', template] }],
  };
}
