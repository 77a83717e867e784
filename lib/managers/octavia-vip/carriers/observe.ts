import type { CacheReader } from '../../../cache/index.js';
import { projectOf, type EntityOf } from '../../../model/index.js';
import type { HistoryReader } from '../history/index.js';
import { addressesOf, carriersOf, marksOf, ownersOf } from '../ports.js';
import { departingPorts, type KeptVirtualIp } from '../record/record.js';
import { vipKeyParts, type VipKey } from '../vip-key.js';
import type { LoadBalancerObservation, ObservedPort } from './plan.js';

/** Where it is gathered from. */
export interface Known {
  readonly cache: CacheReader;
  readonly history: HistoryReader;
}

/** Gathers what the cache knows of a VIP and the ports around it, as plain values. */
export function observeLoadBalancer(
  { cache, history }: Known,
  key: VipKey,
  virtualIps: readonly KeptVirtualIp[],
): LoadBalancerObservation {
  const { networkUuid, address } = vipKeyParts(key);
  const owners = ownersOf(cache, key);
  // One that has the address before one that had it.
  const recorded = virtualIps.map(({ record }) => record.vipPort);
  const recordedVipPort =
    recorded.find((uuid) => owners.some((owner) => owner.uuid === uuid)) ??
    recorded[0] ??
    rememberedVipPort(history, key);
  const departing = new Set(virtualIps.flatMap(departingPorts));
  const observed = (port: EntityOf<'virtual-machine-interface'>): ObservedPort => ({
    ...observePort(cache, port),
    ...(departing.has(port.uuid) ? { departing: true } : {}),
  });
  return {
    address,
    // Unknown is treated as the dangerous case.
    networkShared: cache.get('virtual-network', networkUuid)?.shared ?? true,
    owners: owners.map((port) => observePort(cache, port)),
    carriers: carriersOf(cache, key).map(observed),
    ...(recordedVipPort === undefined ? {} : { recordedVipPort }),
  };
}

// The record is gone, removed by another instance, but a write of ours came later, and may have been what a port delete stripped.
function rememberedVipPort(history: HistoryReader, key: VipKey): string | undefined {
  for (const uuid of history.writtenFor(key)) {
    const memory = history.memoryOf(uuid);
    if (memory?.detached?.wasSeenAttached === true) return memory.episodes.findLast(({ vip }) => vip === key)?.vipPort;
  }
  return undefined;
}

function observePort(cache: CacheReader, port: EntityOf<'virtual-machine-interface'>): ObservedPort {
  return {
    uuid: port.uuid,
    ...marksOf(port),
    ...ownerOf(port),
    addresses: addressesOf(cache, port.uuid).flatMap(({ address, subnetUuid, createdAt }) =>
      address === undefined
        ? []
        : [
            {
              address,
              ...(subnetUuid === undefined ? {} : { subnetUuid }),
              ...(createdAt === undefined ? {} : { createdAt }),
            },
          ],
    ),
    ageMs: cache.ageMs(port.uuid),
  };
}

// The API server takes the name of a parent from the parent. Of a port whose parent is no project it says nothing: an instance may be
// named like a domain, and its port like a project.
function ownerOf(port: EntityOf<'virtual-machine-interface'>): Pick<ObservedPort, 'projectUuid' | 'project'> {
  const projectUuid = projectOf(port);
  if (projectUuid === undefined) return {};
  const [domain, name, last, ...more] = port.fqName;
  if (domain === undefined || name === undefined || last === undefined || more.length > 0) return { projectUuid };
  return { projectUuid, project: { domain, name } };
}
