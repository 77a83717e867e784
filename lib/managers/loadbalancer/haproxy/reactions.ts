import type { CacheReader } from '../../../cache/index.js';
import type { Touches } from '../../../controller/index.js';
import { isUuid, nameOf, type EntityOf } from '../../../model/index.js';
import { defaultGroupName } from './names.js';
import { mostFollowed, viewKeys, viewTouches } from '../view/index.js';

/** Which load balancers an object touches, by uuid, besides those that wait for something: those whose view it is in, and those of whose virtual machines. */
export const haproxyTouches = {
  ...viewTouches,
  'service-instance': (instance) => ofInstance(instance),
  'security-group': (group, cache) =>
    nameOf(group) === defaultGroupName
      ? cache.find('service-instance', 'project', group.fqName.slice(0, -1).join(':')).flatMap(ofInstance)
      : [],
  'virtual-machine': ({ refs }, cache) => ofInstances(refs['service-instance'], cache),
  'virtual-machine-interface': (port, cache) => [
    ...viewTouches['virtual-machine-interface'](port, cache),
    ...ofMachines(port.refs['virtual-machine'], cache),
  ],
  'floating-ip': (floatingIp, cache) => [
    ...viewTouches['floating-ip'](floatingIp, cache),
    ...floatingIp.refs['virtual-machine-interface']
      .slice(0, mostFollowed)
      .flatMap((uuid) =>
        ofMachines(cache.get('virtual-machine-interface', uuid)?.refs['virtual-machine'] ?? [], cache),
      ),
  ],
} as const satisfies Touches<string>;

/** All load balancers, and those of which a service instance may be left. */
export function* haproxyKeys(cache: CacheReader): Iterable<string> {
  yield* viewKeys(cache);
  yield* cache.keys('service-instance', 'loadbalancer');
}

function ofMachines(uuids: readonly string[], cache: CacheReader): readonly string[] {
  return uuids.flatMap((uuid) =>
    ofInstances(cache.get('virtual-machine', uuid)?.refs['service-instance'] ?? [], cache),
  );
}

function ofInstances(uuids: readonly string[], cache: CacheReader): readonly string[] {
  return uuids.flatMap((uuid) => [cache.get('service-instance', uuid) ?? []].flat().flatMap(ofInstance));
}

function ofInstance(instance: EntityOf<'service-instance'>): readonly string[] {
  return [nameOf(instance)].filter(isUuid);
}
