import { expect } from 'chai';
import type { OctaviaVipSettings } from '../../../lib/managers/octavia-vip/settings.js';
import { isWhole } from '../../support/scope.js';
import { castOf, readable, type Cast } from '../cast.js';
import { quietScope, worldOf, type Scope } from '../scope.js';
import { describeFinding, search } from '../search.js';
import type { ProcessOptions } from './process-state.js';
import { VipMonitor } from './vip-monitor.js';

/** A set of stories, all of which are told. */
interface Stories {
  readonly title: string;
  readonly scope: Partial<Scope>;
  readonly reads: ProcessOptions['reads'];
  readonly order?: 'VIP port first' | 'VIP port last';
  /** Told with all else that takes long. */
  readonly isLong?: true;
}

const failover = { failover: true, ends: false, follows: false };
const ends = { failover: false, ends: true, follows: true };
const anyAct = ['associate', 'disassociate', 'move'] as const;

/**
 * All orders of what the actors, the server, the bus and the monitors do, one table row each. `maxBehind`: how many messages a monitor may be
 * behind while somebody acts.
 */
const stories: readonly Stories[] = [
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
];

// No search of these comes near it: it turns one that never ends into a failure.
const maxStates = 4_000_000;

function settingsFor({ stranger }: Partial<Scope>, { project }: Cast): Partial<OctaviaVipSettings> {
  return stranger === true ? { amphoraProjects: [project] } : {};
}

describe('the monitor, in all stories of a small scope', function () {
  // As long as it takes.
  this.timeout(0);

  for (const { title, scope, reads, order, isLong = false } of stories.filter(
    (one) => isWhole || one.isLong !== true,
  )) {
    describe(`when there is ${title}`, () => {
      it(`should come to rest from every state, as the actors left it, and write nothing more${isLong ? ', at length' : ''}`, () => {
        const cast = castOf(order);
        const monitor = new VipMonitor({ settings: settingsFor(scope, cast), reads });
        const world = worldOf(cast, { ...quietScope, grain: 'coarse', ...scope }, monitor);
        const { findings, complete } = search(world, { maxStates });
        expect(findings.map((finding) => readable(describeFinding(finding), cast)).join('\n')).to.equal('');
        expect(complete).to.equal(true);
      });
    });
  }
});
