import { expect } from 'chai';
import { agentObjects, agentReport, type EmbeddedMonitor } from '../../../fixtures/index.js';
import { ManualOwnership } from '../../support/manual-ownership.js';
import { isWhole } from '../../support/scope.js';
import { ServiceTown, serviceKinds } from './support/service-town.js';

/** Each so many-th write only: a story is played for each of them, and each way of passing on. */
const stride = isWhole ? 3 : 23;

/** How the lead passes on. */
type Passing =
  /** The leader dies: its write has no effect. */
  | 'killed before'
  /** The leader dies: its write was carried out, and it never heard so. */
  | 'killed after'
  /** It loses the lead and lives on: what it has sent before goes on. */
  | 'demoted';

interface Told {
  /** How many objects of each kind there were when all was made. */
  readonly made: Readonly<Record<string, number>>;
  /** What the agents of vRouters did not use of it, and what is on no vRouter. */
  readonly unused: readonly string[];
  /** How many namespaces they would run. */
  readonly namespaces: number;
  /** How many objects of each kind there were when all had been taken away. */
  readonly left: Readonly<Record<string, number>>;
  /** Objects that both have made, made and thrown away ones among them. */
  readonly creates: number;
  /** What looking at everything again writes, when all was made and at the end. */
  readonly again: number;
  /** Writes that were sent until the end. */
  readonly writes: number;
  readonly hasPassedOn: boolean;
}

/**
 * One leads and one stands by, while somebody makes a router with a gateway, a service instance and one with a port tuple, and deletes them.
 *
 * @param at with which write the lead passes on, from 1; absent: never
 */
async function tell(how?: { readonly at: number; readonly passing: Passing }): Promise<Told> {
  const town = await ServiceTown.open();
  const ownerships = [new ManualOwnership(true), new ManualOwnership()] as const;
  try {
    const before = countsOf(town);
    const leader = await town.start({ userAgent: 'monitor-1', ownership: ownerships[0] });
    const standby = await town.start({ userAgent: 'monitor-2', ownership: ownerships[1] });
    const lead = new Lead(town, { leader, standby, ownerships, how });
    const started = countsOf(town);
    const router = await town.settle('a');
    await lead.settled();
    const made = differenceOf(countsOf(town), before);
    const { refusals, unplaced, namespaces } = agentReport(agentObjects(town.server));
    let again = await lead.again();
    await town.stage.deleteRouter(router);
    for (const name of ['ns-a', 'chain-a']) await town.deleteInstance(name);
    await lead.settled();
    const left = differenceOf(countsOf(town), started);
    again += await lead.again();
    return {
      made,
      unused: [...refusals.map(({ reason, object }) => `${reason}: ${object}`), ...unplaced],
      namespaces: namespaces.length,
      left,
      creates: lead.creates,
      again,
      writes: lead.writes,
      hasPassedOn: lead.hasPassedOn,
    };
  } finally {
    await town.close();
  }
}

interface Members {
  readonly leader: EmbeddedMonitor;
  readonly standby: EmbeddedMonitor;
  readonly ownerships: readonly [ManualOwnership, ManualOwnership];
  readonly how: { readonly at: number; readonly passing: Passing } | undefined;
}

class Lead {
  public writes = 0;
  public creates = 0;
  public hasPassedOn = false;
  private isDead = false;
  private readonly death = new AbortController();

  public constructor(
    private readonly town: ServiceTown,
    private readonly members: Members,
  ) {
    const { leader, standby, how } = members;
    town.server.use(async (request, next) => {
      const isOfLeader = request.userAgent === leader.userAgent;
      if (!isOfLeader && request.userAgent !== standby.userAgent) return next();
      if (isOfLeader && this.isDead) return nobodyThere;
      if (!['POST', 'PUT', 'DELETE'].includes(request.method) || request.path === '/list-bulk-collection')
        return next();
      this.writes += 1;
      const isNow = this.writes === how?.at;
      if (isNow && how.passing !== 'demoted') {
        this.isDead = true;
        this.death.abort();
      }
      if (isNow && how.passing === 'killed before') return nobodyThere;
      if (isNow && how.passing === 'demoted') this.pass();
      const answer = await next();
      if (request.method === 'POST' && request.path !== '/ref-update' && answer.status === 200) this.creates += 1;
      return isNow && how.passing === 'killed after' ? nobodyThere : answer;
    });
  }

  /** Resolves when all is done, by whoever leads then. */
  public async settled(): Promise<void> {
    const { cloud } = this.town.stage;
    if (this.hasPassedOn) return cloud.settled();
    try {
      await cloud.settled({}, this.death.signal);
    } catch (error) {
      if (!this.isDead) throw error;
    }
    if (!this.isDead) return;
    await cloud.during(cloud.stopMonitor(this.members.leader));
    this.pass();
    return cloud.settled();
  }

  /** How many writes it takes whoever leads to look at everything again. */
  public async again(): Promise<number> {
    const before = this.writes;
    await (this.hasPassedOn ? this.members.standby : this.members.leader).resync();
    return this.writes - before;
  }

  private pass(): void {
    const [first, second] = this.members.ownerships;
    this.hasPassedOn = true;
    first.give(false);
    second.give(true);
  }
}

const nobodyThere = { status: 0, body: '', transport: { kind: 'reset' } } as const;

function countsOf(town: ServiceTown): Readonly<Record<string, number>> {
  return Object.fromEntries(serviceKinds.map((kind) => [kind, town.server.list(kind).length]));
}

function differenceOf(
  now: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(now).map(([kind, count]) => [kind, count - (before[kind] ?? 0)]));
}

describe('two monitors, of which the second takes over in the middle of making services, and of taking them away', function () {
  // As many stories as there are moments; none of them waits for ever.
  this.timeout(0);
  let undisturbed: Told;

  before(async () => {
    undisturbed = await tell();
    expect(undisturbed.again).to.equal(0);
    expect(undisturbed.unused).to.deep.equal([]);
    expect(undisturbed.made).to.deep.include({ 'virtual-machine': 4, 'route-table': 1 });
    expect(undisturbed.writes).to.be.greaterThan(40);
  });

  for (const passing of ['killed before', 'killed after', 'demoted'] as const) {
    describe(`when the leader is ${passing} a write`.replace('demoted a', 'demoted at a'), () => {
      it('should come to the same end, with nothing made twice', async () => {
        for (let at = 1; at <= undisturbed.writes; at += stride) {
          const { writes, ...told } = await tell({ at, passing });
          const { writes: fewest, ...expected } = { ...undisturbed, hasPassedOn: true };
          const moment = `write ${at} of ${fewest}, ${writes} with the second one's`;
          expect(told, moment).to.deep.equal(expected);
        }
      });
    });
  }
});
