import type { CacheReader } from '../../cache/index.js';
import { nameOf, projectOf, type EntityOf } from '../../model/index.js';
import { mostInstances, mostSides, wantedInstances } from './instance-count.js';
import { lentAddressOf } from './lent-address.js';
import {
  interfaceName,
  joinedName,
  machineDisplayName,
  machineName,
  namedTypes,
  ownAddressName,
  parseMachineName,
  serviceNetworkName,
  sharedAddressName,
  type Family,
} from './names.js';
import type { VrouterStates } from './scheduler/states.js';
import type {
  AddressSeen,
  InstanceFacts,
  InterfaceSeen,
  MachineSeen,
  NetworkSeen,
  ServiceSeen,
  SideSeen,
  TableSeen,
} from './seen.js';

const families: readonly Family[] = ['v4', 'v6'];
const knownType = /^(?:left|right|management|other\d*)$/;

/** Gathers what is known of a service instance, and of what is there for it. */
export function observeInstance(uuid: string, cache: CacheReader, states: VrouterStates): ServiceSeen {
  const entity = cache.get('service-instance', uuid);
  const instance = entity === undefined ? undefined : factsOf(entity, cache);
  const own = entity === undefined ? undefined : joinedName(entity.fqName);
  const machines = machinesOf(uuid, { cache, joined: own, project: instance?.project });
  const joined = own ?? parseMachineName(machines[0]?.name ?? '')?.joined ?? '';
  return {
    uuid,
    ...(instance === undefined ? {} : { instance }),
    isGone: cache.isGone(uuid),
    joined,
    machines,
    ...(instance === undefined ? { predecessors: [], taken: [] } : othersNames(uuid, { cache, joined, instance })),
    tables: tablesOf(uuid, cache, instance?.project),
    addresses: addressesOf(cache, { joined, machines, sides: instance?.sides ?? [] }),
    upRouters: states.working(),
    downRouters: machines.flatMap(({ routers }) => routers.filter((router) => states.isDead(router))),
  };
}

function factsOf(entity: EntityOf<'service-instance'>, cache: CacheReader): InstanceFacts {
  const { properties = {}, interfaces = [], haMode } = entity;
  const [templateUuid = ''] = entity.refs['service-template'];
  const template = cache.get('service-template', templateUuid);
  const maxInstances = entity.maxInstances ?? (isObject(properties['scale_out']) ? 1 : undefined);
  const ipam = ipamOf(entity, cache);
  return {
    fqName: entity.fqName,
    project: projectOf(entity) ?? '',
    ...(haMode === undefined ? {} : { haMode }),
    ...(maxInstances === undefined ? {} : { maxInstances }),
    properties,
    hasInterfaces: interfaces.length > 0,
    ...(template === undefined ? {} : { template: templateFacts(template) }),
    sides: template === undefined ? [] : sidesOf(entity, template, cache),
    ...(ipam === undefined ? {} : { ipam: { uuid: ipam.uuid, fqName: ipam.fqName } }),
  };
}

function templateFacts(template: EntityOf<'service-template'>): NonNullable<InstanceFacts['template']> {
  const { version, mode, type, virtualization, interfaces } = template;
  return {
    version,
    ...(mode === undefined ? {} : { mode }),
    ...(type === undefined ? {} : { type }),
    ...(virtualization === undefined ? {} : { virtualization }),
    interfaceTypes: interfaces.slice(0, mostSides).map((one) => one.type),
  };
}

function sidesOf(
  instance: EntityOf<'service-instance'>,
  template: EntityOf<'service-template'>,
  cache: CacheReader,
): readonly SideSeen[] {
  const project = instance.fqName.slice(0, -1).join(':');
  return template.interfaces.slice(0, mostSides).flatMap(({ type, isShared, hasStaticRoutes }, index) => {
    const own = instance.interfaces?.[index];
    if (own === undefined || !knownType.test(type)) return [];
    const isNamed = namedTypes.some((named) => named === type);
    const name = own.network !== '' ? own.network : isNamed ? `${project}:${serviceNetworkName(type)}` : '';
    const network = networkOf(name, cache);
    const side: SideSeen = {
      type,
      place: index + 1,
      isShared,
      hasStaticRoutes,
      routes: own.routes,
      networkName: own.network,
      ...(network === undefined ? {} : { network }),
      lent: lentAddressOf({ instance, template, type, cache }),
    };
    return [side];
  });
}

function networkOf(name: string, cache: CacheReader): NetworkSeen | undefined {
  const [network] = cache.find('virtual-network', 'name', name);
  if (network === undefined) return undefined;
  const prefixes = network.refs['network-ipam'].flatMap((uuid) => cache.get('network-ipam', uuid)?.flatPrefixes ?? []);
  const has = { v4: prefixes.some((one) => one.includes('.')), v6: prefixes.some((one) => one.includes(':')) };
  // Of the network's project, not of the service's, as the original has it.
  const [group] = cache.find('security-group', 'name', [...network.fqName.slice(0, -1), 'default'].join(':'));
  return {
    uuid: network.uuid,
    fqName: network.fqName,
    families: families.filter((family) => network.families.includes(family) || has[family]),
    ...(group === undefined ? {} : { securityGroup: { uuid: group.uuid, fqName: group.fqName } }),
  };
}

// The project's own, or the one of all (recording svc-monitor/86).
function ipamOf({ fqName }: EntityOf<'service-instance'>, cache: CacheReader): EntityOf<'network-ipam'> | undefined {
  const ofProject = [...fqName.slice(0, -1), 'default-network-ipam'].join(':');
  const [own] = cache.find('network-ipam', 'name', ofProject);
  return own ?? cache.find('network-ipam', 'name', 'default-domain:default-project:default-network-ipam')[0];
}

function machinesOf(
  uuid: string,
  {
    cache,
    joined,
    project,
  }: { readonly cache: CacheReader; readonly joined?: string | undefined; readonly project?: string | undefined },
): readonly MachineSeen[] {
  const machines = cache.referrers('virtual-machine', 'service-instance', uuid).flatMap((machine) => {
    const name = nameOf(machine);
    const parsed = parseMachineName(name);
    // Of one that is gone only that is left by which those in network namespaces are told from others.
    const isOurs = joined === undefined ? machine.displayName === machineDisplayName(name) : parsed?.joined === joined;
    return parsed === undefined || !isOurs ? [] : [machineOf(machine, { cache, index: parsed.index, project })];
  });
  return machines.sort((one, other) => one.index - other.index || (one.uuid < other.uuid ? -1 : 1));
}

function machineOf(
  { uuid, fqName }: EntityOf<'virtual-machine'>,
  {
    cache,
    index,
    project,
  }: { readonly cache: CacheReader; readonly index: number; readonly project: string | undefined },
): MachineSeen {
  const name = fqName.at(-1) ?? '';
  const ports = cache.referrers('virtual-machine-interface', 'virtual-machine', uuid);
  // A tenant's port refers to any machine whose name it has as device id: only what tenants cannot see is ours.
  const isOurs = (port: EntityOf<'virtual-machine-interface'>): boolean =>
    port.isHidden === true &&
    nameOf(port).startsWith(`${name}__`) &&
    (project === undefined || projectOf(port) === project);
  const stranger = ports.find((port) => !isOurs(port));
  return {
    uuid,
    name,
    index,
    interfaces: ports
      .filter(isOurs)
      .map((port) => interfaceOf(port, cache))
      .sort((one, other) => (one.name < other.name ? -1 : 1)),
    ...(stranger === undefined ? {} : { heldBy: stranger.uuid }),
    routers: cache
      .referrers('virtual-router', 'virtual-machine', uuid)
      .map((router) => router.uuid)
      .sort(),
  };
}

function interfaceOf(port: EntityOf<'virtual-machine-interface'>, cache: CacheReader): InterfaceSeen {
  const { uuid, serviceInterfaceType: type, localPreference, serviceMac: mac, refs } = port;
  const [network] = refs['virtual-network'];
  return {
    uuid,
    name: nameOf(port),
    ...(network === undefined ? {} : { network }),
    ...(type === undefined ? {} : { type }),
    ...(localPreference === undefined ? {} : { localPreference }),
    ...(mac === undefined ? {} : { mac }),
    hasSecurityGroup: refs['security-group'].length > 0,
    tables: refs['interface-route-table'],
    floatingIps: cache
      .referrers('floating-ip', 'virtual-machine-interface', uuid)
      .map((one) => one.uuid)
      .sort(),
  };
}

function othersNames(
  uuid: string,
  {
    cache,
    joined,
    instance,
  }: { readonly cache: CacheReader; readonly joined: string; readonly instance: InstanceFacts },
): Pick<ServiceSeen, 'predecessors' | 'taken'> {
  const predecessors: string[] = [];
  const taken: string[] = [];
  const count = Math.min(wantedInstances(instance) ?? 0, mostInstances);
  for (let index = 1; index <= count; index += 1) {
    const name = machineName(joined, index);
    for (const machine of cache.find('virtual-machine', 'serviceName', name)) {
      const owners = machine.refs['service-instance'];
      if (owners.includes(uuid)) continue;
      const isLeft = owners.length > 0 && owners.every((owner) => cache.get('service-instance', owner) === undefined);
      if (isLeft && machine.displayName === machineDisplayName(name)) predecessors.push(machine.uuid);
      else taken.push(name);
    }
    for (const { type, place } of instance.sides) {
      const port = interfaceName(name, type, place);
      const found = cache.find(
        'virtual-machine-interface',
        'serviceName',
        [...instance.fqName.slice(0, -1), port].join(':'),
      );
      const isOurs = found.every(
        (one) => one.isHidden === true && one.refs['virtual-machine'].some((machine) => isOf(machine, uuid, cache)),
      );
      if (!isOurs) taken.push(port);
    }
  }
  return { predecessors: predecessors.sort(), taken };
}

function isOf(machine: string, instance: string, cache: CacheReader): boolean {
  return cache.get('virtual-machine', machine)?.refs['service-instance'].includes(instance) === true;
}

function tablesOf(uuid: string, cache: CacheReader, project: string | undefined): readonly TableSeen[] {
  const tables = cache
    .find('interface-route-table', 'namedFor', uuid)
    .filter((table) => project === undefined || projectOf(table) === project);
  return tables
    .map((table) => ({
      uuid: table.uuid,
      name: nameOf(table),
      routes: table.routes,
      users: cache
        .referrers('virtual-machine-interface', 'interface-route-table', table.uuid)
        .map((port) => port.uuid)
        .sort(),
    }))
    .sort((one, other) => (one.uuid < other.uuid ? -1 : 1));
}

function addressesOf(
  cache: CacheReader,
  { joined, machines, sides }: Pick<ServiceSeen, 'joined' | 'machines'> & { readonly sides: readonly SideSeen[] },
): readonly AddressSeen[] {
  const found = new Map<string, EntityOf<'instance-ip'>>();
  const add = (addresses: Iterable<EntityOf<'instance-ip'>>): void => {
    for (const address of addresses) found.set(address.uuid, address);
  };
  const interfaces = machines.flatMap((machine) => machine.interfaces.map((port) => ({ machine, port })));
  const types = new Set([
    ...namedTypes,
    ...sides.map(({ type }) => type),
    ...interfaces.map(({ port }) => port.type ?? ''),
  ]);
  for (const family of families) {
    if (joined !== '')
      for (const type of types) add(cache.find('instance-ip', 'sideName', sharedAddressName(joined, type, family)));
    for (const { machine, port } of interfaces) {
      add(cache.find('instance-ip', 'sideName', ownAddressName(machine.name, port.type ?? '', port.uuid, family)));
    }
  }
  for (const { port } of interfaces) add(cache.referrers('instance-ip', 'virtual-machine-interface', port.uuid));
  for (const { lent } of sides) {
    for (const uuid of lent.state === 'lent' ? lent.uuids : []) add([cache.get('instance-ip', uuid) ?? []].flat());
  }
  return [...found.values()].map(addressOf).sort((one, other) => (one.uuid < other.uuid ? -1 : 1));
}

function addressOf(address: EntityOf<'instance-ip'>): AddressSeen {
  const [network] = address.refs['virtual-network'];
  return {
    uuid: address.uuid,
    name: nameOf(address),
    family: address.family === 'v6' || address.address?.includes(':') === true ? 'v6' : 'v4',
    isService: address.isService === true,
    ...(address.mode === undefined ? {} : { mode: address.mode }),
    ...(network === undefined ? {} : { network }),
    holders: address.refs['virtual-machine-interface'],
  };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
