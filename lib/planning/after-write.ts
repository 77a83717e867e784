import type { FloatingIpEntity, VirtualIpEntity } from '../cache/index.js';
import { readRecord } from '../model/index.js';
import type { FloatingIpProperties, NewVirtualIp, VirtualIpProperties } from './write.js';

/** The properties of a virtual-ip as the config API takes them. */
export function wire(properties: VirtualIpProperties): Readonly<Record<string, unknown>> {
  return {
    address: properties.address,
    ...(properties.subnetUuid === undefined ? {} : { subnet_id: properties.subnetUuid }),
    admin_state: true,
  };
}

/** What a virtual-ip is when it was made. */
export function createdVirtualIp(uuid: string, { fqName, properties, record }: NewVirtualIp): VirtualIpEntity {
  const parsed = readRecord({ key_value_pair: record.map((entry) => ({ ...entry })) });
  return {
    uuid,
    fqName,
    ...properties,
    portUuids: [],
    floatingIpUuids: [],
    ...(parsed === undefined ? {} : { record: parsed }),
  };
}

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
