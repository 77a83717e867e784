import { isDeepStrictEqual } from 'node:util';
import type { CacheReader, ObjectRef } from '../../../cache/index.js';
import type { ControllerSpec } from '../../../controller/index.js';
import { nameOf, type EntityOf } from '../../../model/index.js';
import { decide, verdictOf, type Plan } from '../../../planning/index.js';
import { causeInService } from '../../causes.js';
import {
  interfaceOfOwnAddress,
  joinedName,
  joinedOfSharedAddress,
  namedTypes,
  ownAddressName,
  parseInterfaceName,
  serviceNetworkName,
  serviceSubnets,
} from '../names.js';
import { leftoverRules, type LeftoverFacts } from './rules.js';

/** Something that may be left: undefined if it is gone. */
export interface LeftoverSeen {
  readonly object: ObjectRef;
  readonly facts?: LeftoverFacts;
}

type LeftoverKind = 'instance-ip' | 'virtual-network';

/**
 * What no service instance is left of by which it could be found: addresses that instances share, and networks that are made for services. The key is
 * `<kind>/<uuid>`.
 */
export const leftoverSpec: ControllerSpec<string, LeftoverSeen> = {
  name: 'service-leftovers',
  causeOf: causeInService,
  touches: {
    'instance-ip': (address) => (isOurs(address) ? [keyOf('instance-ip', address.uuid)] : []),
    'virtual-network': (network) => [
      ...(network.servicePrefixes === undefined ? [] : [keyOf('virtual-network', network.uuid)]),
    ],
    'service-instance': (instance, cache) => keysOfInstance(instance, cache),
    'virtual-machine-interface': (port, cache) => [
      ...networksOf(port.refs['virtual-network'], cache),
      ...ownAddressesOf(port, cache),
    ],
  },
  keys: (cache) => [
    ...[...cache.keys('instance-ip', 'sideName')]
      .flatMap((name) => cache.find('instance-ip', 'sideName', name))
      .filter(isOurs)
      .map(({ uuid }) => keyOf('instance-ip', uuid)),
    ...[...cache.all('virtual-network')]
      .filter(({ servicePrefixes }) => servicePrefixes !== undefined)
      .map(({ uuid }) => keyOf('virtual-network', uuid)),
  ],
  about: objectOf,
  observe: (key, cache) => {
    const object = objectOf(key);
    const facts = factsOf(object, cache);
    return facts === undefined ? { object } : { object, facts };
  },
  plan: planLeftover,
  isOver: (key, cache) => {
    const { kind, uuid } = objectOf(key);
    return cache.get(kind, uuid) === undefined;
  },
};

/** Plans what becomes of something that may be left. */
export function planLeftover({ object, facts }: LeftoverSeen): Plan {
  if (facts === undefined) return { stages: [], verdicts: [], heeds: [], verify: [] };
  const rule = decide(leftoverRules, facts);
  return {
    stages: rule.stands === 'leave' ? [] : [{ name: 'leftover', writes: [{ do: 'delete', on: object }] }],
    verdicts: [verdictOf(object, rule)],
    heeds: [object],
    verify: [],
  };
}

function keyOf(kind: LeftoverKind, uuid: string): string {
  return `${kind}/${uuid}`;
}

function objectOf(key: string): ObjectRef<LeftoverKind> {
  const [kind, uuid = ''] = key.split('/');
  return { kind: kind === 'instance-ip' ? kind : 'virtual-network', uuid };
}

function factsOf({ kind, uuid }: ObjectRef<LeftoverKind>, cache: CacheReader): LeftoverFacts | undefined {
  if (kind === 'virtual-network') {
    const network = cache.get(kind, uuid);
    return network === undefined ? undefined : networkFacts(network, cache);
  }
  const address = cache.get(kind, uuid);
  if (address === undefined) return undefined;
  return {
    made: isOurs(address) ? 'by-us' : 'by-others',
    wanted: isWanted(nameOf(address), cache),
    used: address.refs['virtual-machine-interface'].length > 0,
  };
}

function networkFacts(network: EntityOf<'virtual-network'>, cache: CacheReader): LeftoverFacts {
  const { uuid, fqName, servicePrefixes } = network;
  const type = namedTypes.find((named) => nameOf(network) === serviceNetworkName(named));
  const ours = type === undefined ? undefined : serviceSubnets[type]?.map(([prefix]) => prefix);
  return {
    made: ours !== undefined && isDeepStrictEqual(servicePrefixes, ours) ? 'by-us' : 'by-others',
    wanted: cache.find('service-instance', 'project', fqName.slice(0, -1).join(':')).length > 0,
    used:
      cache.referrers('virtual-machine-interface', 'virtual-network', uuid).length > 0 ||
      cache.referrers('instance-ip', 'virtual-network', uuid).length > 0,
  };
}

// As long as what it is named for is there: the service instance, or the one interface.
function isWanted(name: string, cache: CacheReader): boolean {
  const port = interfaceOfOwnAddress(name);
  if (port !== undefined) return cache.get('virtual-machine-interface', port) !== undefined;
  return cache.find('service-instance', 'joinedName', joinedOfSharedAddress(name) ?? '').length > 0;
}

// Those of port tuples are secondary ones, and have names of another form.
function isOurs(address: EntityOf<'instance-ip'>): boolean {
  const name = nameOf(address);
  const isNamed = joinedOfSharedAddress(name) !== undefined || interfaceOfOwnAddress(name) !== undefined;
  return address.isService === true && address.isSecondary !== true && isNamed;
}

function ownAddressesOf(port: EntityOf<'virtual-machine-interface'>, cache: CacheReader): readonly string[] {
  const { machine, type } = parseInterfaceName(nameOf(port)) ?? {};
  if (machine === undefined || type === undefined) return [];
  const names = (['v4', 'v6'] as const).map((family) => ownAddressName(machine, type, port.uuid, family));
  return names
    .flatMap((name) => cache.find('instance-ip', 'sideName', name))
    .map(({ uuid }) => keyOf('instance-ip', uuid));
}

function keysOfInstance({ fqName }: EntityOf<'service-instance'>, cache: CacheReader): readonly string[] {
  const project = fqName.slice(0, -1).join(':');
  const networks = namedTypes.flatMap((type) =>
    cache.find('virtual-network', 'name', `${project}:${serviceNetworkName(type)}`),
  );
  const addresses = cache.find('instance-ip', 'sharedBy', joinedName(fqName));
  return [
    ...networks.map(({ uuid }) => keyOf('virtual-network', uuid)),
    ...addresses.filter(isOurs).map(({ uuid }) => keyOf('instance-ip', uuid)),
  ];
}

function networksOf(uuids: readonly string[], cache: CacheReader): readonly string[] {
  return uuids
    .filter((uuid) => cache.get('virtual-network', uuid)?.servicePrefixes !== undefined)
    .map((uuid) => keyOf('virtual-network', uuid));
}
