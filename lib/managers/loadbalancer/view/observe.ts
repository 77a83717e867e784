import type { CacheReader, ObjectRef } from '../../../cache/index.js';
import { projectOf, type EntityOf } from '../../../model/index.js';
import { virtualIpsOf } from '../../vip-ports.js';
import { mostListeners, mostMembers, mostMonitors, mostPools, mostVirtualIps } from './bounds.js';
import { providerNamed } from './provider.js';
import type {
  ListenerView,
  LoadbalancerView,
  MemberView,
  MonitorView,
  PoolView,
  VipAddress,
  VipView,
} from './types.js';

/**
 * What is known of a load balancer.
 *
 * @param uuid of a `loadbalancer`, or of a pool of LBaaS v1
 * @returns undefined if there is none: a pool that a listener, or no virtual-ip refers to is none
 */
export function observeLoadbalancer(uuid: string, cache: CacheReader): LoadbalancerView | undefined {
  const loadbalancer = cache.get('loadbalancer', uuid);
  if (loadbalancer !== undefined) return ofVersion2(loadbalancer, cache);
  const pool = cache.get('loadbalancer-pool', uuid);
  return pool === undefined || pool.refs['loadbalancer-listener'].length > 0 ? undefined : ofVersion1(pool, cache);
}

/** What the uuid of a load balancer is of: a `loadbalancer`, whether it is there or not, or a pool that is one in LBaaS v1. */
export function loadbalancerRef(uuid: string, cache: CacheReader): ObjectRef {
  const isPool = cache.get('loadbalancer', uuid) === undefined && cache.get('loadbalancer-pool', uuid) !== undefined;
  return { kind: isPool ? 'loadbalancer-pool' : 'loadbalancer', uuid };
}

function ofVersion2(entity: EntityOf<'loadbalancer'>, cache: CacheReader): LoadbalancerView {
  const cuts = new Cuts();
  const listeners = cuts
    .first(cache.referrers('loadbalancer-listener', 'loadbalancer', entity.uuid), mostListeners, 'listeners')
    .map((listener) => listenerOf(listener, cache, cuts));
  return {
    version: 'v2',
    ...identityOf(entity),
    provider: providerNamed(entity.provider, cache),
    ...(entity.vipAddress === undefined ? {} : { vipAddress: entity.vipAddress }),
    ...vipOf(entity.refs['virtual-machine-interface'], cache),
    listeners,
    serviceInstances: entity.refs['service-instance'],
    cut: cuts.told(),
  };
}

function ofVersion1(entity: EntityOf<'loadbalancer-pool'>, cache: CacheReader): LoadbalancerView | undefined {
  const cuts = new Cuts();
  const virtualIps = cuts.first(virtualIpsOf(entity.uuid, cache), mostVirtualIps, 'virtual-ips');
  const [first] = virtualIps;
  if (first === undefined) return undefined;
  const pool = poolOf(entity, cache, cuts);
  return {
    version: 'v1',
    ...identityOf(entity),
    provider: providerNamed(entity.provider, cache),
    ...(first.address === undefined ? {} : { vipAddress: first.address }),
    ...vipOf(first.refs['virtual-machine-interface'], cache),
    listeners: virtualIps.map((virtualIp) => frontOf(virtualIp, pool)),
    serviceInstances: entity.refs['service-instance'],
    cut: cuts.told(),
  };
}

function frontOf({ uuid, adminState, ofPool }: EntityOf<'virtual-ip'>, pool: PoolView): ListenerView {
  const { protocol, port, connectionLimit, persistence, cookieName } = ofPool ?? {};
  return {
    uuid,
    isUp: isUp(adminState),
    ...defined({ protocol, port, connectionLimit, persistence, cookieName }),
    sniContainers: [],
    pools: [pool],
  };
}

function listenerOf(entity: EntityOf<'loadbalancer-listener'>, cache: CacheReader, cuts: Cuts): ListenerView {
  const { uuid, adminState, protocol, port, connectionLimit, tlsContainer, sniContainers } = entity;
  return {
    uuid,
    isUp: isUp(adminState),
    ...defined({ protocol, port, connectionLimit, tlsContainer }),
    sniContainers: sniContainers ?? [],
    pools: cuts
      .first(cache.referrers('loadbalancer-pool', 'loadbalancer-listener', uuid), mostPools, 'pools of a listener')
      .map((pool) => poolOf(pool, cache, cuts)),
  };
}

function poolOf(entity: EntityOf<'loadbalancer-pool'>, cache: CacheReader, cuts: Cuts): PoolView {
  const { uuid, fqName, adminState, protocol, method, subnetUuid, persistence, cookieName } = entity;
  const monitors = entity.refs['loadbalancer-healthmonitor'].flatMap(
    (monitor) => cache.get('loadbalancer-healthmonitor', monitor) ?? [],
  );
  return {
    uuid,
    fqName,
    isUp: isUp(adminState),
    ...defined({ protocol, method, subnetUuid, persistence, cookieName }),
    attributes: entity.attributes ?? [],
    ingress: entity.ingress ?? {},
    monitors: cuts.first(monitors, mostMonitors, 'monitors of a pool').map(monitorOf),
    members: cuts
      .first(cache.find('loadbalancer-member', 'pool', uuid), mostMembers, 'members of a pool')
      .map(memberOf),
  };
}

function memberOf(entity: EntityOf<'loadbalancer-member'>): MemberView {
  const { uuid, adminState, address, port, weight, subnetUuid, interfaceUuid } = entity;
  return { uuid, isUp: isUp(adminState), ...defined({ address, port, weight, subnetUuid, interfaceUuid }) };
}

function monitorOf(entity: EntityOf<'loadbalancer-healthmonitor'>): MonitorView {
  const { uuid, adminState, type, delay, timeout, maxRetries, httpMethod, urlPath, expectedCodes } = entity;
  return {
    uuid,
    isUp: isUp(adminState),
    ...defined({ type, delay, timeout, maxRetries, httpMethod, urlPath, expectedCodes }),
  };
}

function vipOf(ports: readonly string[], cache: CacheReader): { readonly vip?: VipView } {
  const [uuid] = ports;
  const port = uuid === undefined ? undefined : cache.get('virtual-machine-interface', uuid);
  if (port === undefined) return {};
  const [networkUuid] = port.refs['virtual-network'];
  const network = networkUuid === undefined ? undefined : cache.get('virtual-network', networkUuid);
  const project = projectOf(port);
  const addresses = cache.referrers('instance-ip', 'virtual-machine-interface', port.uuid).map(addressOf);
  const own = new Set(addresses.map((address) => address.uuid));
  const floatingIps = cache
    .referrers('floating-ip', 'virtual-machine-interface', port.uuid)
    .filter(({ parent }) => parent === undefined || !own.has(parent.uuid));
  return {
    vip: {
      uuid: port.uuid,
      fqName: port.fqName,
      ...(project === undefined ? {} : { project }),
      owner: port.owner,
      ...(network === undefined ? {} : { network: { uuid: network.uuid, fqName: network.fqName } }),
      addresses: addresses.toSorted(byUuid),
      securityGroups: port.refs['security-group'],
      tags: port.refs.tag,
      floatingIps: floatingIps.map((one) => one.uuid).toSorted(),
    },
  };
}

function addressOf({ uuid, fqName, address, family }: EntityOf<'instance-ip'>): VipAddress {
  return {
    uuid,
    fqName,
    ...defined({ address }),
    family: family === 'v6' || address?.includes(':') === true ? 'v6' : 'v4',
  };
}

function identityOf(entity: EntityOf<'loadbalancer' | 'loadbalancer-pool'>): {
  readonly uuid: string;
  readonly fqName: readonly string[];
  readonly project?: string;
} {
  const project = projectOf(entity);
  return { uuid: entity.uuid, fqName: entity.fqName, ...(project === undefined ? {} : { project }) };
}

// What is unset is on (recording svc-monitor/100).
function isUp(adminState: boolean | undefined): boolean {
  return adminState ?? true;
}

type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}

interface Aged {
  readonly uuid: string;
  readonly createdAt?: number;
}

function byAge(one: Aged, other: Aged): number {
  return (one.createdAt ?? 0) - (other.createdAt ?? 0) || byUuid(one, other);
}

function byUuid(one: Pick<Aged, 'uuid'>, other: Pick<Aged, 'uuid'>): number {
  return one.uuid < other.uuid ? -1 : 1;
}

/** Takes the oldest, and notes of what there was more. */
class Cuts {
  private readonly kinds = new Set<string>();

  public first<T extends Aged>(all: readonly T[], most: number, what: string): readonly T[] {
    const sorted = all.toSorted(byAge);
    if (sorted.length <= most) return sorted;
    this.kinds.add(`${what}: only ${most}`);
    return sorted.slice(0, most);
  }

  public told(): readonly string[] {
    return [...this.kinds];
  }
}
