import type { CacheReader } from '../../../cache/index.js';
import { projectOf, type EntityOf } from '../../../model/index.js';
import {
  mostFollowed,
  type ListenerView,
  type LoadbalancerView,
  type MemberView,
  type PoolView,
} from '../view/index.js';
import { mostEndpoints } from './bounds.js';
import type { MemberSeen } from './seen.js';

type Interface = EntityOf<'virtual-machine-interface'>;

/** Where a member is: its load balancer, its listener and its pool. */
interface Place {
  readonly view: LoadbalancerView;
  readonly listener: ListenerView;
  readonly pool: PoolView;
  readonly held: ReadonlySet<string>;
}

/**
 * The members of a load balancer, in the order in which they count, each with the interface that it leads to.
 *
 * @param held interfaces that floating ips of it reference
 */
export function observeMembers(
  view: LoadbalancerView,
  held: ReadonlySet<string>,
  cache: CacheReader,
): { readonly members: readonly MemberSeen[]; readonly isCut: boolean } {
  const members: MemberSeen[] = [];
  for (const listener of view.listeners) {
    for (const pool of listener.pools) {
      for (const member of pool.members) {
        if (members.length === mostEndpoints) return { members, isCut: true };
        members.push(memberSeen(member, { view, listener, pool, held }, cache));
      }
    }
  }
  return { members, isCut: false };
}

function memberSeen(member: MemberView, place: Place, cache: CacheReader): MemberSeen {
  const { view, listener, pool, held } = place;
  const { interfaceUuid } = member;
  const candidates = interfacesOf(member, place, cache);
  const own = candidates.find((one) => view.project !== undefined && projectOf(one) === view.project);
  // One that was there when it was referenced: it may be gone, or only not be readable.
  const isUnseen = interfaceUuid !== undefined && held.has(interfaceUuid) && !cache.isGone(interfaceUuid);
  const missing = isUnseen ? 'not-seen' : 'none';
  const hasPorts = listener.port !== undefined && member.port !== undefined;
  return {
    uuid: member.uuid,
    pool: pool.uuid,
    facts: {
      names: member.interfaceUuid !== undefined ? 'interface' : member.address !== undefined ? 'address' : 'nothing',
      interface: own !== undefined ? 'own' : candidates.length > 0 ? 'foreign' : missing,
      hasPorts,
    },
    // One that is not there is told, too: a floating ip may reference it still.
    ...(own !== undefined || member.interfaceUuid !== undefined
      ? { interfaceUuid: own?.uuid ?? member.interfaceUuid }
      : {}),
    ...(listener.port === undefined || member.port === undefined
      ? {}
      : {
          mapping: {
            protocol: listener.protocol === 'UDP' ? 'UDP' : 'TCP',
            src_port: listener.port,
            dst_port: member.port,
          },
        }),
  };
}

function interfacesOf(member: MemberView, place: Place, cache: CacheReader): readonly Interface[] {
  if (member.interfaceUuid !== undefined) {
    return [cache.get('virtual-machine-interface', member.interfaceUuid) ?? []].flat();
  }
  const { address } = member;
  if (address === undefined) return [];
  return networksOf(member, place, cache)
    .flatMap((network) => cache.find('instance-ip', 'address', `${network}/${address}`))
    .flatMap(({ refs }) => refs['virtual-machine-interface'].slice(0, mostFollowed))
    .sort()
    .flatMap((uuid) => cache.get('virtual-machine-interface', uuid) ?? []);
}

/** The networks in which an address of a member may be: that of the subnet that it or its pool names, else that of the VIP. */
function networksOf({ subnetUuid }: MemberView, { view, pool }: Place, cache: CacheReader): readonly string[] {
  const subnet = subnetUuid ?? pool.subnetUuid;
  if (subnet !== undefined) return cache.find('virtual-network', 'subnet', subnet).map(({ uuid }) => uuid);
  return [view.vip?.network?.uuid ?? []].flat();
}
