import type { CacheReader } from '../../cache/index.js';
import type { Touches } from '../../controller/index.js';
import { nameOf } from '../../model/index.js';
import { instancesOfVipPort, instancesOfVirtualIp } from '../vip-ports.js';
import { joinedOfSharedAddress, parseInterfaceName, parseMachineName } from './names.js';

/** How many of the interfaces that have one address are followed to their service instances. */
const mostHolders = 128;

/** Which service instances an object touches, by uuid: also those that are gone. */
export const touches: Touches<string> = {
  'service-instance': ({ uuid }) => [uuid],
  'service-template': ({ uuid }, cache) => uuidsOf(cache.referrers('service-instance', 'service-template', uuid)),
  'virtual-machine': (machine, cache) => [
    ...machine.refs['service-instance'],
    // Whoever has a name of ours, or had.
    ...named(parseMachineName(nameOf(machine))?.joined, cache),
  ],
  'virtual-machine-interface': (port, cache) => {
    const machine = parseInterfaceName(nameOf(port))?.machine;
    return [
      ...port.refs['virtual-machine'].flatMap((uuid) => ofMachine(uuid, cache)),
      ...named(parseMachineName(machine ?? '')?.joined, cache),
      ...instancesOfVipPort(port.uuid, cache),
    ];
  },
  'instance-ip': (address, cache) => [
    ...address.refs['virtual-machine-interface']
      .slice(0, mostHolders)
      .flatMap((uuid) => [...ofPort(uuid, cache), ...instancesOfVipPort(uuid, cache)]),
    ...named(joinedOfSharedAddress(nameOf(address)), cache),
  ],
  'floating-ip': ({ refs }, cache) =>
    refs['virtual-machine-interface'].slice(0, mostHolders).flatMap((uuid) => ofPort(uuid, cache)),
  'virtual-network': ({ fqName, servicePrefixes }, cache) => [
    ...uuidsOf(cache.find('service-instance', 'network', fqName.join(':'))),
    ...(servicePrefixes === undefined ? [] : ofProject(fqName, cache)),
  ],
  'network-ipam': ({ uuid, fqName, flatPrefixes }, cache) => [
    ...ofProject(fqName, cache),
    ...(flatPrefixes === undefined ? [] : cache.referrers('virtual-network', 'network-ipam', uuid)).flatMap((network) =>
      uuidsOf(cache.find('service-instance', 'network', network.fqName.join(':'))),
    ),
  ],
  'security-group': (group, cache) => (nameOf(group) === 'default' ? ofProject(group.fqName, cache) : []),
  'interface-route-table': (table) => {
    const [uuid, type] = nameOf(table).split(' ');
    return uuid === undefined || type === undefined ? [] : [uuid];
  },
  loadbalancer: ({ refs }) => refs['service-instance'],
  'loadbalancer-pool': ({ refs }) => refs['service-instance'],
  'virtual-ip': (virtualIp, cache) => instancesOfVirtualIp(virtualIp, cache),
  'virtual-router': ({ refs }, cache) => refs['virtual-machine'].flatMap((uuid) => ofMachine(uuid, cache)),
};

/** All service instances, and those that are gone and have left virtual machines. */
export function* keys(cache: CacheReader): Iterable<string> {
  for (const { uuid } of cache.all('service-instance')) yield uuid;
  for (const name of cache.keys('virtual-machine', 'serviceName')) {
    for (const { refs } of cache.find('virtual-machine', 'serviceName', name)) yield* refs['service-instance'];
  }
}

/** The service instances that a virtual machine refers to. */
export function ofMachine(uuid: string, cache: CacheReader): readonly string[] {
  return cache.get('virtual-machine', uuid)?.refs['service-instance'] ?? [];
}

function ofPort(uuid: string, cache: CacheReader): readonly string[] {
  const machines = cache.get('virtual-machine-interface', uuid)?.refs['virtual-machine'] ?? [];
  return machines.flatMap((machine) => ofMachine(machine, cache));
}

function named(joined: string | undefined, cache: CacheReader): readonly string[] {
  return joined === undefined ? [] : uuidsOf(cache.find('service-instance', 'joinedName', joined));
}

// Of the project of an object with that name.
function ofProject(fqName: readonly string[], cache: CacheReader): readonly string[] {
  return uuidsOf(cache.find('service-instance', 'project', fqName.slice(0, -1).join(':')));
}

function uuidsOf(entities: readonly { readonly uuid: string }[]): readonly string[] {
  return entities.map(({ uuid }) => uuid);
}
