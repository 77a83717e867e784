import type { CacheReader } from '../../../cache/index.js';
import { nativeMarks, projectOf, type EntityOf } from '../../../model/index.js';
import type { DriverKind, DriverRegistry } from '../drivers/index.js';
import { holderOfPort } from '../port-holder.js';
import { observeLoadbalancer, type LoadbalancerView, type PoolView } from '../view/index.js';
import { mostAddresses, mostChecks, mostFloatingIps } from './bounds.js';
import { claimantOf, firstHolder } from './claims.js';
import { observeMembers } from './members.js';
import { checkName, isNamedAsOurs } from './names.js';
import type { CheckSeen, FloatingIpSeen, NativeSeen } from './seen.js';

/** What is looked around with. */
interface Around {
  readonly uuid: string;
  readonly cache: CacheReader;
  readonly drivers: DriverRegistry;
}

/** Gathers what the cache knows of a load balancer for the native driver. */
export function observeNative(
  uuid: string,
  { cache, drivers, isVerified }: Omit<Around, 'uuid'> & { readonly isVerified: boolean },
): NativeSeen {
  const view = observeLoadbalancer(uuid, cache);
  const around = { uuid, cache, drivers };
  const port = portOf(view, around);
  const isNative = view?.version === 'v2' && kindIn(view, drivers) === 'native';
  const addresses = port.fact !== 'own' ? [] : (view?.vip?.addresses ?? []);
  const pools = isNative ? view.listeners.flatMap((listener) => listener.pools) : [];
  const floatingIps = floatingIpsOf(view, around);
  const checks = checksOf(view, pools, around);
  const held = new Set(floatingIps.seen.flatMap(({ interfaces }) => interfaces));
  const { members, isCut } = isNative ? observeMembers(view, held, cache) : { members: [], isCut: false };
  return {
    uuid,
    facts: {
      loadbalancer:
        view === undefined ? (cache.isGone(uuid) ? 'gone' : 'not-seen') : view.version === 'v1' ? 'version-1' : 'there',
      driver: view === undefined ? 'other' : driverFact(kindIn(view, drivers)),
      port: port.fact,
    },
    isVerified,
    ...(view?.project === undefined ? {} : { project: { uuid: view.project, fqName: view.fqName.slice(0, -1) } }),
    ...(port.fact === 'own' && view?.vip !== undefined ? { port: view.vip.uuid } : {}),
    doubtful: view === undefined ? [{ kind: 'loadbalancer', uuid }] : port.doubtful,
    addresses: addresses.slice(0, mostAddresses).filter((one) => isHolder(one.uuid, around)),
    floatingIps: floatingIps.seen,
    members,
    pools: pools.filter(({ monitors }) => monitors.length > 0),
    checks: checks.seen,
    gone: new Set([...held].filter((one) => cache.isGone(one))),
    cut: [
      ...(view?.cut ?? []),
      ...(isCut ? ['members'] : []),
      ...(addresses.length > mostAddresses ? ['addresses'] : []),
      ...(floatingIps.isCut ? ['floating ips'] : []),
      ...(checks.isCut ? ['health checks'] : []),
    ],
  };
}

function kindIn(view: LoadbalancerView, drivers: DriverRegistry): DriverKind {
  return drivers.kindOf(view.provider);
}

function driverFact(kind: DriverKind): NativeSeen['facts']['driver'] {
  return kind === 'native' || kind === 'unknown' ? kind : 'other';
}

function portOf(
  view: LoadbalancerView | undefined,
  { uuid, cache, drivers }: Around,
): { readonly fact: NativeSeen['facts']['port']; readonly doubtful: NativeSeen['doubtful'] } {
  if (view?.vip === undefined) {
    const named = cache.get('loadbalancer', uuid)?.refs['virtual-machine-interface'].slice(0, 1) ?? [];
    const isNamed = named.some((one) => !cache.isGone(one));
    return {
      fact: isNamed ? 'not-seen' : 'none',
      doubtful: named.map((one) => ({ kind: 'virtual-machine-interface', uuid: one })),
    };
  }
  if (view.project === undefined || view.vip.project !== view.project) return { fact: 'foreign', doubtful: [] };
  const port = cache.get('virtual-machine-interface', view.vip.uuid);
  const holder = port === undefined ? undefined : holderOfPort(port, cache, drivers);
  const isOwn = holder === undefined || (holder.sort === 'loadbalancer' && holder.uuid === uuid);
  return { fact: isOwn ? 'own' : 'taken', doubtful: [] };
}

function isHolder(address: string, { uuid, cache, drivers }: Around): boolean {
  const ports = cache.get('instance-ip', address)?.refs['virtual-machine-interface'] ?? [];
  return firstHolder(ports, undefined, cache, drivers) === uuid;
}

function floatingIpsOf(
  view: LoadbalancerView | undefined,
  around: Around,
): { readonly seen: readonly FloatingIpSeen[]; readonly isCut: boolean } {
  const { uuid, cache } = around;
  const addresses = view?.version === 'v2' ? (view.vip?.addresses ?? []) : [];
  const children = addresses.slice(0, mostAddresses).flatMap((one) => cache.find('floating-ip', 'ofAddress', one.uuid));
  const atPort = (view?.version === 'v2' ? (view.vip?.floatingIps ?? []) : []).flatMap(
    (one) => cache.get('floating-ip', one) ?? [],
  );
  // Anybody can mark floating ips of his own: those of the load balancer's project come first.
  const marked = cache.find('floating-ip', 'loadbalancer', uuid).toSorted((one, other) => {
    const isOwn = ({ refs }: EntityOf<'floating-ip'>): number =>
      Number(view?.project !== undefined && refs.project.includes(view.project));
    return isOwn(other) - isOwn(one) || byUuid(one, other);
  });
  const all = [
    ...children.slice(0, mostFloatingIps),
    ...atPort.slice(0, mostFloatingIps),
    ...marked.slice(0, mostFloatingIps),
  ];
  const unique = [...new Map(all.map((one) => [one.uuid, one])).values()].toSorted(byUuid);
  return {
    seen: unique.map((one) => floatingIpSeen(one, around)),
    isCut: [children, atPort, marked].some(({ length }) => length > mostFloatingIps),
  };
}

function floatingIpSeen(entity: EntityOf<'floating-ip'>, { uuid, cache, drivers }: Around): FloatingIpSeen {
  const { parent, annotations, fixedIp, direction, refs } = entity;
  const claimant = claimantOf(entity, cache, drivers);
  const address = parent?.kind === 'instance-ip' ? parent.uuid : undefined;
  // What has a child is there.
  const isUnseen = address !== undefined && cache.get('instance-ip', address) === undefined;
  const notedPort = annotations?.[nativeMarks.port];
  return {
    uuid: entity.uuid,
    sort: address === undefined ? 'external' : 'internal',
    claim: isUnseen ? 'not-seen' : claimant === undefined ? 'none' : claimant === uuid ? 'ours' : 'other',
    isMarked: annotations?.[nativeMarks.loadbalancer] === uuid,
    looksOurs: address !== undefined && isNamedAsOurs(entity, address) && direction === 'ingress',
    ...(address === undefined ? {} : { address }),
    ...(notedPort === undefined ? {} : { notedPort }),
    interfaces: refs['virtual-machine-interface'],
    ...(fixedIp === undefined ? {} : { fixedIp }),
    ...(direction === undefined ? {} : { direction }),
    mapsPorts: entity.mapsPorts === true,
    mappings: entity.portMappings ?? [],
  };
}

function checksOf(
  view: LoadbalancerView | undefined,
  pools: readonly PoolView[],
  around: Around,
): { readonly seen: readonly CheckSeen[]; readonly isCut: boolean } {
  const { uuid, cache } = around;
  const marked = cache
    .find('service-health-check', 'loadbalancer', uuid)
    .filter((one) => view?.project === undefined || projectOf(one) === view.project)
    .map((one) => ({ one, pool: one.annotations?.[nativeMarks.pool] ?? '' }));
  const named = pools.flatMap((pool) => {
    const found = [
      ...cache.find('service-health-check', 'ofPool', pool.fqName.join(':')),
      ...pool.monitors.flatMap((monitor) =>
        cache.find('service-health-check', 'name', [...pool.fqName.slice(0, -1), checkName(pool, monitor)].join(':')),
      ),
    ];
    return found
      .filter(({ type, annotations }) => type === 'link-local' && annotations?.[nativeMarks.loadbalancer] === undefined)
      .map((one) => ({ one, pool: pool.uuid }));
  });
  const all = [...new Map([...named, ...marked].map((found) => [found.one.uuid, found])).values()]
    .filter(({ one }) => isUsedInOwnProject(one, cache))
    .toSorted((found, other) => byUuid(found.one, other.one));
  return {
    seen: all.slice(0, mostChecks).map(({ one, pool }) => checkSeen(one, pool, around)),
    isCut: all.length > mostChecks,
  };
}

// Who marks a check of his own with a load balancer of others has nothing of theirs written to.
function isUsedInOwnProject(check: EntityOf<'service-health-check'>, cache: CacheReader): boolean {
  return cache
    .referrers('virtual-machine-interface', 'service-health-check', check.uuid)
    .every((one) => projectOf(one) === projectOf(check));
}

function checkSeen(entity: EntityOf<'service-health-check'>, pool: string, { uuid, cache }: Around): CheckSeen {
  const monitor = entity.annotations?.[nativeMarks.monitor];
  return {
    uuid: entity.uuid,
    isMarked: entity.annotations?.[nativeMarks.loadbalancer] === uuid,
    pool,
    ...(monitor === undefined ? {} : { monitor }),
    properties: entity.properties ?? {},
    interfaces: cache
      .referrers('virtual-machine-interface', 'service-health-check', entity.uuid)
      .map((one) => one.uuid)
      .sort(),
  };
}

function byUuid(one: { readonly uuid: string }, other: { readonly uuid: string }): number {
  return one.uuid < other.uuid ? -1 : 1;
}
