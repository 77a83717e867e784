import type { FloatingIpEntity } from '../cache/index.js';
import type { FloatingIpProperties } from './write.js';

/** What a floating ip is after its properties were set. */
export function withProperties(floatingIp: FloatingIpEntity, properties: FloatingIpProperties): FloatingIpEntity {
  const { fixedIp: before, ...others } = floatingIp;
  const fixedIp = properties.fixedIp === undefined ? before : (properties.fixedIp ?? undefined);
  return {
    ...others,
    ...(fixedIp === undefined ? {} : { fixedIp }),
    isVirtualIp: properties.isVirtualIp ?? floatingIp.isVirtualIp,
  };
}

/** The uuids of references, sorted, after one was added or deleted. */
export function changed(uuids: readonly string[], uuid: string, operation: 'ADD' | 'DELETE'): readonly string[] {
  const others = uuids.filter((other) => other !== uuid);
  return operation === 'ADD' ? [...others, uuid].sort() : others;
}
