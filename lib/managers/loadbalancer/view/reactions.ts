import type { CacheReader } from '../../../cache/index.js';
import type { Touches } from '../../../controller/index.js';
import { nameOf, type EntityOf } from '../../../model/index.js';
import { isOfPool, virtualIpsOf } from '../../vip-ports.js';
import { mostFollowed } from './bounds.js';
import { defaultProvider } from './provider.js';

/**
 * Which load balancers an object touches, by uuid: of a `loadbalancer`, or of a pool, which is one in LBaaS v1. What is not one, or not any
 * more, is among them.
 */
export const viewTouches = {
  // Others with the same port may have to wait for it, or wait no more.
  loadbalancer: ({ uuid, refs }, cache) => [uuid, ...ofVipPorts(refs['virtual-machine-interface'], cache)],
  'loadbalancer-listener': ({ refs }) => refs.loadbalancer,
  'loadbalancer-pool': (pool, cache) => ofPool(pool, cache),
  'loadbalancer-member': ({ parent }, cache) => (parent === undefined ? [] : ofPoolUuid(parent.uuid, cache)),
  'loadbalancer-healthmonitor': ({ uuid }, cache) =>
    cache.referrers('loadbalancer-pool', 'loadbalancer-healthmonitor', uuid).flatMap((pool) => ofPool(pool, cache)),
  'virtual-ip': (virtualIp, cache) =>
    isOfPool(virtualIp)
      ? [...virtualIp.refs['loadbalancer-pool'], ...ofVipPorts(virtualIp.refs['virtual-machine-interface'], cache)]
      : [],
  'virtual-machine-interface': ({ uuid }, cache) => ofVipPort(uuid, cache),
  'instance-ip': ({ refs }, cache) => ofVipPorts(refs['virtual-machine-interface'], cache),
  'floating-ip': ({ refs }, cache) => ofVipPorts(refs['virtual-machine-interface'], cache),
  'service-appliance-set': (set, cache) => {
    const name = nameOf(set);
    const names = name === defaultProvider ? [name, ''] : [name];
    return names.flatMap((one) => [
      ...cache
        .find('loadbalancer', 'provider', one)
        .flatMap(({ uuid, refs }) => [uuid, ...ofVipPorts(refs['virtual-machine-interface'], cache)]),
      ...cache
        .find('loadbalancer-pool', 'provider', one)
        .flatMap(({ uuid }) => [
          uuid,
          ...virtualIpsOf(uuid, cache).flatMap(({ refs }) => ofVipPorts(refs['virtual-machine-interface'], cache)),
        ]),
    ]);
  },
} as const satisfies Touches<string>;

/** All that can be load balancers. */
export function* viewKeys(cache: CacheReader): Iterable<string> {
  for (const { uuid } of cache.all('loadbalancer')) yield uuid;
  for (const { uuid, refs } of cache.all('loadbalancer-pool')) {
    if (refs['loadbalancer-listener'].length === 0) yield uuid;
  }
}

/** The load balancers of which the port is the VIP's. */
export function ofVipPort(uuid: string, cache: CacheReader): readonly string[] {
  return [
    ...uuidsOf(cache.referrers('loadbalancer', 'virtual-machine-interface', uuid)),
    ...cache
      .referrers('virtual-ip', 'virtual-machine-interface', uuid)
      .filter(isOfPool)
      .flatMap(({ refs }) => refs['loadbalancer-pool']),
  ];
}

/** Those of the first of several ports. */
export function ofVipPorts(uuids: readonly string[], cache: CacheReader): readonly string[] {
  return uuids.slice(0, mostFollowed).flatMap((uuid) => ofVipPort(uuid, cache));
}

function ofPoolUuid(uuid: string, cache: CacheReader): readonly string[] {
  const pool = cache.get('loadbalancer-pool', uuid);
  return pool === undefined ? [uuid] : ofPool(pool, cache);
}

function ofPool({ uuid, refs }: EntityOf<'loadbalancer-pool'>, cache: CacheReader): readonly string[] {
  const listeners = refs['loadbalancer-listener'];
  if (listeners.length === 0) return [uuid];
  return listeners.flatMap((listener) => cache.get('loadbalancer-listener', listener)?.refs.loadbalancer ?? []);
}

function uuidsOf(entities: readonly { readonly uuid: string }[]): readonly string[] {
  return entities.map(({ uuid }) => uuid);
}
