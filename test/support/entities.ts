import type { EntityOf } from '../../lib/model/index.js';

type Port = EntityOf<'virtual-machine-interface'>;

/** What is not as in the others, references by kind. */
type PortDelta = Partial<Omit<Port, 'refs'>> & { readonly refs?: Partial<Port['refs']> };

/** A port as the cache holds it, without anything that would make it one of Octavia's. */
export function portEntity(uuid: string, { refs, ...delta }: PortDelta = {}): Port {
  return {
    uuid,
    fqName: ['d', 'p', 'web'],
    owner: '',
    vmNames: [],
    pairAddresses: [],
    ...delta,
    refs: { 'virtual-machine': [], 'virtual-network': [], ...refs },
  };
}
