import { ProgramActor, UserActor, type Act, type ActorModel, type Grain, type UserState } from './actors.js';
import { addressIdOf, machineOf, type Cast, type LoadBalancerCast } from './cast.js';
import type { MonitorModel } from './monitor.js';
import { amphoraOf, octaviaProgram, vipPortOf, type OctaviaScope } from './octavia.js';
import { isForged, judgeRest, judgeWait, judgeWrite } from './oracle.js';
import type { Hears } from './parts.js';
import { recordKeys } from './record.js';
import { begun, stepOf, type Progress, type Request } from './requests.js';
import { strangerProgram } from './stranger.js';
import { emptyStore, find, put, type Store } from './store.js';
import { World, type Beginning } from './world.js';

/** How much happens in the stories of a search. */
export interface Scope {
  readonly schema: Store['schema'];
  readonly octavia: OctaviaScope;
  /** A hostile tenant is about, in a shared network. */
  readonly stranger: boolean;
  /** What the user chooses from, and how often. */
  readonly acts: readonly (Act['do'] | 'move to an amphora')[];
  readonly actCount: number;
  readonly monitors: number;
  readonly crashes: number;
  readonly failures: number;
  readonly grain: Grain;
  readonly maxBehind?: number;
  /** How often a monitor may be slowed down (`lib/controller/write-governor.ts`). Defaults to never. */
  readonly slowdowns?: number;
  /** By what the monitors hear of changes. Defaults to the bus. */
  readonly hears?: Hears;
}

/** The scope with nothing in it: what happens is added. */
export const quietScope: Scope = {
  schema: 'stock',
  octavia: { failover: false, ends: false, follows: false },
  stranger: false,
  acts: [],
  actCount: 0,
  monitors: 1,
  crashes: 0,
  failures: 0,
  grain: 'fine',
};

/** A user who has associated his floating ip before the story begins. */
class SettledUser extends UserActor {
  public constructor(
    parts: { readonly cast: Cast; readonly acts: readonly Act[]; readonly count: number },
    private readonly association: NonNullable<UserState['association']>,
  ) {
    super(parts.cast.floatingIp, parts.acts, parts.count);
  }

  public override start(): UserState {
    return { ...super.start(), association: this.association };
  }
}

/** The world of a scope, in which the first load balancer runs and the floating ip is associated with it. */
export function worldOf<S>(cast: Cast, scope: Scope, monitor: MonitorModel<S>): World<S> {
  const served = servedStore(cast, scope.schema);
  const network = { project: cast.project, shared: scope.stranger };
  const store = put(served, 'virtual-network', cast.network, network);
  const { first, second } = cast;
  const address = find(store, 'instance-ip', addressIdOf(first.vipPort))?.address ?? '';
  const acts = scope.acts.flatMap((act): readonly Act[] => {
    if (act === 'move') return [{ do: act, port: cast.web }];
    if (act === 'move to an amphora') return first.amphorae.map((port) => ({ do: 'move', port }));
    if (act !== 'associate') return [{ do: act }];
    return [first, ...(scope.octavia.follows ? [second] : [])].map(({ vipPort }) => ({ do: act, port: vipPort }));
  });
  const user = new SettledUser({ cast, acts, count: scope.actCount }, { port: first.vipPort, address });
  const octavia = new ProgramActor('Octavia', octaviaProgram(cast, scope.octavia));
  const stranger = scope.stranger ? [new ProgramActor('stranger', strangerProgram(cast))] : [];
  const actors: readonly ActorModel<unknown>[] = [user, octavia, ...stranger];
  return new World({
    store,
    actors,
    monitor,
    monitors: scope.monitors,
    failures: scope.failures,
    crashes: scope.crashes,
    grain: scope.grain,
    ...(scope.hears === undefined ? {} : { hears: scope.hears }),
    ...(scope.maxBehind === undefined ? {} : { maxBehind: scope.maxBehind }),
    mayBegin: (beginning) => mayBegin(beginning, cast, scope),
    // What a stranger forged is nobody's loss, and may be cleared away sooner or later.
    mayWriteAtRest: (write) => write.do === 'delete virtual-ip' && isForged(write.id),
    judgeWrite: (write) => judgeWrite(cast, write),
    judgeWait: (after, [state]) => judgeWait(cast, after, state as UserState),
    judgeRest: (after, [state]) => judgeRest(cast, after, state as UserState),
  });
}

/** What comes so close together that no message tells what was done is a known limit (docs/architecture.md), and no part of the stories. */
function mayBegin(beginning: Beginning, cast: Cast, { crashes, hears }: Scope): boolean {
  const { actor, waiting } = beginning;
  const isDoubtful = [
    actor === 'user' ? movesToAmphora : deletesWhatItsUserLeft,
    ...(crashes > 0 ? [isUnclearAfterCrash, mayBeCrossedAndForgotten] : []),
  ].some((limit) => limit(beginning, cast));
  if (isDoubtful && !beginning.areMonitorsAtRest()) return false;
  if (actor !== 'user') return true;
  return !waiting.some(
    (progress) => isAboutToStrip(progress, cast) || (hears === 'watch' && isAmphoraGoing(progress, cast)),
  );
}

/** A write of ours to a reference can cross the user's choice of that very port. */
function movesToAmphora({ request }: Beginning, { first, second }: Cast): boolean {
  return request.do === 'associate' && [...first.amphorae, ...second.amphorae].includes(request.port);
}

/**
 * Neutron has looked up the floating ips of a port that it deletes, and not disassociated them yet. What a user does to one in these
 * milliseconds comes before the strip on the bus, and nothing tells whether he freed it, associated it or described it.
 */
function isAboutToStrip({ request, step, seen = [] }: Progress, { floatingIp }: Cast): boolean {
  if (request.do !== 'delete port' || step === 0) return false;
  return seen.includes(floatingIp) && step <= 2 + seen.indexOf(floatingIp);
}

/**
 * A write of ours has crossed what the user did, and is about to be made good. That can cross what he does next, which is made good as well, but by
 * the process that knows of it (docs/architecture.md, known limits).
 */
function mayBeCrossedAndForgotten({ request, store, actors: [user] }: Beginning, { floatingIp }: Cast): boolean {
  const { association } = user as UserState;
  const fixedIp = find(store, 'floating-ip', floatingIp)?.fixedIp;
  return request.do === 'associate' && fixedIp !== (association?.address ?? '');
}

// The watch names no requests: while a port is being deleted that is recorded, it may have stripped what others detach.
function isAmphoraGoing({ request, step }: Progress, { first, second }: Cast): boolean {
  return request.do === 'delete port' && step > 0 && isAmphora(request.id, [first, second]);
}

function isAmphora(port: string, loadBalancers: readonly LoadBalancerCast[]): boolean {
  return loadBalancers.some(({ amphorae }) => amphorae.includes(port));
}

/**
 * The floating ip is free, its record is not taken back yet, and one of the ports of the VIP is gone. A monitor that is killed then cannot know
 * whether a user freed it or the delete stripped it (docs/architecture.md, known limits).
 */
function isUnclearAfterCrash(
  { request, store, actors: [user], waiting }: Beginning,
  { first, second, floatingIp }: Cast,
): boolean {
  const records = Object.values(store['virtual-ip']).filter(
    ({ annotations }) => `${recordKeys.floatingIp}${floatingIp}` in annotations,
  );
  if (records.length === 0) return false;
  if (request.do === 'delete port') {
    // It may be recorded while it is being deleted.
    return isAmphora(request.id, [first, second]) && (user as UserState).association === undefined;
  }
  const recorded = records.flatMap(({ ports, annotations }) => [...ports, ...membersIn(annotations)]);
  const isGone = (port: string): boolean => find(store, 'virtual-machine-interface', port) === undefined;
  const isGoing = ({ request: { do: what, id } }: Progress): boolean =>
    what === 'delete port' && isAmphora(id, [first, second]);
  return request.do === 'disassociate' && (recorded.some(isGone) || waiting.some(isGoing));
}

function membersIn(annotations: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(annotations)
    .filter((key) => key.startsWith(recordKeys.member))
    .map((key) => key.slice(recordKeys.member.length));
}

/**
 * A port of a load balancer is deleted that the floating ip references, though its user has attached that elsewhere, or to this very port of an
 * amphora: a reference of ours has crossed his request, or what he did is not read yet.
 */
function deletesWhatItsUserLeft(
  { request, store, actors: [user] }: Beginning,
  { first, second, floatingIp }: Cast,
): boolean {
  if (request.do !== 'delete port' || find(store, 'floating-ip', floatingIp)?.ports.includes(request.id) !== true)
    return false;
  const { association } = user as UserState;
  const of = [first, second].find(({ vipPort, amphorae }) => [vipPort, ...amphorae].includes(request.id));
  return of !== undefined && association !== undefined && association.port !== of.vipPort;
}

/** The first load balancer with its amphora bound, and the floating ip associated as Neutron does it. */
export function servedStore(cast: Cast, schema: Store['schema']): Store {
  const { project, network, first, floatingIp, bystander, web } = cast;
  const free = { project, ports: [], dead: [], fixedIp: '', flag: false };
  let store = put(emptyStore(schema), 'virtual-network', network, { project, shared: false });
  store = put(store, 'floating-ip', floatingIp, free);
  store = put(store, 'floating-ip', bystander, free);
  const amphora = first.amphorae[0] ?? '';
  const requests: readonly ((at: Store) => Request | undefined)[] = [
    () => vipPortOf(cast, first),
    (at) => amphoraOf(at, { cast, of: first, id: amphora }),
    () => ({ do: 'bind port', id: amphora, machine: machineOf(amphora) }),
    () => webPortOf(cast),
    // Its fixed ip happens to be the VIP: nobody but its port tells whose it is.
    (at) => ({ do: 'associate', id: bystander, port: web, address: addressIn(at, first.vipPort) }),
    (at) => ({ do: 'associate', id: floatingIp, port: first.vipPort, address: addressIn(at, first.vipPort) }),
  ];
  for (const request of requests) {
    const made = request(store);
    if (made !== undefined) store = carriedThrough(store, made);
  }
  return store;
}

/** The request that makes the port of an instance. */
export function webPortOf({ project, network, web }: Cast): Request {
  return {
    do: 'create port',
    id: web,
    addressId: addressIdOf(web),
    name: 'web',
    project,
    network,
    owner: 'compute:nova',
    machine: machineOf(web),
    pairs: [],
  };
}

function addressIn(store: Store, port: string): string {
  return find(store, 'instance-ip', addressIdOf(port))?.address ?? '';
}

function carriedThrough(store: Store, request: Request): Store {
  let progress: Progress | undefined = begun(request);
  let after = store;
  while (progress !== undefined) {
    const stepped = stepOf(after, progress);
    after = stepped.store;
    progress = typeof stepped.then === 'string' ? undefined : stepped.then;
  }
  return after;
}
