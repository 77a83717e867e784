import { recordKeys } from './record.js';
import type { MonitorModel, MonitorStep, Read, Snapshot } from './monitor.js';
import { carryOut, type OwnWrite } from './own-writes.js';
import {
  addressesOf,
  emptyStore,
  find,
  shownPorts,
  type Id,
  type Kind,
  type Notification,
  type Objects,
  type Store,
} from './store.js';

const kinds = ['virtual-machine-interface', 'instance-ip', 'floating-ip', 'virtual-ip'] as const;

/** What a {@link NaiveMonitor} knows. */
export interface NaiveState {
  /** What it has read; kept in the form of a store. */
  readonly cache: Store;
  readonly toRead: readonly { readonly kind: Kind; readonly id?: Id }[];
  /** Something has changed since it planned. */
  readonly isDirty: boolean;
  readonly plan: readonly OwnWrite[];
}

/**
 * The simplest monitor that keeps associations: what a virtual-ip records is restored, whatever has taken it away. It shows that the search
 * finds what is wrong with that.
 */
export class NaiveMonitor implements MonitorModel<NaiveState> {
  public start(): NaiveState {
    return { cache: emptyStore(), toRead: kinds.map((kind) => ({ kind })), isDirty: false, plan: [] };
  }

  public listensTo({ kind }: Notification): boolean {
    return kind !== 'virtual-machine' && kind !== 'virtual-network';
  }

  public mayHear(): boolean {
    return true;
  }

  public hear(state: NaiveState, { operation, kind, id, by, object }: Notification): NaiveState {
    if (kind === 'virtual-machine' || by === 'self') return state;
    if (operation === 'CREATE' && object !== undefined && state.toRead.length === 0) {
      return { ...state, cache: { ...state.cache, [kind]: { ...state.cache[kind], [id]: object } }, isDirty: true };
    }
    if (operation === 'DELETE') return { ...state, cache: forget(state.cache, kind, id), isDirty: true };
    const isWaiting = state.toRead.some((one) => one.kind === kind && (one.id ?? id) === id);
    return isWaiting ? state : { ...state, toRead: sorted([...state.toRead, { kind, id }]) };
  }

  public steps(state: NaiveState): readonly MonitorStep<NaiveState>[] {
    const reads = state.toRead.map((wanted): MonitorStep<NaiveState> => {
      const { kind, id } = wanted;
      const read: Read = id === undefined ? { all: kind } : { one: kind, id };
      const toRead = state.toRead.filter((other) => other !== wanted);
      return {
        do: 'read',
        read,
        next: (shown) => ({ ...state, cache: take(state.cache, read, shown), toRead, isDirty: true }),
      };
    });
    if (state.toRead.some(({ id }) => id === undefined)) return reads;
    const [write, ...plan] = state.plan;
    if (write !== undefined) {
      // The rest of what a new virtual-ip needs is planned when it is there.
      const next = { ...state, plan, isDirty: state.isDirty || write.do === 'create virtual-ip' };
      const again = { ...state, plan: [], isDirty: true };
      const answered: MonitorStep<NaiveState> = {
        do: 'write',
        write,
        requestId: 'own',
        // What it has written it knows, and needs not read.
        next: ({ is }) => (is === 'done' ? { ...next, cache: carryOut(state.cache, write).store } : again),
        failed: () => again,
      };
      return [...reads, answered];
    }
    if (!state.isDirty) return reads;
    return [...reads, { do: 'think', says: 'plans', next: { ...state, isDirty: false, plan: planOf(state.cache) } }];
  }
}

function sorted(reads: NaiveState['toRead']): NaiveState['toRead'] {
  const text = ({ kind, id = '' }: NaiveState['toRead'][number]): string => `${kind} ${id}`;
  return reads.toSorted((one, other) => (text(one) < text(other) ? -1 : 1));
}

function forget(cache: Store, kind: Kind, id: Id): Store {
  const others = { ...(cache[kind] as Readonly<Record<Id, Objects[Kind]>>) };
  Reflect.deleteProperty(others, id);
  return { ...cache, [kind]: others };
}

function take(cache: Store, read: Read, shown: Snapshot): Store {
  if (read.one === undefined) return { ...cache, [read.all]: shown };
  const others = forget(cache, read.one, read.id);
  return { ...others, [read.one]: { ...others[read.one], ...shown } };
}

function planOf(cache: Store): readonly OwnWrite[] {
  return [...Object.entries(cache['virtual-machine-interface'])]
    .filter(([, { machine }]) => machine.startsWith('lb-'))
    .flatMap(([vipPort]) => planVip(cache, vipPort))
    .concat(Object.keys(cache['virtual-ip']).flatMap((id) => planEnd(cache, id)));
}

function planVip(cache: Store, vipPort: Id): readonly OwnWrite[] {
  const address = addressesOf(cache, vipPort)[0]?.[1].address;
  const port = find(cache, 'virtual-machine-interface', vipPort);
  if (address === undefined || port === undefined) return [];
  const members = Object.entries(cache['virtual-machine-interface'])
    .filter(([id, { pairs, owner }]) => pairs.includes(address) && owner !== '' && addressesOf(cache, id).length > 0)
    .map(([id]) => id);
  const [ours] =
    Object.entries(cache['virtual-ip']).find(([, o]) => o.annotations[recordKeys.vipPort] === vipPort) ?? [];
  const recorded = ours === undefined ? undefined : find(cache, 'virtual-ip', ours);
  const keyOf = (floatingIp: Id): string => `${recordKeys.floatingIp}${floatingIp}`;
  const associated = Object.entries(cache['floating-ip'])
    .filter(
      ([id, { ports, fixedIp }]) =>
        (ports.includes(vipPort) && fixedIp === address) || keyOf(id) in (recorded?.annotations ?? {}),
    )
    .map(([id]) => id);
  const wanted = new Set([...members.map((id) => `${recordKeys.member}${id}`), ...associated.map(keyOf)]);
  const references = [vipPort, ...members];
  const bind = associated.flatMap((id) => planFloatingIp(cache, { id, address, references }));
  if (ours === undefined || recorded === undefined) {
    const annotations = {
      [recordKeys.vipPort]: vipPort,
      ...Object.fromEntries([...wanted].map((key) => [key, address])),
    };
    const { name, project } = port;
    return members.length === 0 ? [] : [{ do: 'create virtual-ip', name, project, address, annotations }, ...bind];
  }
  const missing = [...wanted].filter((key) => !(key in recorded.annotations));
  const surplus = Object.keys(recorded.annotations).filter((key) => key !== recordKeys.vipPort && !wanted.has(key));
  const entries: readonly OwnWrite[] =
    missing.length + surplus.length === 0
      ? []
      : [
          {
            do: 'set entries',
            id: ours,
            set: Object.fromEntries(missing.map((key) => [key, address])),
            remove: surplus,
          },
        ];
  return [
    ...entries,
    ...bind,
    ...planReferences('virtual-ip', { id: ours, found: shownPorts(recorded), wanted: references }),
  ];
}

function planFloatingIp(
  cache: Store,
  { id, address, references }: { readonly id: Id; readonly address: string; readonly references: readonly Id[] },
): readonly OwnWrite[] {
  const floatingIp = find(cache, 'floating-ip', id);
  if (floatingIp === undefined) return [];
  const isSet = floatingIp.fixedIp === address && floatingIp.flag;
  const set: readonly OwnWrite[] = isSet ? [] : [{ do: 'set floating-ip', id, fixedIp: address, flag: true }];
  return [...set, ...planReferences('floating-ip', { id, found: shownPorts(floatingIp), wanted: references })];
}

function planReferences(
  kind: 'floating-ip' | 'virtual-ip',
  { id, found, wanted }: { readonly id: Id; readonly found: readonly Id[]; readonly wanted: readonly Id[] },
): readonly OwnWrite[] {
  const write = (what: 'add reference' | 'delete reference', port: Id): OwnWrite => ({
    do: what,
    kind,
    id,
    to: { kind: 'virtual-machine-interface', id: port },
    relaxed: true,
  });
  return [
    ...wanted.filter((port) => !found.includes(port)).map((port) => write('add reference', port)),
    ...found.filter((port) => !wanted.includes(port)).map((port) => write('delete reference', port)),
  ];
}

// Of a VIP port that is gone: floating ips are cleared, then the record.
function planEnd(cache: Store, id: Id): readonly OwnWrite[] {
  const { annotations = {} } = find(cache, 'virtual-ip', id) ?? {};
  if (
    annotations[recordKeys.vipPort] === undefined ||
    find(cache, 'virtual-machine-interface', annotations[recordKeys.vipPort] ?? '')
  )
    return [];
  const floatingIps = Object.keys(annotations)
    .filter((key) => key.startsWith(recordKeys.floatingIp))
    .map((key) => key.slice(recordKeys.floatingIp.length));
  const clear = floatingIps.flatMap((floatingIp): readonly OwnWrite[] => {
    const found = find(cache, 'floating-ip', floatingIp);
    if (found === undefined) return [];
    const references = planReferences('floating-ip', { id: floatingIp, found: shownPorts(found), wanted: [] });
    return found.flag || found.fixedIp !== ''
      ? [...references, { do: 'set floating-ip', id: floatingIp, fixedIp: '', flag: false }]
      : references;
  });
  return [...clear, { do: 'delete virtual-ip', id }];
}
