import type { CacheReader } from '../../../cache/index.js';
import { nameOf, projectOf, type EntityOf } from '../../../model/index.js';
import { virtualIpsOf } from '../../vip-ports.js';
import type { DriverRegistry } from '../drivers/index.js';
import { holderOfPort } from '../port-holder.js';
import { observeLoadbalancer, type LoadbalancerView, type Named } from '../view/index.js';
import { bindingKeys, defaultGroupName, haproxyTemplate } from './names.js';
import type { HaproxySeen, InstanceSeen, LeftNetwork, RightInterface } from './seen.js';

/** How many service instances of one name are looked at: there is one in a project. */
const mostInstances = 16;
/** How many virtual machines of a service instance are looked at: there are two. */
const mostMachines = 64;

/** Gathers what is known of a load balancer, and of what is there of it in haproxy. */
export function observeHaproxy(uuid: string, cache: CacheReader, drivers: DriverRegistry): HaproxySeen {
  const view = observeLoadbalancer(uuid, cache);
  const [template] = cache.find('service-template', 'name', haproxyTemplate);
  const kind = kindOf(uuid, view, cache);
  const own = view === undefined ? undefined : [...view.fqName.slice(0, -1), uuid].join(':');
  const all = cache.find('service-instance', 'loadbalancer', uuid);
  const instances = own === undefined ? all : all.filter(({ fqName }) => fqName.join(':') === own);
  const portUuid = view === undefined ? undefined : portOf(uuid, view, cache);
  return {
    uuid,
    kind,
    state: stateOf(uuid, view, cache),
    ...(view === undefined ? {} : { view }),
    driver: view === undefined ? 'unknown' : drivers.kindOf(view.provider),
    port: portState(view, portUuid, { uuid, cache, drivers }),
    ...(portUuid === undefined ? {} : { portUuid }),
    left: view === undefined ? { state: 'none' } : leftOf(view, cache),
    ...(template === undefined ? {} : { template: namedOf(template) }),
    defaultGroups: view === undefined ? [] : defaultGroupsOf(view, cache),
    instances: instances
      .toSorted((one, other) => (one.uuid < other.uuid ? -1 : 1))
      .slice(0, mostInstances)
      .map((one) => instanceOf(one, { uuid, cache })),
  };
}

function stateOf(uuid: string, view: LoadbalancerView | undefined, cache: CacheReader): HaproxySeen['state'] {
  if (view !== undefined) return 'there';
  if (cache.get('loadbalancer-pool', uuid) !== undefined) return 'none';
  return cache.isGone(uuid) ? 'gone' : 'not-seen';
}

// Of what is not there it is what its service instance says.
function kindOf(uuid: string, view: LoadbalancerView | undefined, cache: CacheReader): HaproxySeen['kind'] {
  if (view !== undefined) return view.version === 'v1' ? 'loadbalancer-pool' : 'loadbalancer';
  const isOfVersion1 =
    cache.get('loadbalancer-pool', uuid) !== undefined ||
    cache
      .find('service-instance', 'loadbalancer', uuid)
      .some(({ bindings }) => bindings?.[bindingKeys.version] === 'v1');
  return isOfVersion1 ? 'loadbalancer-pool' : 'loadbalancer';
}

function portOf(uuid: string, { version }: LoadbalancerView, cache: CacheReader): string | undefined {
  const referrer = version === 'v2' ? cache.get('loadbalancer', uuid) : virtualIpsOf(uuid, cache)[0];
  return referrer?.refs['virtual-machine-interface'][0];
}

function portState(
  view: LoadbalancerView | undefined,
  portUuid: string | undefined,
  { uuid, cache, drivers }: { readonly uuid: string; readonly cache: CacheReader; readonly drivers: DriverRegistry },
): HaproxySeen['port'] {
  if (view === undefined || portUuid === undefined) return 'none';
  if (view.vip === undefined) return cache.isGone(portUuid) ? 'gone' : 'not-seen';
  if (view.project !== undefined && view.vip.project !== view.project) return 'foreign';
  const port = cache.get('virtual-machine-interface', portUuid);
  const holder = port === undefined ? undefined : holderOfPort(port, cache, drivers);
  if (holder === undefined || (holder.sort === 'loadbalancer' && holder.uuid === uuid)) return 'own';
  // Several in haproxy do not write on each other's, as in the original; whose driver nobody knows writes nothing at all.
  const isBeside = holder.sort === 'loadbalancer' && (holder.driver === 'haproxy' || holder.driver === 'unknown');
  return isBeside ? 'own' : 'taken';
}

// In LBaaS v1 the members can be in another network than the VIP (recording svc-monitor/51).
function leftOf({ version, project, vip, listeners }: LoadbalancerView, cache: CacheReader): LeftNetwork {
  const subnet = listeners[0]?.pools[0]?.subnetUuid;
  if (version === 'v2' || subnet === undefined || vip?.network === undefined) return { state: 'none' };
  const networks = cache.find('virtual-network', 'subnet', subnet);
  if (networks.some((network) => network.uuid === vip.network?.uuid)) return { state: 'none' };
  // Whoever writes networks of his own can give a subnet the uuid of somebody else's: the load balancer's own project comes first.
  const own = networks.find((network) => projectOf(network) === project);
  const open = own ?? networks.find((network) => isOpenTo(network, project));
  if (open !== undefined) return { state: 'known', network: namedOf(open) };
  const [foreign] = networks;
  return foreign === undefined ? { state: 'unknown' } : { state: 'foreign', network: namedOf(foreign) };
}

function isOpenTo({ openTo }: EntityOf<'virtual-network'>, project: string | undefined): boolean {
  return openTo === 'all' || (project !== undefined && openTo?.includes(project) === true);
}

// As service instances get it at their making: of the project of the network, and none in the default project.
function defaultGroupsOf({ fqName, vip }: LoadbalancerView, cache: CacheReader): readonly string[] {
  if (vip?.network === undefined || fqName.at(-2) === 'default-project') return [];
  const name = [...vip.network.fqName.slice(0, -1), defaultGroupName].join(':');
  return cache.find('security-group', 'name', name).map(({ uuid }) => uuid);
}

function instanceOf(
  instance: EntityOf<'service-instance'>,
  { uuid, cache }: { readonly uuid: string; readonly cache: CacheReader },
): InstanceSeen {
  const owner = cache.get('loadbalancer', uuid) ?? cache.get('loadbalancer-pool', uuid);
  return {
    ...namedOf(instance),
    isOfTemplate: instance.refs['service-template'].some(
      (template) => cache.get('service-template', template)?.fqName.join(':') === haproxyTemplate,
    ),
    bindings: instance.bindings ?? {},
    sides: (instance.interfaces ?? []).map(({ network, address }) => ({
      network,
      ...(address === undefined ? {} : { address }),
    })),
    properties: instance.properties ?? {},
    isReferenced: owner?.refs['service-instance'].includes(instance.uuid) === true,
    interfaces: interfacesOf(instance, cache),
  };
}

// Those that a tenant can see are none of ours, whatever they refer to.
function interfacesOf(instance: EntityOf<'service-instance'>, cache: CacheReader): readonly RightInterface[] {
  const project = projectOf(instance);
  const joined = instance.fqName.join('__');
  return cache
    .referrers('virtual-machine', 'service-instance', instance.uuid)
    .filter((machine) => nameOf(machine).startsWith(`${joined}__`))
    .slice(0, mostMachines)
    .flatMap((machine) =>
      cache
        .referrers('virtual-machine-interface', 'virtual-machine', machine.uuid)
        .filter(
          (port) =>
            port.isHidden === true &&
            port.serviceInterfaceType === 'right' &&
            nameOf(port).startsWith(`${nameOf(machine)}__`) &&
            projectOf(port) === project,
        ),
    )
    .toSorted((one, other) => (one.uuid < other.uuid ? -1 : 1))
    .map((port) => interfaceOf(port, cache));
}

function interfaceOf(
  { uuid, refs, fatFlows = [] }: EntityOf<'virtual-machine-interface'>,
  cache: CacheReader,
): RightInterface {
  return {
    uuid,
    securityGroups: refs['security-group'],
    tags: refs.tag,
    floatingIps: cache
      .referrers('floating-ip', 'virtual-machine-interface', uuid)
      .map((one) => one.uuid)
      .sort(),
    fatFlows: fatFlows.toSorted(),
  };
}

function namedOf({ uuid, fqName }: Named): Named {
  return { uuid, fqName };
}
