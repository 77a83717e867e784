import { find, put, remove, withOne, without, write, type Id, type Store, type Written } from './store.js';

type Referrer = 'floating-ip' | 'virtual-ip';

/** A write of a monitor to the config API. */
export type OwnWrite =
  | {
      readonly do: 'add reference' | 'delete reference';
      readonly kind: Referrer;
      readonly id: Id;
      readonly to: { readonly kind: 'virtual-machine-interface' | 'floating-ip'; readonly id: Id };
      readonly relaxed: boolean;
    }
  | {
      readonly do: 'set floating-ip';
      readonly id: Id;
      /** Empty: unset. */
      readonly fixedIp?: string;
      readonly flag?: boolean;
    }
  | { readonly do: 'set virtual-ip'; readonly id: Id; readonly address: string }
  | {
      readonly do: 'set entries';
      readonly id: Id;
      readonly set: Readonly<Record<string, string>>;
      readonly remove: readonly string[];
    }
  | {
      readonly do: 'create virtual-ip';
      readonly name: string;
      readonly project: Id;
      readonly address: string;
      readonly annotations: Readonly<Record<string, string>>;
    }
  | { readonly do: 'delete virtual-ip'; readonly id: Id };

/** What the server answered. */
export type OwnAnswer =
  | { readonly is: 'done'; readonly created?: Id }
  | { readonly is: 'not found' }
  | { readonly is: 'conflict'; readonly existing: Id };

/** What a write made of the store, and how it was answered. */
export type OwnWritten = Written & { readonly answer: OwnAnswer };

/** The uuid of the virtual-ip that is made next. */
export function virtualIpId(made: number): Id {
  return `0000${String(made).padStart(4, '0')}-0000-4000-8000-0000000000f0`;
}

/** Carries out a write, in one go as the server does. */
export function carryOut(store: Store, own: OwnWrite): OwnWritten {
  switch (own.do) {
    case 'add reference':
    case 'delete reference':
      return updateReference(store, own);
    case 'set floating-ip': {
      const floatingIp = find(store, 'floating-ip', own.id);
      if (floatingIp === undefined) return notFound(store);
      return done(
        write(store, 'floating-ip', own.id, {
          ...floatingIp,
          fixedIp: own.fixedIp ?? floatingIp.fixedIp,
          flag: own.flag ?? floatingIp.flag,
          dead: [],
        }),
      );
    }
    case 'set virtual-ip': {
      const virtualIp = find(store, 'virtual-ip', own.id);
      if (virtualIp === undefined) return notFound(store);
      return done(write(store, 'virtual-ip', own.id, { ...virtualIp, address: own.address, dead: [] }));
    }
    case 'set entries': {
      const virtualIp = find(store, 'virtual-ip', own.id);
      if (virtualIp === undefined) return notFound(store);
      const entries = Object.entries({ ...virtualIp.annotations, ...own.set });
      const annotations = Object.fromEntries(entries.filter(([key]) => !own.remove.includes(key)));
      return done(write(store, 'virtual-ip', own.id, { ...virtualIp, annotations, dead: [] }));
    }
    case 'create virtual-ip':
      return create(store, own);
    case 'delete virtual-ip':
      return find(store, 'virtual-ip', own.id) === undefined
        ? notFound(store)
        : done(remove(store, 'virtual-ip', own.id));
  }
}

function done(written: Written, created?: Id): OwnWritten {
  return { ...written, answer: { is: 'done', ...(created === undefined ? {} : { created }) } };
}

function notFound(store: Store): OwnWritten {
  return { store, said: [], answer: { is: 'not found' } };
}

function create(store: Store, own: Extract<OwnWrite, { readonly do: 'create virtual-ip' }>): OwnWritten {
  const { name, project, address, annotations } = own;
  const [existing] =
    Object.entries(store['virtual-ip']).find(([, o]) => o.name === name && o.project === project) ?? [];
  if (existing !== undefined) return { store, said: [], answer: { is: 'conflict', existing } };
  const id = virtualIpId(store.made);
  const virtualIp = { name, project, address, annotations, ports: [], dead: [], floatingIps: [] };
  return done(write({ ...store, made: store.made + 1 }, 'virtual-ip', id, virtualIp), id);
}

// A reference that the schema lacks is accepted and dropped; deleting one whose target is gone is 200 and clears it (recordings 08, 16).
function updateReference(
  store: Store,
  own: Extract<OwnWrite, { readonly do: 'add reference' | 'delete reference' }>,
): OwnWritten {
  const { kind, id, to } = own;
  const change = own.do === 'add reference' ? withOne : without;
  if (find(store, kind, id) === undefined) return notFound(store);
  if (own.do === 'add reference' && find(store, to.kind, to.id) === undefined) return notFound(store);
  const relaxed = own.do === 'add reference' && own.relaxed ? relax(store, to, id) : store;
  if (kind === 'floating-ip') {
    const floatingIp = find(relaxed, kind, id);
    if (floatingIp === undefined || to.kind !== 'virtual-machine-interface') return notFound(store);
    return done(write(relaxed, kind, id, { ...floatingIp, ports: change(floatingIp.ports, to.id), dead: [] }));
  }
  const virtualIp = find(relaxed, kind, id);
  if (virtualIp === undefined) return notFound(store);
  if (to.kind === 'virtual-machine-interface') {
    return done(write(relaxed, kind, id, { ...virtualIp, ports: change(virtualIp.ports, to.id), dead: [] }));
  }
  const floatingIps = store.schema === 'native' ? change(virtualIp.floatingIps, to.id) : virtualIp.floatingIps;
  return done(write(relaxed, kind, id, { ...virtualIp, floatingIps, dead: [] }));
}

function relax(store: Store, to: { readonly kind: string; readonly id: Id }, from: Id): Store {
  const port = find(store, 'virtual-machine-interface', to.id);
  if (to.kind !== 'virtual-machine-interface' || port === undefined) return store;
  return put(store, 'virtual-machine-interface', to.id, { ...port, relaxed: withOne(port.relaxed, from) });
}
