/** A uuid. */
export type Id = string;

/** A virtual-machine-interface. */
export interface Port {
  readonly name: string;
  readonly project: Id;
  readonly network: Id;
  /** Device owner; empty if there is none. */
  readonly owner: string;
  /** Name of its virtual machine: an instance, or Octavia's placeholder; empty if there is none. */
  readonly machine: string;
  /** Addresses that it has as allowed address pairs. */
  readonly pairs: readonly string[];
  /** Who may reference it without blocking its delete. Stays when the reference goes, as on the real server. */
  readonly relaxed: readonly Id[];
}

/** An instance-ip. */
export interface InstanceIp {
  readonly address: string;
  readonly network: Id;
  readonly port: Id;
}

/** A floating-ip. */
export interface FloatingIp {
  readonly project: Id;
  readonly ports: readonly Id[];
  /** References that went with their target: shown until the next write (docs/opensdn.md, 4). */
  readonly dead: readonly Id[];
  /** Empty if there is none. */
  readonly fixedIp: string;
  readonly flag: boolean;
}

/** A virtual-ip. */
export interface VirtualIp {
  readonly name: string;
  readonly project: Id;
  readonly address: string;
  readonly ports: readonly Id[];
  readonly dead: readonly Id[];
  /** On the native schema alone. */
  readonly floatingIps: readonly Id[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** A virtual-network. */
export interface Network {
  readonly project: Id;
  readonly shared: boolean;
}

/** What the store holds of each kind. */
export interface Objects {
  readonly 'virtual-machine-interface': Port;
  readonly 'instance-ip': InstanceIp;
  readonly 'floating-ip': FloatingIp;
  readonly 'virtual-ip': VirtualIp;
  readonly 'virtual-network': Network;
}

/** A kind of object that the store holds. */
export type Kind = keyof Objects;

/** The config API's database: immutable, each write makes another one that shares what it leaves alone. */
export type Store = { readonly [K in Kind]: Readonly<Record<Id, Objects[K]>> } & {
  readonly schema: 'stock' | 'native';
  /** How many virtual-ips were ever made: what the next one's uuid is taken from. */
  readonly made: number;
};

/** What is published on the bus. Virtual machines are no objects here, but they are spoken of. */
export interface Notification {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly kind: Kind | 'virtual-machine';
  readonly id: Id;
  /** Names the request: all that is published of it has the same. Undefined where the stream names none. */
  readonly request?: string;
  /** Who made the request, as the receiver knows it: an actor, the receiver itself, or another monitor. */
  readonly by: 'actor' | 'self' | 'monitor';
  /** Of a CREATE as it was made, of a DELETE as it was before; of an UPDATE as it is then, if the stream shows that. */
  readonly object?: Objects[Kind];
}

/** A notification before it is known of which request it is. */
export type Said = Omit<Notification, 'request' | 'by'>;

/** What a step of a request made of the store, and what is published of it. */
export interface Written {
  readonly store: Store;
  readonly said: readonly Said[];
}

/** A store with nothing in it. */
export function emptyStore(schema: Store['schema'] = 'stock'): Store {
  return {
    'virtual-machine-interface': {},
    'instance-ip': {},
    'floating-ip': {},
    'virtual-ip': {},
    'virtual-network': {},
    schema,
    made: 0,
  };
}

/** The object, or undefined. */
export function find<K extends Kind>(store: Store, kind: K, id: Id): Objects[K] | undefined {
  return (store[kind] as Readonly<Record<Id, Objects[K] | undefined>>)[id];
}

/** Puts an object into the store, new or changed. */
export function put<K extends Kind>(store: Store, kind: K, id: Id, object: Objects[K]): Store {
  return { ...store, [kind]: { ...store[kind], [id]: object } };
}

/** Creates or changes an object, and says so. */
export function write<K extends Kind>(store: Store, kind: K, id: Id, object: Objects[K]): Written {
  const isNew = find(store, kind, id) === undefined;
  const said: Said = isNew ? { operation: 'CREATE', kind, id, object } : { operation: 'UPDATE', kind, id };
  return { store: put(store, kind, id, object), said: [said] };
}

/** The addresses of a port, by the uuids of their instance-ips. */
export function addressesOf(store: Store, port: Id): readonly (readonly [Id, InstanceIp])[] {
  return Object.entries(store['instance-ip']).filter(([, ip]) => ip.port === port);
}

/** Those of a kind that reference a port. */
export function referrersOf(store: Store, kind: 'floating-ip' | 'virtual-ip', port: Id): readonly Id[] {
  const referrers = Object.entries<FloatingIp | VirtualIp>(store[kind]).filter(([, { ports }]) => ports.includes(port));
  return referrers.map(([id]) => id).sort();
}

const firstHost = 3;

/** The lowest free address of a network (docs/opensdn.md, 6). */
export function lowestFreeAddress(store: Store, network: Id): string {
  const used = new Set(
    Object.values(store['instance-ip'])
      .filter((ip) => ip.network === network)
      .map((ip) => ip.address),
  );
  let host = firstHost;
  while (used.has(addressOf(host))) host += 1;
  return addressOf(host);
}

function addressOf(host: number): string {
  return `10.107.0.${host}`;
}

/** Why an object cannot be deleted: those that reference it and are not relaxed (docs/opensdn.md, 4). */
export function blockersOf(store: Store, port: Id): readonly Id[] {
  const relaxed = find(store, 'virtual-machine-interface', port)?.relaxed ?? [];
  const referrers = [
    ...addressesOf(store, port).map(([id]) => id),
    ...referrersOf(store, 'floating-ip', port),
    ...referrersOf(store, 'virtual-ip', port),
  ];
  return referrers.filter((id) => !relaxed.includes(id));
}

/**
 * Deletes an object that nothing blocks. Relaxed references go with it; who reads a referrer is shown them until it is written again
 * (recording 16).
 */
export function remove(store: Store, kind: Kind, id: Id): Written {
  const object = find(store, kind, id);
  if (object === undefined) return { store, said: [] };
  const others = { ...(store[kind] as Readonly<Record<Id, Objects[Kind]>>) };
  Reflect.deleteProperty(others, id);
  let after: Store = { ...store, [kind]: others };
  for (const referrer of ['floating-ip', 'virtual-ip'] as const) {
    for (const from of referrersOf(store, referrer, id)) after = bury(after, referrer, from, id);
  }
  return { store: after, said: [{ operation: 'DELETE', kind, id, object }] };
}

function bury(store: Store, kind: 'floating-ip' | 'virtual-ip', id: Id, port: Id): Store {
  const lost = <T extends FloatingIp | VirtualIp>(object: T): T => ({
    ...object,
    ports: without(object.ports, port),
    dead: withOne(object.dead, port),
  });
  if (kind === 'floating-ip') {
    const floatingIp = find(store, kind, id);
    return floatingIp === undefined ? store : put(store, kind, id, lost(floatingIp));
  }
  const virtualIp = find(store, kind, id);
  return virtualIp === undefined ? store : put(store, kind, id, lost(virtualIp));
}

/** The references to ports that a GET shows, sorted. */
export function shownPorts({ ports, dead }: Pick<FloatingIp, 'ports' | 'dead'>): readonly Id[] {
  return dead.length === 0 ? ports : [...ports, ...dead].sort();
}

/** A sorted list with a value. */
export function withOne(ids: readonly Id[], id: Id): readonly Id[] {
  return ids.includes(id) ? ids : [...ids, id].sort();
}

/** A list without a value. */
export function without(ids: readonly Id[], id: Id): readonly Id[] {
  return ids.filter((other) => other !== id);
}
