import type { UserState } from './actors.js';
import type { Cast, LoadBalancerCast } from './cast.js';
import { recordKeys } from './record.js';
import type { OwnWrite } from './own-writes.js';
import { addressesOf, find, type FloatingIp, type Id, type Store, type VirtualIp } from './store.js';

/** What carries a VIP, from nothing but what the actors have done. */
interface Carried {
  readonly vipPort: Id;
  readonly address: string;
  readonly members: readonly Id[];
}

/**
 * What is wrong when all has come to rest: an association that the user made and did not end is whole, one that ended has left nothing
 * behind, and each VIP that amphorae carry has its virtual-ip.
 */
export function judgeRest(cast: Cast, store: Store, user: UserState): readonly string[] {
  const vips = [cast.first, cast.second].flatMap((loadBalancer) => carriedBy(store, loadBalancer));
  return [
    ...judgeFloatingIp(cast, { store, user, vips }),
    ...vips.flatMap((vip) => judgeVirtualIp(cast, { store, user, vip })),
    ...judgeLeftOvers(store, vips),
  ];
}

// A VIP port that has lost its address is half deleted: what is right for it is not said.
function carriedBy(store: Store, { vipPort, amphorae }: LoadBalancerCast): readonly Carried[] {
  const [own] = addressesOf(store, vipPort);
  if (find(store, 'virtual-machine-interface', vipPort) === undefined || own === undefined) return [];
  const members = amphorae.filter((id) => {
    const port = find(store, 'virtual-machine-interface', id);
    return port !== undefined && port.owner !== '' && port.pairs.length > 0 && addressesOf(store, id).length > 0;
  });
  return [{ vipPort, address: own[1].address, members: members.sort() }];
}

function judgeFloatingIp(
  cast: Cast,
  { store, user, vips }: { readonly store: Store; readonly user: UserState; readonly vips: readonly Carried[] },
): readonly string[] {
  const found = find(store, 'floating-ip', cast.floatingIp);
  if (found === undefined) return ['the floating ip is gone'];
  const port = user.association && find(store, 'virtual-machine-interface', user.association.port);
  if (user.association === undefined || port === undefined) {
    return differ('the floating ip, which is free', shown(found), { ports: [], fixedIp: '', flag: false });
  }
  const { association } = user;
  const isHalfDeleted = addressesOf(store, association.port).length === 0;
  if (isHalfDeleted) return [];
  const vip = vips.find(({ vipPort, address }) => vipPort === association.port && address === association.address);
  const members = vip?.members ?? [];
  // With nobody to carry the VIP the flag means nothing.
  const flag = vip !== undefined && members.length === 0 ? found.flag : members.length > 0;
  const ports = [association.port, ...members].sort();
  return differ('the floating ip, which is associated', shown(found), { ports, fixedIp: association.address, flag });
}

function judgeVirtualIp(
  cast: Cast,
  { store, user, vip }: { readonly store: Store; readonly user: UserState; readonly vip: Carried },
): readonly string[] {
  const ours = Object.entries(store['virtual-ip'])
    .filter(([id, virtualIp]) => !isForged(id) && isOf(virtualIp, vip))
    .map(([, virtualIp]) => virtualIp);
  const [only, ...more] = ours;
  if (only === undefined) return vip.members.length === 0 ? [] : [`${vip.vipPort} has no virtual-ip`];
  if (more.length > 0) return [`${vip.vipPort} has ${ours.length} virtual-ips`];
  const isAssociated = user.association?.port === vip.vipPort && user.association.address === vip.address;
  const keys = Object.keys(only.annotations);
  const named = (prefix: string): readonly Id[] =>
    keys
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length))
      .sort();
  return differ(
    `the virtual-ip of ${vip.vipPort}`,
    {
      ports: only.ports,
      // One that is leaving may be recorded until it is gone: its delete may still strip.
      members: named(recordKeys.member).filter(
        (id) => vip.members.includes(id) || find(store, 'virtual-machine-interface', id) === undefined,
      ),
      floatingIps: [...new Set([...named(recordKeys.floatingIp), ...only.floatingIps])].sort(),
    },
    {
      ports: [vip.vipPort, ...vip.members].sort(),
      members: vip.members,
      floatingIps: isAssociated ? [cast.floatingIp] : [],
    },
  );
}

function judgeLeftOvers(store: Store, vips: readonly Carried[]): readonly string[] {
  return Object.entries(store['virtual-ip'])
    .filter(([id, virtualIp]) => !isForged(id) && !vips.some((vip) => isOf(virtualIp, vip)))
    .filter(
      ([, virtualIp]) =>
        addressesOf(store, virtualIp.annotations[recordKeys.vipPort] ?? '').length > 0 || isOver(store, virtualIp),
    )
    .map(([id]) => `${id} is left over`);
}

// Of a VIP port that is gone. That of a half deleted one is not judged.
function isOver(store: Store, { annotations }: VirtualIp): boolean {
  return find(store, 'virtual-machine-interface', annotations[recordKeys.vipPort] ?? '') === undefined;
}

function isOf({ annotations }: VirtualIp, { vipPort }: Carried): boolean {
  return annotations[recordKeys.vipPort] === vipPort;
}

/** What is wrong when time passes: letting go of a port that is leaving cannot wait, for its delete would strip the floating ip. */
export function judgeWait(cast: Cast, store: Store, { association }: UserState): readonly string[] {
  const found = find(store, 'floating-ip', cast.floatingIp);
  // One that is detached has nothing to lose.
  if (found === undefined || association === undefined || found.fixedIp !== association.address) return [];
  return [cast.first, cast.second]
    .filter(({ vipPort }) => association.port === vipPort && found.ports.includes(vipPort))
    .flatMap(({ amphorae }) => amphorae)
    .filter((id) => {
      const port = find(store, 'virtual-machine-interface', id);
      return port?.machine === '' && port.owner === '' && found.ports.includes(id);
    })
    .map((id) => `time passes, and the floating ip references ${id}, which is leaving`);
}

/** Whether a virtual-ip was made by a stranger to look like ours. */
export function isForged(virtualIp: Id): boolean {
  return virtualIp.endsWith('f1');
}

/** What is wrong with a write of a monitor at this moment: invariants 1 and 4 of docs/design.md. */
export function judgeWrite(cast: Cast, write: OwnWrite): readonly string[] {
  // A record of a VIP port that is gone is cleared away, whoever made it.
  if (write.do === 'create virtual-ip' || write.do === 'delete virtual-ip') return [];
  const isOurs = write.id === cast.floatingIp || (write.id !== cast.bystander && !isForged(write.id));
  const own = isOurs ? [] : [`${write.id} is no business of ours`];
  if (write.do !== 'add reference') return own;
  const known = [cast.first, cast.second].flatMap(({ vipPort, amphorae }) => [vipPort, ...amphorae]);
  return [
    ...own,
    ...(write.relaxed ? [] : ['the reference is not relaxed']),
    ...(write.to.id === cast.floatingIp || known.includes(write.to.id)
      ? []
      : [`${write.to.id} is no business of ours`]),
  ];
}

function shown({ ports, fixedIp, flag }: FloatingIp): Pick<FloatingIp, 'ports' | 'fixedIp' | 'flag'> {
  return { ports, fixedIp, flag };
}

function differ(subject: string, found: object, expected: object): readonly string[] {
  const [is, should] = [JSON.stringify(found), JSON.stringify(expected)];
  return is === should ? [] : [`${subject}: ${is}, expected ${should}`];
}
