import { expect } from 'chai';
import { agentObjects, agentReport } from '../../../fixtures/index.js';
import { ManualOwnership } from '../../support/manual-ownership.js';
import { PassingLead, type Passing } from '../../support/passing-lead.js';
import { isWhole } from '../../support/scope.js';
import { ServiceTown, serviceKinds } from './support/service-town.js';

/** Each so many-th write only: a story is played for each of them, and each way of passing on. */
const stride = isWhole ? 3 : 23;

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
    const lead = new PassingLead(town.stage.cloud, { leader, standby, ownerships, how });
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
