import {
  addressesOf,
  blockersOf,
  find,
  lowestFreeAddress,
  referrersOf,
  remove,
  write,
  type FloatingIp,
  type Id,
  type Said,
  type Store,
  type VirtualIp,
  type Written,
} from './store.js';

/** A request of an actor: one HTTP request, which the server carries out in several steps. */
export type Request =
  | {
      readonly do: 'create port';
      readonly id: Id;
      /** Uuid of the instance-ip that it gets. */
      readonly addressId: Id;
      readonly name: string;
      readonly project: Id;
      readonly network: Id;
      readonly owner: string;
      readonly machine: string;
      readonly pairs: readonly string[];
    }
  | { readonly do: 'bind port'; readonly id: Id; readonly machine: string }
  | { readonly do: 'unbind port'; readonly id: Id }
  | { readonly do: 'set pairs'; readonly id: Id; readonly pairs: readonly string[] }
  | { readonly do: 'delete port'; readonly id: Id }
  | { readonly do: 'associate'; readonly id: Id; readonly port: Id; readonly address: string }
  | { readonly do: 'disassociate'; readonly id: Id }
  | { readonly do: 'describe'; readonly id: Id }
  | { readonly do: 'create virtual-ip'; readonly id: Id; readonly virtualIp: VirtualIp }
  | { readonly do: 'share network'; readonly id: Id; readonly shared: boolean };

/** How far the server is with a request. */
export interface Progress {
  readonly request: Request;
  /** The next step. */
  readonly step: number;
  /** What the server has looked up in a former step. */
  readonly seen?: readonly Id[];
}

/** What a request was answered: `conflict` is something that references the object, or has its name. */
export type Answer = 'done' | 'not found' | 'conflict' | 'bad request';

/** What one step of a request did: it goes on, or it was answered. */
export type Stepped = Written & {
  readonly says: string;
  readonly then: Progress | Answer;
  /** With `conflict`: what was in the way. */
  readonly blockers?: readonly Id[];
};

const vmi = 'virtual-machine-interface';
const computeOwner = 'compute:nova';

/** The beginning of a request. */
export function begun(request: Request): Progress {
  return { request, step: 0 };
}

/** Carries out the next step of a request: nothing comes between what one step reads and writes. */
export function stepOf(store: Store, progress: Progress): Stepped {
  const { request } = progress;
  switch (request.do) {
    case 'create port':
      return createPort(store, progress, request);
    case 'bind port':
      return bindPort(store, progress, request);
    case 'unbind port':
      return unbindPort(store, progress, request);
    case 'set pairs': {
      const port = find(store, vmi, request.id);
      if (port === undefined) return answered(store, 'not found');
      const written = write(store, vmi, request.id, { ...port, pairs: request.pairs });
      return { ...written, says: 'sets the pairs', then: 'done' };
    }
    case 'delete port':
      return deletePort(store, progress, request);
    case 'associate':
      return associate(store, request);
    case 'disassociate':
      return writeFloatingIp(store, request.id, { says: 'clears references and fixed ip', ports: [], fixedIp: '' });
    case 'describe':
      return describe(store, progress, request);
    case 'create virtual-ip':
      return createVirtualIp(store, request);
    case 'share network': {
      const network = find(store, 'virtual-network', request.id);
      if (network === undefined) return answered(store, 'not found');
      const written = write(store, 'virtual-network', request.id, { ...network, shared: request.shared });
      return { ...written, says: 'shares the network', then: 'done' };
    }
  }
}

type Of<D extends Request['do']> = Extract<Request, { readonly do: D }>;

function answered(store: Store, then: Answer, blockers?: readonly Id[]): Stepped {
  return { store, said: [], says: 'is refused', then, ...(blockers === undefined ? {} : { blockers }) };
}

function next(progress: Progress, seen?: readonly Id[]): Progress {
  return { request: progress.request, step: progress.step + 1, ...(seen === undefined ? {} : { seen }) };
}

function machineSaid(operation: 'CREATE' | 'DELETE', machine: string): readonly Said[] {
  return machine === '' ? [] : [{ operation, kind: 'virtual-machine', id: machine }];
}

function createPort(store: Store, progress: Progress, request: Of<'create port'>): Stepped {
  const { id, addressId, name, project, network, owner, machine, pairs } = request;
  if (progress.step === 0) {
    if (find(store, vmi, id) !== undefined) return answered(store, 'conflict');
    const port = { name, project, network, owner, machine, pairs, relaxed: [] };
    const written = write(store, vmi, id, port);
    // The reference to the routing instance is written by an update of its own (recording 01).
    const said: readonly Said[] = [
      ...machineSaid('CREATE', machine),
      ...written.said,
      { operation: 'UPDATE', kind: vmi, id },
    ];
    return { store: written.store, said, says: 'makes the port', then: next(progress) };
  }
  const address = lowestFreeAddress(store, network);
  const written = write(store, 'instance-ip', addressId, { address, network, port: id });
  return { ...written, says: `gives it ${address}`, then: 'done' };
}

// The bindings are written by an update of their own: each is announced twice (docs/opensdn.md, 7).
function bindPort(store: Store, progress: Progress, { id, machine }: Of<'bind port'>): Stepped {
  const port = find(store, vmi, id);
  if (port === undefined) return answered(store, 'not found');
  const update: Said = { operation: 'UPDATE', kind: vmi, id };
  if (progress.step === 1) return { store, said: [update], says: 'writes the bindings', then: 'done' };
  const written = write(store, vmi, id, { ...port, owner: computeOwner, machine });
  const said = [...machineSaid('CREATE', machine), ...written.said];
  return { store: written.store, said, says: 'sets machine and owner', then: next(progress) };
}

// It lets go of the machine first, in an update of its own, and deletes that (recording 04).
function unbindPort(store: Store, progress: Progress, { id }: Of<'unbind port'>): Stepped {
  const port = find(store, vmi, id);
  if (port === undefined) return answered(store, 'not found');
  switch (progress.step) {
    case 0: {
      const written = write(store, vmi, id, { ...port, machine: '' });
      const said = [...written.said, ...machineSaid('DELETE', port.machine)];
      return { store: written.store, said, says: 'lets go of the machine', then: next(progress) };
    }
    case 1: {
      const written = write(store, vmi, id, { ...port, owner: '' });
      return { ...written, says: 'clears the owner', then: next(progress) };
    }
    default: {
      const update: Said = { operation: 'UPDATE', kind: vmi, id };
      return { store, said: [update], says: 'writes the bindings', then: 'done' };
    }
  }
}

/**
 * Neutron's port delete (docs/opensdn.md, 4): it looks up the floating ips that reference the port, deletes the addresses, disassociates
 * those floating ips, then deletes the port. What was done before a refusal stays done.
 */
function deletePort(store: Store, progress: Progress, { id }: Of<'delete port'>): Stepped {
  const port = find(store, vmi, id);
  if (port === undefined) return answered(store, 'not found');
  const seen = progress.seen ?? referrersOf(store, 'floating-ip', id);
  if (progress.step === 0) {
    return { store, said: [], says: 'looks up what references it', then: next(progress, seen) };
  }
  if (progress.step === 1) {
    const written = addressesOf(store, id).reduce<Written>(
      ({ store: before, said }, [address]) => {
        const removed = remove(before, 'instance-ip', address);
        return { store: removed.store, said: [...said, ...removed.said] };
      },
      { store, said: [] },
    );
    return { ...written, says: 'deletes its address', then: next(progress, seen) };
  }
  const floatingIp = seen[progress.step - 2];
  if (floatingIp !== undefined) {
    const freed = writeFloatingIp(store, floatingIp, { says: `frees ${floatingIp}`, ports: [], fixedIp: '' });
    return { ...freed, then: next(progress, seen) };
  }
  const blockers = blockersOf(store, id);
  if (blockers.length > 0) return answered(store, 'conflict', blockers);
  const written = remove(store, vmi, id);
  const said = [...written.said, ...machineSaid('DELETE', port.machine)];
  return { store: written.store, said, says: 'deletes the port', then: 'done' };
}

function associate(store: Store, { id, port, address }: Of<'associate'>): Stepped {
  const target = find(store, vmi, port);
  if (target === undefined) return answered(store, 'not found');
  if (target.project !== find(store, 'floating-ip', id)?.project) return answered(store, 'bad request');
  if (isTaken(store, { id, port, address })) return answered(store, 'bad request');
  return writeFloatingIp(store, id, { says: `references ${port} alone`, ports: [port], fixedIp: address });
}

// One floating ip for each port and fixed ip (recording 07).
function isTaken(store: Store, { id, port, address }: Omit<Of<'associate'>, 'do'>): boolean {
  return referrersOf(store, 'floating-ip', port).some(
    (other) => other !== id && find(store, 'floating-ip', other)?.fixedIp === address,
  );
}

// The fixed ip is taken anew from the first reference, in the order of uuids (recording 18).
function describe(store: Store, progress: Progress, { id }: Of<'describe'>): Stepped {
  const floatingIp = find(store, 'floating-ip', id);
  if (floatingIp === undefined) return answered(store, 'not found');
  if (progress.step === 1) {
    const [taken] = progress.seen ?? [];
    return writeFloatingIp(store, id, {
      says: 'takes the fixed ip anew',
      ...(taken === undefined ? {} : { fixedIp: taken }),
    });
  }
  const [first] = floatingIp.ports;
  const address = first === undefined ? '' : addressesOf(store, first)[0]?.[1].address;
  const seen = address === undefined ? [] : [address];
  const isRefused = first !== undefined && address !== undefined && isTaken(store, { id, port: first, address });
  if (isRefused) return answered(store, 'bad request');
  return { store, said: [], says: 'looks up the first reference', then: next(progress, seen) };
}

function createVirtualIp(store: Store, { id, virtualIp }: Of<'create virtual-ip'>): Stepped {
  const isTaken = Object.values(store['virtual-ip']).some(
    ({ name, project }) => name === virtualIp.name && project === virtualIp.project,
  );
  if (isTaken || find(store, 'virtual-ip', id) !== undefined) return answered(store, 'conflict');
  const written = write(store, 'virtual-ip', id, virtualIp);
  return { ...written, says: 'makes the virtual-ip', then: 'done' };
}

// Every write ends what the object cache goes on showing.
function writeFloatingIp(
  store: Store,
  id: Id,
  { says, ...changes }: { readonly says: string } & Partial<Pick<FloatingIp, 'ports' | 'fixedIp'>>,
): Stepped {
  const floatingIp = find(store, 'floating-ip', id);
  if (floatingIp === undefined) return answered(store, 'not found');
  const written = write(store, 'floating-ip', id, { ...floatingIp, ...changes, dead: [] });
  return { ...written, says, then: 'done' };
}
