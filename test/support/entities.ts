import type { PortEntity } from '../../lib/cache/index.js';

/** A port as the cache holds it, without anything that would make it one of Octavia's. */
export function portEntity(uuid: string, delta: Partial<PortEntity> = {}): PortEntity {
  return {
    uuid,
    name: 'web',
    fqName: ['d', 'p', 'web'],
    owner: '',
    vmUuids: [],
    vmNames: [],
    pairAddresses: [],
    ...delta,
  };
}
