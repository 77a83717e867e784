import type { CacheReader } from '../../cache/index.js';
import type { Touches } from '../../controller/index.js';
import { serviceInstanceOf } from './names.js';

/** Where the original, and the schema transformer, take the addresses of services from (recording svc-monitor/70). */
export const poolName = 'default-domain:default-project:service-chain-flat-ipam';

/** Which service instances a change touches: those that are to be looked at as a whole. */
export const portTupleTouches: Touches<string> = {
  'service-instance': ({ uuid }) => [uuid],
  'service-template': ({ uuid }, cache) =>
    cache.referrers('service-instance', 'service-template', uuid).map((instance) => instance.uuid),
  'port-tuple': ({ parent }) => (parent === undefined ? [] : [parent.uuid]),
  'virtual-machine-interface': ({ uuid, refs }, cache) => [
    ...instancesOf(refs['port-tuple'], cache),
    ...cache
      .referrers('instance-ip', 'virtual-machine-interface', uuid)
      .flatMap((address) => serviceInstanceNamed(address.fqName.at(-1) ?? '')),
  ],
  'instance-ip': ({ fqName }) => serviceInstanceNamed(fqName.at(-1) ?? ''),
  'interface-route-table': ({ refs }) => refs['service-instance'],
  'service-health-check': ({ refs }) => refs['service-instance'],
  // The addresses of end-to-end checks come from networks of interfaces, once those have subnets.
  'virtual-network': ({ uuid }, cache) => withEndToEndChecksIn(uuid, cache),
  'network-ipam': ({ fqName }, cache) => (fqName.join(':') === poolName ? portTupleKeys(cache) : []),
};

/** All service instances that there is anything to do for: those with port tuples, and those that addresses are named after. */
export function* portTupleKeys(cache: CacheReader): Iterable<string> {
  yield* new Set([...cache.keys('port-tuple', 'parent'), ...cache.keys('instance-ip', 'namedAfter')]);
}

/** The service instances of port tuples, those that are gone among them. */
export function instancesOf(tuples: readonly string[], cache: CacheReader): readonly string[] {
  return tuples.flatMap((uuid) => cache.get('port-tuple', uuid)?.parent?.uuid ?? []);
}

function serviceInstanceNamed(name: string): readonly string[] {
  const instance = serviceInstanceOf(name);
  return instance === undefined ? [] : [instance];
}

function withEndToEndChecksIn(network: string, cache: CacheReader): readonly string[] {
  const instances = new Set(
    cache.find('service-health-check', 'type', 'end-to-end').flatMap(({ refs }) => refs['service-instance']),
  );
  return [...instances].filter((instance) =>
    cache
      .find('port-tuple', 'parent', instance)
      .flatMap(({ uuid }) => cache.referrers('virtual-machine-interface', 'port-tuple', uuid))
      .some(({ refs }) => refs['virtual-network'].includes(network)),
  );
}
