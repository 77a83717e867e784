import type { Line, Program } from './actors.js';
import { addressIdOf, machineOf, type Cast, type LoadBalancerCast } from './cast.js';
import type { Request } from './requests.js';
import { addressesOf, find, type Id, type Store } from './store.js';

/** What Octavia does in a play. */
export interface OctaviaScope {
  readonly failover: boolean;
  /** It deletes the first load balancer. */
  readonly ends: boolean;
  /** It makes the second one after that. */
  readonly follows: boolean;
}

/**
 * Octavia, with Nova's part of it (docs/opensdn.md, 2): one amphora each. In a failover the new port may be given up again, and the old one
 * is deleted while it is bound or after it was unbound. It may stop anywhere.
 */
export function octaviaProgram(cast: Cast, scope: OctaviaScope): Program {
  const { first, second } = cast;
  const [old = '', fresh = ''] = first.amphorae;
  const program: Record<string, Line> = {};
  const add = (name: string, request: Request | ((store: Store) => Request | undefined), ...then: string[]): string => {
    program[name] = { request: typeof request === 'function' ? request : () => request, then };
    return name;
  };
  const end: string[] = [];
  if (scope.ends) {
    const following = scope.follows ? [addCreation(add, cast, second)] : [];
    const vipPort = add('delete VIP port A', deleteOf(first.vipPort), ...following);
    const endings = (amphorae: readonly Id[]): string =>
      amphorae.reduceRight((then, amphora) => addEnding(add, { then, amphora, cast }), vipPort);
    end.push(endings([old]));
    if (scope.failover) end.push(endings([fresh]));
  }
  const [oldsEnd = [], freshsEnd = []] = end.map((name) => [name]);
  add('start', () => undefined, ...oldsEnd);
  if (!scope.failover) return program;
  const over = add('delete amphora A1', deleteOf(old), ...freshsEnd);
  const unbound = add('unbind amphora A1', { do: 'unbind port', id: old }, over);
  const bound = add('bind amphora A2', bindOf(fresh), unbound, 'delete amphora A1 while it is bound');
  add('delete amphora A1 while it is bound', deleteOf(old), ...freshsEnd);
  const reverted = add('give up amphora A2', deleteOf(fresh), ...oldsEnd);
  const made = add('make amphora A2', (store) => amphoraOf(store, { cast, of: first, id: fresh }), bound, reverted);
  add('start', () => undefined, made, ...oldsEnd);
  return program;
}

type Add = (name: string, request: Request | ((store: Store) => Request | undefined), ...then: string[]) => string;

function nameOf(id: Id, { names }: Cast): string {
  return names.get(id) ?? id;
}

function deleteOf(id: Id): Request {
  return { do: 'delete port', id };
}

function bindOf(id: Id): Request {
  return { do: 'bind port', id, machine: machineOf(id) };
}

/** The request that makes a VIP port of Octavia's. */
export function vipPortOf({ project, network }: Cast, { loadBalancer, vipPort }: LoadBalancerCast): Request {
  return {
    do: 'create port',
    id: vipPort,
    addressId: addressIdOf(vipPort),
    name: `octavia-lb-${loadBalancer}`,
    project,
    network,
    owner: 'Octavia',
    machine: `lb-${loadBalancer}`,
    pairs: [],
  };
}

function pairsOf(store: Store, vipPort: Id): readonly string[] {
  return addressesOf(store, vipPort).map(([, { address }]) => address);
}

/** The request that makes an amphora's port; undefined where there is no VIP port any more. */
export function amphoraOf(
  store: Store,
  { cast, of, id }: { readonly cast: Cast; readonly of: LoadBalancerCast; readonly id: Id },
): Request | undefined {
  const pairs = pairsOf(store, of.vipPort);
  if (pairs.length === 0) return undefined;
  return {
    do: 'create port',
    id,
    addressId: addressIdOf(id),
    name: `octavia-lb-vrrp-${id}`,
    project: cast.project,
    network: cast.network,
    owner: 'Octavia',
    machine: '',
    pairs,
  };
}

// Unbound, cleared of its pairs, deleted; the first of the line's names is returned (recording 19).
function addEnding(
  add: Add,
  { then, amphora, cast }: { readonly then: string; readonly amphora: Id; readonly cast: Cast },
): string {
  const name = nameOf(amphora, cast);
  const deleted = add(`end: delete ${name}`, deleteOf(amphora), then);
  const cleared = add(`end: clear pairs of ${name}`, { do: 'set pairs', id: amphora, pairs: [] }, deleted);
  return add(
    `end: unbind ${name}`,
    (store) => (find(store, 'virtual-machine-interface', amphora) ? { do: 'unbind port', id: amphora } : undefined),
    cleared,
  );
}

// As for a failover the pairs come first: an amphora counts from then on, not from its bind.
function addCreation(add: Add, cast: Cast, of: LoadBalancerCast): string {
  const [amphora = ''] = of.amphorae;
  const bound = add('bind amphora B1', bindOf(amphora));
  const made = add('make amphora B1', (store) => amphoraOf(store, { cast, of, id: amphora }), bound);
  return add('make VIP port B', vipPortOf(cast, of), made);
}
