import type { CacheReader, ObjectRef } from '../../cache/index.js';
import { annotationPrefix, tuplePairBound, type AllowedAddressPair, type EntityOf } from '../../model/index.js';
import { addressName, parseAddressName } from './names.js';
import { instancesOf, poolName } from './reactions.js';
import type { AddressSeen, InterfaceSeen, LinkKind, LinkSeen, PoolSeen, ServiceSeen, TypeSeen } from './seen.js';

/** What the key of a note begins with: that something was passed on to interfaces. The uuid of it follows. */
export const givenPrefix = `${annotationPrefix}given/`;

/** How a pair is used that does not say. */
export const defaultMode = 'active-standby';

/**
 * How much of one service instance counts. No service has more than a few dozen interfaces, route tables and health checks; a tenant can
 * make as many as his quotas let him, and each change of one has all looked at.
 */
export const bounds = { interfaces: 1_000, links: 64, tuplesOfInterface: 16 } as const;

/** Gathers what the cache knows of a service instance. */
export function observeService(
  uuid: string,
  cache: CacheReader,
  known: Pick<ServiceSeen, 'isVerified' | 'remembered'>,
): ServiceSeen {
  const instance = cache.get('service-instance', uuid);
  const oversized: ServiceSeen['oversized'][number][] = [];
  const on: ObjectRef = { kind: 'service-instance', uuid };
  const bounded = <T extends { readonly uuid: string }>(
    all: readonly T[],
    bound: number,
    what: string,
  ): readonly T[] => {
    if (all.length > bound) oversized.push({ what, on });
    return sorted(all).slice(0, bound);
  };
  const tuples = new Set(cache.find('port-tuple', 'parent', uuid).map((tuple) => tuple.uuid));
  const inTuples = [...tuples].flatMap((tuple) => cache.referrers('virtual-machine-interface', 'port-tuple', tuple));
  const named = sorted(cache.find('instance-ip', 'namedAfter', uuid)).flatMap((address) => {
    const name = parseAddressName(uuid, address.fqName.at(-1) ?? '');
    return name === undefined ? [] : [addressSeen(address, name, { uuid, cache })];
  });
  const ofAddresses = named
    .filter(({ isOurs }) => isOurs)
    .flatMap(({ interfaces }) => interfaces.flatMap((one) => cache.get('virtual-machine-interface', one) ?? []));
  if ((instance?.interfaces ?? []).some(({ pairs = [] }) => pairs.length >= tuplePairBound)) {
    oversized.push({ what: 'allowed address pairs', on });
  }
  const members = bounded(unique(inTuples), bounds.interfaces, 'interfaces in port tuples');
  const former = ofAddresses.filter(({ refs }) => !refs['port-tuple'].some((tuple) => tuples.has(tuple)));
  return {
    uuid,
    isThere: instance !== undefined,
    unseen: unseenOf({ uuid, cache }, { instance, named, interfaces: [...members, ...former] }),
    ...known,
    ...typesOf(instance, cache),
    ...poolOf(cache),
    addresses: named,
    interfaces: unique([...members, ...former]).map((entity) => interfaceSeen(entity, { uuid, cache, tuples })),
    links: bounded(linksOf(uuid, cache), bounds.links, 'route tables and health checks'),
    oversized,
  };
}

// A message or a 404 says that something is gone: what the cache does not know for another reason may be there.
function unseenOf(
  { uuid, cache }: Pick<Around, 'uuid' | 'cache'>,
  known: {
    readonly instance: EntityOf<'service-instance'> | undefined;
    readonly named: readonly AddressSeen[];
    readonly interfaces: readonly EntityOf<'virtual-machine-interface'>[];
  },
): readonly ObjectRef[] {
  const found = new Map<string, ObjectRef>();
  const look = (kind: ObjectRef['kind'], uuids: readonly string[]): void => {
    for (const one of uuids.slice(0, bounds.links)) {
      if (cache.get(kind, one) === undefined && !cache.isGone(one)) found.set(one, { kind, uuid: one });
    }
  };
  if (known.instance === undefined && known.named.length > 0) look('service-instance', [uuid]);
  for (const { refs } of known.interfaces) {
    look('port-tuple', refs['port-tuple'].slice(0, bounds.tuplesOfInterface));
    look('interface-route-table', refs['interface-route-table']);
    look('service-health-check', refs['service-health-check']);
  }
  for (const { given, check } of known.named) {
    for (const [one, kind] of Object.entries(given)) look(kind, [one]);
    if (check !== undefined) look('service-health-check', [check]);
  }
  return [...found.values()].slice(0, bounds.links);
}

interface Around {
  readonly uuid: string;
  readonly cache: CacheReader;
  readonly tuples: ReadonlySet<string>;
}

function addressSeen(
  entity: EntityOf<'instance-ip'>,
  name: Pick<AddressSeen, 'type' | 'family' | 'check'>,
  { uuid, cache }: Pick<Around, 'uuid' | 'cache'>,
): AddressSeen {
  const users = cache.referrers('service-instance', 'instance-ip', entity.uuid).map((user) => user.uuid);
  const interfaces = entity.refs['virtual-machine-interface'].flatMap(
    (one) => cache.get('virtual-machine-interface', one) ?? [],
  );
  const given = Object.fromEntries(
    Object.entries(entity.annotations ?? {}).flatMap(([key, kind]) =>
      key.startsWith(givenPrefix) && isLinkKind(kind) ? [[key.slice(givenPrefix.length), kind] as const] : [],
    ),
  );
  const isShared =
    entity.isHidden === true &&
    entity.isService === true &&
    entity.isSecondary === true &&
    entity.isHealthCheck !== true;
  // Tenants see it, and could have made it: who makes one of that name gives it away.
  const isOfCheck = entity.isHealthCheck === true && entity.isService !== true;
  const [network] = entity.refs['virtual-network'];
  return {
    ...name,
    uuid: entity.uuid,
    isOurs: (name.check === undefined ? isShared : isOfCheck) && users.every((user) => user === uuid),
    isLinked: users.includes(uuid),
    interfaces: interfaces.map((one) => one.uuid),
    ...(network === undefined ? {} : { network }),
    ...(entity.mode === undefined ? {} : { mode: entity.mode }),
    ...(entity.tracking === undefined ? {} : { tracking: entity.tracking }),
    given,
    givenGone: Object.entries(given).flatMap(([one, kind]) => (cache.get(kind, one) === undefined ? [one] : [])),
  };
}

function isLinkKind(kind: string): kind is LinkKind {
  return kind === 'interface-route-table' || kind === 'service-health-check';
}

function interfaceSeen(entity: EntityOf<'virtual-machine-interface'>, { uuid, cache, tuples }: Around): InterfaceSeen {
  const { refs, pairs, pairAddresses, serviceInterfaceType: type } = entity;
  const ofTuples = refs['port-tuple'].slice(0, bounds.tuplesOfInterface);
  const others = [...new Set(instancesOf(ofTuples, cache))].filter((one) => one !== uuid);
  const isFromOthers = (
    one: string,
    link: { readonly interfaceTypes: Readonly<Record<string, string>> } | undefined,
  ): boolean =>
    type !== undefined &&
    others.some((other) => link?.interfaceTypes[other] === type && isNotedFor(other, type, { one, cache }));
  const tables = refs['interface-route-table'];
  const checks = refs['service-health-check'];
  const [network] = refs['virtual-network'].flatMap((one) => cache.get('virtual-network', one) ?? []);
  return {
    uuid: entity.uuid,
    isInTuple: refs['port-tuple'].some((tuple) => tuples.has(tuple)),
    ...(type === undefined ? {} : { type }),
    ...(pairs === undefined ? {} : { pairs }),
    pairAddresses,
    tables,
    checks,
    ...(network === undefined ? {} : { network: pick(network) }),
    elsewhere: [
      ...tables.filter((one) => isFromOthers(one, cache.get('interface-route-table', one))),
      ...checks.filter((one) => isFromOthers(one, cache.get('service-health-check', one))),
    ],
    others,
    hasOtherPairs: type !== undefined && setsPairsBefore(ofTuples, type, { uuid, cache, tuples }),
  };
}

// What another one has passed on without a note it would not know for its own later: so it has to do that once more.
function isNotedFor(
  serviceInstance: string,
  type: string,
  { one, cache }: { readonly one: string; readonly cache: CacheReader },
): boolean {
  const name = addressName(serviceInstance, { type, family: 'v4' });
  const notes = cache.find('instance-ip', 'serviceName', name).filter(({ isHidden }) => isHidden === true);
  return notes.some(({ annotations }) => annotations?.[`${givenPrefix}${one}`] !== undefined);
}

// Of several service instances, the one of the first port tuple sets the pairs: two would overwrite each other for ever.
function setsPairsBefore(ofInterface: readonly string[], type: string, { cache, tuples }: Around): boolean {
  for (const tuple of ofInterface) {
    if (tuples.has(tuple)) return false;
    const other = cache.get('service-instance', cache.get('port-tuple', tuple)?.parent?.uuid ?? '');
    if (typesOf(other, cache).types?.some((one) => one.type === type && one.pairs !== undefined) === true) return true;
  }
  return false;
}

// By their places in both lists, as the original pairs them; of two of one type the later one counts, as there.
function typesOf(
  instance: EntityOf<'service-instance'> | undefined,
  cache: CacheReader,
): { readonly types?: readonly TypeSeen[] } {
  const [template] =
    instance?.refs['service-template'].flatMap((one) => cache.get('service-template', one) ?? []) ?? [];
  if (instance === undefined || template === undefined) return {};
  const byType = new Map<string, TypeSeen>();
  for (const [index, { pairs }] of (instance.interfaces ?? []).entries()) {
    const type = template.interfaces[index]?.type;
    if (type === undefined || type === '') continue;
    // The shared addresses follow the first pair: without an address there is nothing to follow.
    byType.set(type, { type, ...(pairs?.[0]?.ip === undefined ? {} : { pairs: firstPairs(pairs) }) });
  }
  return { types: [...byType.values()] };
}

// One less than is taken of an interface: so one that has more is seen to.
function firstPairs(pairs: readonly AllowedAddressPair[]): readonly AllowedAddressPair[] {
  // The server takes none without it for an interface, though it does for a service instance.
  return pairs
    .slice(0, tuplePairBound - 1)
    .map((pair) => ({ ...pair, address_mode: pair.address_mode ?? defaultMode }));
}

function poolOf(cache: CacheReader): { readonly pool?: PoolSeen } {
  const [pool] = cache.find('network-ipam', 'name', poolName);
  return pool === undefined ? {} : { pool: pick(pool) };
}

function pick({ uuid, fqName, families }: PoolSeen): PoolSeen {
  return { uuid, fqName, families };
}

function linksOf(uuid: string, cache: CacheReader): readonly LinkSeen[] {
  const linked = <K extends LinkKind>(kind: K, entity: EntityOf<K>): readonly LinkSeen[] => {
    const { interfaceTypes } = entity as { readonly interfaceTypes: Readonly<Record<string, string>> };
    const type = interfaceTypes[uuid];
    if (type === undefined) return [];
    return [{ kind, uuid: entity.uuid, type, isEndToEnd: 'type' in entity && entity.type === 'end-to-end' }];
  };
  return [
    ...cache
      .referrers('interface-route-table', 'service-instance', uuid)
      .flatMap((one) => linked('interface-route-table', one)),
    ...cache
      .referrers('service-health-check', 'service-instance', uuid)
      .flatMap((one) => linked('service-health-check', one)),
  ];
}

function sorted<T extends { readonly uuid: string }>(all: readonly T[]): readonly T[] {
  return [...all].sort((one, other) => (one.uuid < other.uuid ? -1 : 1));
}

function unique<T extends { readonly uuid: string }>(all: readonly T[]): readonly T[] {
  return sorted([...new Map(all.map((one) => [one.uuid, one])).values()]);
}
