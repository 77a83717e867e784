import type { CacheReader, Transition } from '../cache/index.js';
import { projectOf, type EntityOf } from '../model/index.js';

/**
 * In whose hands the change of an object of a service was: the project that it is in, or that of what it belongs to, for addresses, virtual
 * machines, members and port tuples are in none. Those who change a lot share a queue with others project by project. Undefined: not known.
 */
export function causeInService(transition: Transition, cache: CacheReader): string | undefined {
  const entity = transition.after ?? transition.before;
  if (entity === undefined) return undefined;
  switch (transition.kind) {
    case 'instance-ip':
      return (entity as EntityOf<'instance-ip'>).refs['virtual-machine-interface']
        .map((uuid) => projectAt('virtual-machine-interface', uuid, cache))
        .find((project) => project !== undefined);
    case 'virtual-machine':
      return (entity as EntityOf<'virtual-machine'>).refs['service-instance']
        .map((uuid) => projectAt('service-instance', uuid, cache))
        .find((project) => project !== undefined);
    case 'floating-ip':
      return (entity as EntityOf<'floating-ip'>).refs.project[0] ?? projectOf(entity);
    case 'loadbalancer-member':
      return entity.parent === undefined ? undefined : projectAt('loadbalancer-pool', entity.parent.uuid, cache);
    case 'port-tuple':
      return entity.parent === undefined ? undefined : projectAt('service-instance', entity.parent.uuid, cache);
    default:
      return projectOf(entity);
  }
}

function projectAt(
  kind: 'virtual-machine-interface' | 'service-instance' | 'loadbalancer-pool',
  uuid: string,
  cache: CacheReader,
): string | undefined {
  const found = cache.get(kind, uuid);
  return found === undefined ? undefined : projectOf(found);
}
