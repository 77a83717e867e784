import type { EmbeddedOpenSdn } from '../../../../../fixtures/index.js';

type Json = Readonly<Record<string, unknown>>;

const kinds = ['logical-router', 'service-instance', 'route-table', 'virtual-network'] as const;
const instanceId = /(snat_[0-9a-f-]{36}_)[0-9a-f-]{36}/g;

/** What there is of SNAT on a server. */
export class SnatState {
  public constructor(private readonly server: EmbeddedOpenSdn) {}

  /** The objects of a kind, without those of before any router. */
  public all(kind: (typeof kinds)[number]): readonly Json[] {
    const isOfSnat = (name: string): boolean => kind === 'logical-router' || /^(snat|rt)[-_]/.test(name);
    return this.server.list(kind).filter((object) => isOfSnat(nameOf(object)));
  }

  public names(kind: (typeof kinds)[number]): readonly string[] {
    return this.all(kind).map(nameOf).sort();
  }

  /** The uuid of the first object of a kind. */
  public uuid(kind: (typeof kinds)[number]): string {
    return String(this.all(kind)[0]?.['uuid']);
  }

  /** The uuid of the first object of a kind that has the name of a router in its own. */
  public uuidOf(kind: (typeof kinds)[number], router: string): string | undefined {
    const found = this.all(kind).find((object) => nameOf(object).includes(router));
    return found === undefined ? undefined : String(found['uuid']);
  }

  /** The properties of a service instance. */
  public properties(instance: string): object {
    return this.server.read('service-instance', instance)?.['service_instance_properties'] ?? {};
  }

  /** What a router refers to, by name. */
  public targets(router: string): { readonly instances: readonly string[]; readonly tables: readonly string[] } {
    const object = this.server.read('logical-router', router) ?? {};
    return {
      instances: namesOfRefs(object['service_instance_refs']),
      tables: namesOfRefs(object['route_table_refs']),
    };
  }

  /** The networks that refer to a route table. */
  public networksWith(table: string): readonly string[] {
    return this.server
      .list('virtual-network')
      .filter((network) => JSON.stringify(network['route_table_refs'] ?? []).includes(table))
      .map(nameOf);
  }

  /** The properties of the first service instance. */
  public instanceProperties(): object {
    return this.all('service-instance')[0]?.['service_instance_properties'] ?? {};
  }

  /** What the original makes for a router, as {@link lines} tell it (recording svc-monitor/60). */
  public expectedLines(router: string, project: string, external: string): readonly string[] {
    const instance = `snat_${router}_*`;
    const left = `snat-si-left_${instance}`;
    const wire = (network: string): Json => ({
      virtual_network: `default-domain:${project}:${network}`,
      ip_address: null,
      static_routes: null,
      allowed_address_pairs: null,
    });
    const subnet = {
      subnet: { ip_prefix: '100.64.0.0', ip_prefix_len: 29 },
      default_gateway: '100.64.0.6',
      dns_server_address: '100.64.0.5',
      enable_dhcp: true,
      dns_nameservers: [],
      allocation_pools: [],
      addr_from_start: null,
      dhcp_option_list: null,
      host_routes: null,
      subnet_name: null,
      alloc_unit: 1,
      subscriber_tag: null,
      vlan_tag: null,
      dhcp_relay_server: [],
    };
    const objects: Readonly<Record<string, Json>> = {
      'service-instance': {
        ...common(project, instance),
        service_instance_properties: {
          auto_policy: false,
          availability_zone: null,
          management_virtual_network: null,
          left_virtual_network: null,
          left_ip_address: null,
          right_virtual_network: null,
          right_ip_address: null,
          interface_list: [wire(external), wire(left)],
          scale_out: { max_instances: 2, auto_scale: true },
          ha_mode: 'active-standby',
          virtual_router_id: null,
          service_virtualization_type: null,
        },
        service_template_refs: [{ to: ['default-domain', 'netns-snat-template'], attr: null }],
      },
      'route-table': {
        ...common(project, `rt_${router}`),
        routes: {
          route: [
            {
              prefix: '0.0.0.0/0',
              next_hop: `default-domain:${project}:${instance}`,
              next_hop_type: null,
              community_attributes: null,
            },
          ],
        },
      },
      'virtual-network': {
        ...common(project, left),
        is_shared: false,
        network_ipam_refs: [
          {
            to: ['default-domain', 'default-project', 'default-network-ipam'],
            attr: { ipam_subnets: [subnet], host_routes: null },
          },
        ],
        routing_instances: [{ to: ['default-domain', project, left, left] }],
      },
    };
    return Object.entries(objects)
      .map(([kind, object]) => `${kind} ${JSON.stringify(stable(object))}`)
      .sort();
  }

  /** What is launched, one object a line: virtual machines, interfaces, addresses. */
  public launched(): readonly string[] {
    const launchedKinds = ['virtual-machine', 'virtual-machine-interface', 'instance-ip'] as const;
    return launchedKinds
      .flatMap((kind) =>
        this.server
          .list(kind)
          .filter((object) => nameOf(object).includes('snat_'))
          .map((object) => `${kind} ${JSON.stringify(stable(object))}`),
      )
      .map((line) => line.replaceAll(instanceId, '$1*'))
      .sort();
  }

  /**
   * Everything as text, one object a line, without what differs from run to run: uuids that the server makes, times, and the second uuid in the
   * names of service instances.
   */
  public lines(): readonly string[] {
    return kinds
      .flatMap((kind) => this.all(kind).map((object) => `${kind} ${JSON.stringify(stable(object))}`))
      .map((line) => line.replaceAll(instanceId, '$1*'))
      .sort();
  }
}

function nameOf(object: Json): string {
  const name = object['fq_name'];
  return Array.isArray(name) ? String(name.at(-1)) : '';
}

// `perms2` differs by who asks.
const volatile = new Set([
  'perms2',
  // Whoever comes first gets the first address, and the hardware address is made of the uuid.
  'instance_ip_address',
  'virtual_machine_interface_mac_addresses',
  'uuid',
  'href',
  'parent_href',
  'parent_uuid',
  'id_perms',
  'subnet_uuid',
  'created',
  'last_modified',
]);

function namesOfRefs(refs: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(refs) ? refs : [];
  return all.map((ref) => nameOf({ fq_name: (ref as Json)['to'] })).sort();
}

function common(project: string, name: string): Json {
  return { display_name: name, fq_name: ['default-domain', project, name], parent_type: 'project' };
}

// The server lists references in the order of uuids.
function sorted(references: unknown): unknown {
  return Array.isArray(references) ? references.map((one) => JSON.stringify(one)).sort() : references;
}

function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !volatile.has(key) && !key.endsWith('_back_refs') && !key.endsWith('network_id'))
    .map(([key, part]): [string, unknown] => [key, key.endsWith('_refs') ? sorted(stable(part)) : stable(part)]);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}
