import { leftNetworkOf } from '../../model/index.js';
import type { CreateWrite, NewReference } from '../../planning/index.js';
import type { NamedObject, SeenRoute } from './seen.js';

// All fields of what is made are sent, the unset ones, too: so it reads as what the original makes (recording svc-monitor/60).

const parent = { kind: 'project' } as const;
const leftSubnet = { ip_prefix: '100.64.0.0', ip_prefix_len: 29 } as const;
const defaultPrefix = '0.0.0.0/0';

/** The network between the router's own networks and its SNAT. Tenants do not see it. */
export function newLeftNetwork(project: readonly string[], instance: string, ipam: NamedObject): CreateWrite {
  const subnet = {
    subnet: leftSubnet,
    default_gateway: null,
    dns_server_address: null,
    subnet_uuid: null,
    enable_dhcp: true,
    dns_nameservers: [],
    allocation_pools: [],
    addr_from_start: null,
    dhcp_option_list: null,
    host_routes: null,
    subnet_name: null,
    alloc_unit: 1,
    created: null,
    last_modified: null,
    subscriber_tag: null,
    vlan_tag: null,
    dhcp_relay_server: [],
  };
  return {
    do: 'create',
    kind: 'virtual-network',
    as: 'left network',
    fqName: [...project, leftNetworkOf(instance)],
    parent,
    properties: { id_perms: { enable: true, user_visible: false } },
    references: [{ to: refTo('network-ipam', ipam), attr: { ipam_subnets: [subnet], host_routes: null } }],
  };
}

/** The service instance between the external network and the left one, in the order of its template's interfaces: right, left. */
export function newInstance(
  project: readonly string[],
  name: string,
  parts: { readonly right: string; readonly left: string; readonly template: NamedObject },
): CreateWrite {
  return {
    do: 'create',
    kind: 'service-instance',
    as: 'service instance',
    fqName: [...project, name],
    parent,
    properties: {
      service_instance_properties: {
        auto_policy: false,
        availability_zone: null,
        management_virtual_network: null,
        left_virtual_network: null,
        left_ip_address: null,
        right_virtual_network: null,
        right_ip_address: null,
        interface_list: [newInterface(parts.right), newInterface(parts.left)],
        scale_out: { max_instances: 2, auto_scale: true },
        ha_mode: 'active-standby',
        virtual_router_id: null,
        service_virtualization_type: null,
      },
    },
    references: [{ to: refTo('service-template', parts.template) }],
  };
}

/** An interface of a service instance, as it stands in its properties. */
export function newInterface(network: string): Readonly<Record<string, unknown>> {
  return { virtual_network: network, ip_address: null, static_routes: null, allowed_address_pairs: null };
}

/** The route table that leads what is not known otherwise to the service instance. */
export function newRouteTable(project: readonly string[], name: string, instance: string): CreateWrite {
  return {
    do: 'create',
    kind: 'route-table',
    as: 'route table',
    fqName: [...project, name],
    parent,
    properties: { routes: { route: [defaultRoute(instance)] } },
  };
}

/** The route to a service instance, by its whole name. */
export function defaultRoute(instance: string): SeenRoute {
  return { prefix: defaultPrefix, next_hop: instance, next_hop_type: null, community_attributes: null };
}

/** Whether a route is the default one. */
export function isDefault(route: SeenRoute): boolean {
  return route['prefix'] === defaultPrefix;
}

/** Where a route leads to. */
export function nextHop(route: SeenRoute): string {
  const hop = route['next_hop'];
  return typeof hop === 'string' ? hop : '';
}

function refTo(kind: 'network-ipam' | 'service-template', { uuid, fqName }: NamedObject): NewReference['to'] {
  return { kind, uuid, fqName };
}
