import { definitionOf, type EntityOf, type Kind } from '../../lib/model/index.js';

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
    refs: { ...noRefs('virtual-machine-interface'), ...refs },
  };
}

/** The references of an object of that kind that refers to nothing. */
export function noRefs<K extends Kind>(kind: K): EntityOf<K>['refs'] {
  return Object.fromEntries(definitionOf(kind).references.map((target) => [target, []]));
}
