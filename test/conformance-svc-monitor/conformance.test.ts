import { expect } from 'chai';
import { AnalyticsServer, EmbeddedCloud, type VrouterLook } from '../../fixtures/index.js';
import { ManualClock, managers } from '../../lib/index.js';
import {
  described,
  differencesMeanwhile,
  differencesOfRelaxed,
  played,
  refusedOnlyOf,
  takenOver,
  type Difference,
  type Played,
  type TakenOver,
} from './compared.js';
import {
  changesAtTakeOver,
  isMeant,
  meantDifferences,
  moreWrites,
  notConcerned,
  type MeantDifference,
} from './differences.js';
import { MonitorInPlace } from './monitor-in-place.js';
import { numberOf, recordings } from './recordings.js';
import { ReplayedOriginal } from './replayed-original.js';

/** Where no introspect listens. */
const closedPort = 1;

/** Tells what no row of a table means, and remembers which rows did. */
class Table {
  private readonly used = new Set<MeantDifference>();

  public constructor(private readonly rows: readonly MeantDifference[]) {}

  public unmeant(recording: number, differences: readonly Difference[]): readonly string[] {
    const left = differences.filter((difference) => {
      const rows = this.rows.filter((row) => isMeant(row, recording, difference));
      for (const row of rows) this.used.add(row);
      return rows.length === 0;
    });
    return left.map(described);
  }

  public get idle(): readonly MeantDifference[] {
    return this.rows.filter((row) => !this.used.has(row) || row.reason === '');
  }
}

describe('recordings of the original svc-monitor, with ours in its place', () => {
  let cloud: EmbeddedCloud;
  let analytics: AnalyticsServer;

  before(async () => {
    analytics = await new AnalyticsServer().start();
  });

  after(() => analytics.stop());

  const look = (states: ReadonlyMap<string, VrouterLook>): void => {
    for (const [name, state] of states) {
      if (state === 'up') analytics.up(name);
      else if (state === 'down') analytics.down(name);
      else analytics.forget(name);
    }
  };

  const newCloud = async (): Promise<void> => {
    cloud = await new EmbeddedCloud({ clock: new ManualClock(), settle: { timeoutMs: 20_000 } }).start();
  };
  const ours = (): MonitorInPlace =>
    new MonitorInPlace(
      cloud,
      { managers, settings: { analyticsServers: [analytics.url], introspectPort: closedPort } },
      look,
    );

  const isConcerned = (number: number): boolean => !notConcerned.some(({ from, to }) => number >= from && number <= to);
  const concerned = recordings.filter((recording) => isConcerned(numberOf(recording)));
  const table = new Table(meantDifferences);
  const fewest = new Map<number, number>();

  for (const recording of concerned) {
    const number = numberOf(recording);
    describe(`when ${recording.name} is played`, () => {
      let result: Played;
      let original: Played;

      before(async () => {
        await newCloud();
        original = await played(
          recording,
          recordings,
          cloud.server,
          () => new ReplayedOriginal(recording, cloud.server),
        );
        await cloud.stop();
        await newCloud();
        result = await played(recording, recordings, cloud.server, ours);
        fewest.set(number, result.writesOfOriginal);
      });

      after(() => cloud.stop());

      it('should come to the recorded end, but for the differences that are meant', () => {
        expect(table.unmeant(number, result.differences)).to.deep.equal([]);
      });

      it('should come to where the original did at each step, but for the differences that are meant', () => {
        expect(table.unmeant(number, differencesMeanwhile(original, result))).to.deep.equal([]);
      });

      it('should relax the references that the original relaxes, and no others, but for those that are meant', () => {
        expect(table.unmeant(number, differencesOfRelaxed(original, result))).to.deep.equal([]);
      });

      it('should make nothing that the agents of vRouters refuse, after any step', () => {
        expect(refusedOnlyOf(result, original)).to.deep.equal([]);
      });

      it('should write no more than the original did', () => {
        const most = moreWrites.find((row) => row.recording === number)?.most ?? result.writesOfOriginal;
        expect(result.writes.length, result.writes.join('\n')).to.be.at.most(most);
      });

      it('should write nothing when it looks at everything again', () => {
        expect(result.writesAgain).to.deep.equal([]);
      });
    });
  }

  const tableOfTakeOvers = new Table(changesAtTakeOver);

  for (const recording of recordings) {
    describe(`when it takes over what the original left after ${recording.name}`, () => {
      let result: TakenOver;

      before(async () => {
        await newCloud();
        const first = (): ReplayedOriginal => new ReplayedOriginal(recording, cloud.server);
        result = await takenOver(recording, recordings, cloud.server, { first, second: ours });
      });

      after(() => cloud.stop());

      it('should change nothing but what is meant, and write nothing where there is nothing to change', () => {
        expect(tableOfTakeOvers.unmeant(numberOf(recording), result.differences)).to.deep.equal([]);
        if (result.differences.length === 0) expect(result.writes).to.deep.equal([]);
      });

      it('should leave nothing behind that the agents of vRouters refuse, and did not before', () => {
        expect(result.refused).to.deep.equal([]);
      });
    });
  }

  describe('when all have been played', () => {
    it('should leave no row behind that is not used, or gives no reason', () => {
      if (fewest.size < concerned.length) return;
      expect([...table.idle, ...tableOfTakeOvers.idle]).to.deep.equal([]);
      expect(moreWrites.filter(({ recording, most }) => most <= (fewest.get(recording) ?? Infinity))).to.deep.equal([]);
    });

    it('should leave no reason behind for recordings that are gone', () => {
      const numbers = recordings.map(numberOf);
      const gone = notConcerned.filter(({ from, to }) => !numbers.some((number) => number >= from && number <= to));
      expect(gone).to.deep.equal([]);
    });
  });
});
