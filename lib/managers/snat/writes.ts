import { leftNetworkOf } from '../../model/index.js';
import type { CreateWrite, NewReference } from '../../planning/index.js';
import { unsetOfSubnet } from '../unset-of-subnet.js';
import type { NamedObject, SeenRoute } from './seen.js';

// All fields of what is made are sent, the unset ones, too: so it reads as what the original makes (recording svc-monitor/60).

const leftSubnet = { ip_prefix: '100.64.0.0', ip_prefix_len: 29 } as const;
const defaultPrefix = '0.0.0.0/0';

/** The project in which all is made. */
export interface Home {
  readonly fqName: readonly string[];
  /** Undefined if the server does not say. */
  readonly uuid?: string;
}

function placeIn(home: Home, name: string): Pick<CreateWrite, 'fqName' | 'parent'> {
  const { fqName, uuid } = home;
  return { fqName: [...fqName, name], parent: { kind: 'project', ...(uuid === undefined ? {} : { uuid }) } };
}

/** The network between the router's own networks and its SNAT. Tenants do not see it. */
export function newLeftNetwork(home: Home, instance: string, ipam: NamedObject): CreateWrite {
  const subnet = { subnet: leftSubnet, ...unsetOfSubnet, created: null, last_modified: null };
  return {
    do: 'create',
    kind: 'virtual-network',
    as: 'left network',
    ...placeIn(home, leftNetworkOf(instance)),
    properties: { id_perms: { enable: true, user_visible: false } },
    references: [{ to: refTo('network-ipam', ipam), attr: { ipam_subnets: [subnet], host_routes: null } }],
  };
}

/** What a service instance is made between, by whole names. */
export interface NewInstanceParts {
  readonly home: Home;
  readonly name: string;
  readonly right: string;
  readonly left: string;
}

/** The service instance between the external network and the left one, in the order of its template's interfaces: right, left. */
export function newInstance(parts: NewInstanceParts, template: NamedObject): CreateWrite {
  return {
    do: 'create',
    kind: 'service-instance',
    as: 'service instance',
    ...placeIn(parts.home, parts.name),
    properties: { service_instance_properties: newProperties(parts) },
    references: [{ to: refTo('service-template', template) }],
  };
}

/** How many instances there are of a service instance of SNAT. */
export const wantedInstances = 2;
/** Which of them works. */
export const wantedHaMode = 'active-standby';

// Fields of its properties that are unset as a rule.
const unsetProperties = {
  availability_zone: null,
  management_virtual_network: null,
  left_virtual_network: null,
  left_ip_address: null,
  right_virtual_network: null,
  right_ip_address: null,
  virtual_router_id: null,
  service_virtualization_type: null,
} as const;

/** The properties of a new service instance. */
export function newProperties({ right, left }: Pick<NewInstanceParts, 'right' | 'left'>): object {
  return {
    ...unsetProperties,
    auto_policy: false,
    interface_list: [newInterface(right), newInterface(left)],
    scale_out: { max_instances: wantedInstances, auto_scale: true },
    ha_mode: wantedHaMode,
  };
}

/**
 * Properties of a service instance with these interfaces, and else as they were. What was unset is null again: the cache does not know of it, and the
 * config API takes them as a whole.
 */
export function changedProperties(before: object, interfaces: readonly object[]): object {
  return { ...unsetProperties, ...whatIsSet(before), auto_policy: false, interface_list: interfaces };
}

/** An interface on a network that is else as it was. */
export function changedInterface(before: unknown, network: string): object {
  return { ...newInterface(network), ...(typeof before === 'object' && before !== null ? whatIsSet(before) : {}) };
}

function whatIsSet(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** An interface of a service instance, as it stands in its properties. */
export function newInterface(network: string): Readonly<Record<string, unknown>> {
  return { virtual_network: network, ip_address: null, static_routes: null, allowed_address_pairs: null };
}

/** The route table that leads what is not known otherwise to the service instance. */
export function newRouteTable(home: Home, name: string, instance: string): CreateWrite {
  return {
    do: 'create',
    kind: 'route-table',
    as: 'route table',
    ...placeIn(home, name),
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
