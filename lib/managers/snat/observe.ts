import type { CacheReader } from '../../cache/index.js';
import { instanceOfLeftNetwork, leftNetworkOf, type EntityOf } from '../../model/index.js';
import { defaultIpamName, instanceNames, sharedIpam, snatServiceType, snatTemplate } from './names.js';
import type {
  NameCandidate,
  NamedObject,
  SeenInstance,
  SeenLeftNetwork,
  SeenRouter,
  SeenRouteTable,
  SnatSeen,
} from './seen.js';

/** How many service instances of one router are looked at: there is one, and a crash leaves one more. Others can be a tenant's. */
export const instancesPerRouter = 64;

/** Gathers what is known of a router and its SNAT. */
export function observeSnat(routerUuid: string, cache: CacheReader): SnatSeen {
  const found = cache.get('logical-router', routerUuid);
  const router = found === undefined ? undefined : seeRouter(found, cache);
  const all = cache.find('service-instance', 'snatRouter', routerUuid);
  const instances = sortInstances(all, router)
    .slice(0, instancesPerRouter)
    .map((one) => seeInstance(one, cache));
  const leftNetworks = ownFirst(cache.find('virtual-network', 'snatRouter', routerUuid), router)
    .slice(0, instancesPerRouter)
    .map((one) => seeLeftNetwork(one, cache));
  const routeTables = ownFirst(cache.find('route-table', 'snatRouter', routerUuid), router)
    .slice(0, instancesPerRouter)
    .map((one) => seeRouteTable(one, cache));
  const template = firstNamed(cache.find('service-template', 'name', snatTemplate));
  const project = router?.fqName.slice(0, -1) ?? [];
  const ipam =
    firstNamed(cache.find('network-ipam', 'name', [...project, defaultIpamName].join(':'))) ??
    firstNamed(cache.find('network-ipam', 'name', sharedIpam));
  return {
    routerUuid,
    ...(router === undefined ? {} : { router }),
    isGone: cache.isGone(routerUuid),
    ...(template === undefined ? {} : { template }),
    ...(ipam === undefined ? {} : { ipam }),
    instances,
    surplus: all.length - instances.length,
    leftNetworks,
    visibleLeftNetworks: instances.flatMap((one) => visibleLeftNetwork(one, cache)),
    routeTables,
    names: router === undefined ? [] : nameCandidates(router, leftNetworks, cache),
  };
}

function seeRouter(found: EntityOf<'logical-router'>, cache: CacheReader): SeenRouter {
  const { uuid, fqName, parent, refs, externalNetworks } = found;
  return {
    uuid,
    fqName,
    ...(parent === undefined ? {} : { projectUuid: parent.uuid }),
    serviceInstances: refs['service-instance'],
    unseenInstances: refs['service-instance']
      .slice(0, instancesPerRouter)
      .filter((one) => cache.get('service-instance', one) === undefined && !cache.isGone(one)),
    routeTables: refs['route-table'],
    externals: externalNetworks.map((network) => {
      const known = cache.get('virtual-network', network);
      return { uuid: network, ...(known === undefined ? {} : { name: known.fqName.join(':') }) };
    }),
  };
}

function sortInstances(
  all: readonly EntityOf<'service-instance'>[],
  router: SeenRouter | undefined,
): readonly EntityOf<'service-instance'>[] {
  const referenced = new Set(router?.serviceInstances);
  const sorted = ownFirst(all, router);
  return [...sorted.filter(({ uuid }) => referenced.has(uuid)), ...sorted.filter(({ uuid }) => !referenced.has(uuid))];
}

function seeInstance(one: EntityOf<'service-instance'>, cache: CacheReader): SeenInstance {
  const { uuid, fqName, refs, interfaces = [], autoPolicy, haMode, maxInstances, properties = {} } = one;
  return {
    uuid,
    fqName,
    isSourceNat: refs['service-template'].some(
      (template) => cache.get('service-template', template)?.type === snatServiceType,
    ),
    networks: interfaces.map(({ network }) => network),
    autoPolicy: autoPolicy === true,
    ...(haMode === undefined ? {} : { haMode }),
    ...(maxInstances === undefined ? {} : { maxInstances }),
    properties,
    routers: cache.referrers('logical-router', 'service-instance', uuid).map((router) => router.uuid),
  };
}

function seeLeftNetwork({ uuid, fqName }: EntityOf<'virtual-network'>, cache: CacheReader): SeenLeftNetwork {
  const interfaces = cache.referrers('virtual-machine-interface', 'virtual-network', uuid).length;
  const addresses = cache.referrers('instance-ip', 'virtual-network', uuid).length;
  return { uuid, fqName, inhabitants: interfaces + addresses };
}

function seeRouteTable({ uuid, fqName, routes }: EntityOf<'route-table'>, cache: CacheReader): SeenRouteTable {
  return {
    uuid,
    fqName,
    routes,
    routers: cache.referrers('logical-router', 'route-table', uuid).map((router) => router.uuid),
    networks: cache.referrers('virtual-network', 'route-table', uuid).map((network) => network.uuid),
  };
}

function visibleLeftNetwork({ fqName }: SeenInstance, cache: CacheReader): readonly string[] {
  const name = [...fqName.slice(0, -1), leftNetworkOf(fqName.at(-1) ?? '')].join(':');
  const [network] = cache.find('virtual-network', 'name', name);
  return network === undefined || network.isHidden === true ? [] : [name];
}

// A left network that was made just before a crash comes first: the service instance takes its name from it.
function nameCandidates(
  { uuid, fqName }: SeenRouter,
  leftNetworks: readonly SeenLeftNetwork[],
  cache: CacheReader,
): readonly NameCandidate[] {
  const project = fqName.slice(0, -1);
  const prepared = leftNetworks
    .filter((network) => isIn(network, project))
    .flatMap((network) => instanceOfLeftNetwork(network.fqName.at(-1) ?? '') ?? []);
  const inhabited = new Set(
    leftNetworks.filter(({ inhabitants }) => inhabitants > 0).map((network) => network.fqName.join(':')),
  );
  return [...new Set([...prepared, ...instanceNames(uuid)])].map((name) => {
    const left = [...project, leftNetworkOf(name)].join(':');
    const [network] = cache.find('virtual-network', 'name', left);
    const isNetworkTaken = network !== undefined && (network.isHidden !== true || inhabited.has(left));
    const isInstanceTaken = cache.find('service-instance', 'name', [...project, name].join(':')).length > 0;
    return { name, isTaken: isNetworkTaken || isInstanceTaken };
  });
}

/** Whether an object is in a project. */
export function isIn({ fqName }: NamedObject, project: readonly string[]): boolean {
  return fqName.slice(0, -1).join(':') === project.join(':');
}

function firstNamed(found: readonly NamedObject[]): NamedObject | undefined {
  const [first] = found;
  return first === undefined ? undefined : { uuid: first.uuid, fqName: first.fqName };
}

// Names are anybody's in a project of his own: what strangers make must not push out what is in the router's project.
function ownFirst<T extends NamedObject>(all: readonly T[], router: SeenRouter | undefined): readonly T[] {
  const sorted = byName(all);
  if (router === undefined) return sorted;
  const project = router.fqName.slice(0, -1);
  return [...sorted.filter((one) => isIn(one, project)), ...sorted.filter((one) => !isIn(one, project))];
}

function byName<T extends NamedObject>(all: readonly T[]): readonly T[] {
  return [...all].sort((one, other) => compare(one.fqName.join(':'), other.fqName.join(':')));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
