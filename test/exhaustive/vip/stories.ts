import type { OctaviaVipSettings } from '../../../lib/managers/octavia-vip/settings.js';
import { castOf, readable, type Cast } from '../cast.js';
import { quietScope, worldOf, type Scope } from '../scope.js';
import { describeFinding, search, type Report } from '../search.js';
import type { World } from '../world.js';
import type { ProcessOptions, ProcessState } from './process-state.js';
import { VipMonitor } from './vip-monitor.js';

/** A set of stories, all of which are told. */
export interface Stories {
  readonly title: string;
  readonly scope: Partial<Scope>;
  readonly reads: ProcessOptions['reads'];
  readonly order?: 'VIP port first' | 'VIP port last';
  /** Told with all else that takes long. */
  readonly isLong?: true;
  /** Told on its own, with `TEST_SCOPE=huge`. */
  readonly takesMinutes?: true;
}

const failover = { failover: true, ends: false, follows: false };
const ends = { failover: false, ends: true, follows: true };
const anyAct = ['associate', 'disassociate', 'move'] as const;

/**
 * All orders of what the actors, the server, the bus and the monitors do, one table row each. `maxBehind`: how many messages a monitor may be
 * behind while somebody acts.
 */
export const stories: readonly Stories[] = [
  {
    title: 'two acts of a user, a crash and a write that fails',
    scope: { acts: anyAct, actCount: 2, crashes: 1, failures: 1 },
    reads: 'in turn',
  },
  {
    title: 'two acts of a user, a crash and a write that fails, reads in any order',
    scope: { acts: anyAct, actCount: 2, crashes: 1, failures: 1 },
    reads: 'in any order',
    isLong: true,
  },
  {
    title: 'two acts of a user, a crash and a write that fails, on the native schema',
    scope: { schema: 'native', acts: anyAct, actCount: 2, crashes: 1, failures: 1 },
    reads: 'in turn',
  },
  { title: 'two acts of a user, answers late', scope: { acts: anyAct, actCount: 2 }, reads: 'late' },
  { title: 'a failover', scope: { octavia: failover, maxBehind: 3 }, reads: 'in turn' },
  { title: 'a failover, step by step', scope: { octavia: failover, maxBehind: 2, grain: 'fine' }, reads: 'in turn' },
  {
    title: 'a failover and a write that fails',
    scope: { octavia: failover, maxBehind: 1, failures: 1 },
    reads: 'in turn',
    isLong: true,
  },
  {
    title: 'a failover, reads in any order, messages as late as they like',
    scope: { octavia: failover },
    reads: 'in any order',
    isLong: true,
  },
  ...(['VIP port first', 'VIP port last'] as const).map((order): Stories => {
    return {
      title: `a failover and a disassociation, uuids ${order}`,
      scope: { octavia: failover, acts: ['disassociate'], actCount: 1, maxBehind: 2 },
      reads: 'in turn',
      order,
      isLong: true,
    };
  }),
  {
    title: 'a load balancer after another, with its address',
    scope: { octavia: ends, maxBehind: 1 },
    reads: 'in turn',
  },
  {
    title: 'a load balancer after another, with its address, reads in any order',
    scope: { octavia: ends, maxBehind: 2 },
    reads: 'in any order',
    isLong: true,
  },
  {
    title: 'a failover, and the end of the load balancer at any moment of it',
    scope: { octavia: { failover: true, ends: true, follows: false }, maxBehind: 0 },
    reads: 'in turn',
    takesMinutes: true,
  },
  {
    title: 'a load balancer after another, with its address, and a crash',
    scope: { octavia: ends, maxBehind: 1, crashes: 1 },
    reads: 'in turn',
    isLong: true,
  },
  {
    title: 'a load balancer after another, with its address, and a user who associates his floating ip anew',
    scope: { octavia: ends, maxBehind: 1, acts: ['associate'], actCount: 1 },
    reads: 'in turn',
    isLong: true,
  },
  {
    title: 'a hostile tenant who forges records, two acts of the user, a crash',
    scope: { stranger: true, acts: ['disassociate', 'move'], actCount: 2, crashes: 1 },
    reads: 'in turn',
  },
  {
    title: 'a hostile tenant who forges records, and the end of the load balancer',
    scope: { stranger: true, octavia: { ...ends, follows: false }, maxBehind: 1 },
    reads: 'in turn',
    isLong: true,
  },
  {
    title: 'two monitors, an act of the user',
    scope: { monitors: 2, acts: anyAct, actCount: 1 },
    reads: 'in any order',
  },
  {
    title: 'two monitors, two acts of the user',
    scope: { monitors: 2, acts: anyAct, actCount: 2, maxBehind: 1 },
    reads: 'in turn',
    isLong: true,
  },
  {
    title: 'a failover, a user who moves his floating ip to an amphora',
    scope: { octavia: failover, acts: ['move to an amphora'], actCount: 1, maxBehind: 1 },
    reads: 'in turn',
  },
  {
    title: 'a failover, heard of by the watch',
    scope: { octavia: failover, maxBehind: 1, hears: 'watch' },
    reads: 'in turn',
  },
  {
    title: 'a failover, and a monitor that is slowed down',
    scope: { octavia: failover, maxBehind: 1, slowdowns: 1 },
    reads: 'in turn',
  },
];

// No search of these comes near it: it turns one that never ends into a failure.
const maxStates = 4_000_000;

/** What a search of stories has seen, and what it found as people read it. */
export type Told = Report & { readonly text: string };

/** Tells stories, all of them. */
export function tell(told: Stories): Told {
  const { world, cast } = worldFor(told);
  const report = search(world, { maxStates });
  return { ...report, text: report.findings.map((finding) => readable(describeFinding(finding), cast)).join('\n') };
}

/** What stories are told in, and who is who. */
export function worldFor({ scope, reads, order }: Omit<Stories, 'title'>): {
  readonly world: World<ProcessState>;
  readonly cast: Cast;
} {
  const cast = castOf(order);
  const { hears, slowdowns } = scope;
  const monitor = new VipMonitor({
    settings: settingsFor(scope, cast),
    reads,
    ...(hears === undefined ? {} : { hears }),
    ...(slowdowns === undefined ? {} : { slowdowns }),
  });
  return { cast, world: worldOf(cast, { ...quietScope, grain: 'coarse', ...scope }, monitor) };
}

function settingsFor({ stranger }: Partial<Scope>, { project }: Cast): Partial<OctaviaVipSettings> {
  return stranger === true ? { amphoraProjects: [project] } : {};
}
