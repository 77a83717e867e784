import type { Stage, Write } from '../../planning/index.js';
import type { Judged } from './parts.js';

/**
 * How what is not needed is removed: nothing can be deleted that something refers to, so the references go first. What is launched for a service
 * instance goes after that, by the manager of service instances; the left network follows when it is empty.
 */
export function removalStages(judged: Judged): readonly Stage[] {
  const { surplusInstances, surplusTables, surplusLeftNetworks } = judged;
  const stages: readonly Stage[] = [
    {
      name: 'references to what goes',
      writes: [
        ...surplusInstances.flatMap(({ uuid, routers }) => dropReferences(routers, { kind: 'service-instance', uuid })),
        ...surplusTables.flatMap(({ uuid, routers, networks }) => [
          ...dropReferences(routers, { kind: 'route-table', uuid }),
          ...networks.map((network): Write => ({
            do: 'delete-reference',
            on: { kind: 'virtual-network', uuid: network },
            to: { kind: 'route-table', uuid },
            relaxed: false,
          })),
        ]),
      ],
    },
    {
      name: 'route tables',
      writes: surplusTables.map(({ uuid }) => ({ do: 'delete', on: { kind: 'route-table', uuid } })),
    },
    {
      name: 'service instances',
      writes: surplusInstances.map(({ uuid }) => ({ do: 'delete', on: { kind: 'service-instance', uuid } })),
    },
    {
      name: 'left networks',
      writes: surplusLeftNetworks.map(({ uuid }) => ({ do: 'delete', on: { kind: 'virtual-network', uuid } })),
    },
  ];
  return stages.filter(({ writes }) => writes.length > 0);
}

function dropReferences(
  routers: readonly string[],
  to: { readonly kind: 'service-instance' | 'route-table'; readonly uuid: string },
): readonly Write[] {
  return routers.map((router) => ({
    do: 'delete-reference',
    on: { kind: 'logical-router', uuid: router },
    to,
    relaxed: false,
  }));
}
