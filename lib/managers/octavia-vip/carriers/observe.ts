import type { CacheReader, PortEntity, VirtualIpEntity } from '../../../cache/index.js';
import { vipKeyParts, type VipKey } from '../../../model/index.js';
import type { LoadBalancerObservation, ObservedPort } from './plan.js';

/** Gathers what the cache knows of a VIP and the ports around it, as plain values. */
export function observeLoadBalancer(
  cache: CacheReader,
  key: VipKey,
  virtualIps: readonly VirtualIpEntity[],
): LoadBalancerObservation {
  const { networkUuid, address } = vipKeyParts(key);
  const network = cache.get('virtual-network', networkUuid);
  const owners = cache.portsOfAddress(key);
  // One that has the address before one that had it.
  const recorded = virtualIps.flatMap(({ record }) => (record === undefined ? [] : [record.vipPort]));
  const recordedVipPort =
    recorded.find((uuid) => owners.some((owner) => owner.uuid === uuid)) ??
    recorded[0] ??
    rememberedVipPort(cache, key);
  return {
    address,
    // Unknown is treated as the dangerous case.
    networkShared: network?.shared ?? true,
    owners: owners.map((port) => observePort(cache, port)),
    carriers: cache.find('virtual-machine-interface', 'portsByPair', key).map((port) => observePort(cache, port)),
    ...(recordedVipPort === undefined ? {} : { recordedVipPort }),
  };
}

// The record is gone, removed by another instance, but a write of ours came later, and may have been what a port delete stripped.
function rememberedVipPort(cache: CacheReader, key: VipKey): string | undefined {
  const { traces } = cache;
  for (const uuid of traces.footprints.floatingIpsOf(key)) {
    if (traces.detachedTrace(uuid)?.wasSeenAttached === true) return traces.footprints.of(uuid, key)?.vipPort;
  }
  return undefined;
}

function observePort(cache: CacheReader, port: PortEntity): ObservedPort {
  return {
    uuid: port.uuid,
    name: port.name,
    owner: port.owner,
    hasVirtualMachine: port.vmUuids.length > 0,
    vmNames: port.vmNames,
    ...projectOf(port),
    addresses: cache.find('instance-ip', 'instanceIpsByPort', port.uuid).flatMap((ip) =>
      ip.address === undefined
        ? []
        : [
            {
              address: ip.address,
              ...(ip.subnetUuid === undefined ? {} : { subnetUuid: ip.subnetUuid }),
              ...(ip.createdAt === undefined ? {} : { createdAt: ip.createdAt }),
            },
          ],
    ),
    ageMs: cache.portAgeMs(port.uuid),
  };
}

// The API server takes the name of a parent from the parent. Of a port whose parent is no project it says nothing: an instance may be
// named like a domain, and its port like a project.
function projectOf({ projectUuid, fqName }: PortEntity): Pick<ObservedPort, 'projectUuid' | 'project'> {
  if (projectUuid === undefined) return {};
  const [domain, name, port, ...more] = fqName;
  if (domain === undefined || name === undefined || port === undefined || more.length > 0) return { projectUuid };
  return { projectUuid, project: { domain, name } };
}
