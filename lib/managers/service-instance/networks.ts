import type { Stage, Write } from '../../planning/index.js';
import { unsetOfSubnet } from '../unset-of-subnet.js';
import { namedTypes, serviceNetworkName, serviceSubnets } from './names.js';
import type { InstanceFacts } from './seen.js';

/** Makes the networks of the interfaces for which nobody names one, as the original does (recording svc-monitor/86). */
export function planNetworks({ sides, ipam, fqName }: InstanceFacts): readonly Stage[] {
  if (ipam === undefined) return [];
  const types = namedTypes.filter((named) =>
    sides.some(({ type, network }) => type === named && network === undefined),
  );
  const writes = types.map((type): Write => {
    const subnets = (serviceSubnets[type] ?? []).map(([prefix, length]) => ({
      subnet: { ip_prefix: prefix, ip_prefix_len: length },
      ...unsetOfSubnet,
    }));
    return {
      do: 'create',
      kind: 'virtual-network',
      as: type,
      fqName: [...fqName.slice(0, -1), serviceNetworkName(type)],
      parent: { kind: 'project' },
      properties: {},
      references: [{ to: { kind: 'network-ipam', ...ipam }, attr: { ipam_subnets: subnets, host_routes: null } }],
    };
  });
  return [{ name: 'networks', writes }];
}
