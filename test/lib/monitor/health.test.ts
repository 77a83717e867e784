import { expect } from 'chai';
import fc from 'fast-check';
import {
  allProblemTypes,
  awaitedBy,
  HealthKeeper,
  healthOf,
  ManualClock,
  problemTypes,
  type HealthInput,
  type Problem,
} from '../../../lib/index.js';
import { KeptLog } from '../../support/kept.js';

const problem = (type: string): Problem => ({ type, message: `${type} it is`, since: 1 });
const well: HealthInput = { awaited: [], problems: [] };

describe('healthOf', () => {
  it('should be ready when nothing is awaited and nothing is amiss', () => {
    expect(healthOf(well, problemTypes)).to.deep.equal({ ready: true, reasons: [] });
  });

  it('should tell of a standby that it is one, ready as it is', () => {
    expect(healthOf({ ...well, role: 'standby' }, problemTypes)).to.deep.equal({
      ready: true,
      reasons: [],
      role: 'standby',
    });
  });

  it('should not be ready exactly if something is awaited or a problem stands whose type says so, with each reason once', () => {
    const types = Object.keys(allProblemTypes);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 3 }),
        fc.array(fc.constantFrom(...types), { maxLength: 6 }),
        (awaited, present) => {
          const { ready, reasons } = healthOf({ awaited, problems: present.map(problem) }, allProblemTypes);
          const blocking = new Set(present.filter((type) => allProblemTypes[type]?.unready === true));
          expect(reasons).to.have.length(awaited.length + blocking.size);
          expect(ready).to.equal(awaited.length === 0 && blocking.size === 0);
        },
      ),
    );
  });
});

describe('awaitedBy', () => {
  const source = { name: 'amqp', connected: true };

  it('should be nothing for a monitor that runs and hears', () => {
    expect(awaitedBy({ state: 'running', source })).to.deep.equal([]);
  });

  it('should be the full read, with why it failed, and the stream, with why it is not connected', () => {
    const lost = { name: 'amqp', connected: false, lastError: 'broker away' };
    expect(awaitedBy({ state: 'starting', readError: 'connection refused', source: lost })).to.deep.equal([
      'the monitor is starting and has not read everything yet: connection refused',
      'the change stream amqp is not connected: broker away',
    ]);
  });

  it('should leave out what a problem tells', () => {
    const lost = { name: 'amqp', connected: false, lastError: 'broker away' };
    expect(awaitedBy({ state: 'running', source: lost, isStreamLost: true })).to.deep.equal([]);
  });

  it('should be the shares, where they are shared', () => {
    expect(awaitedBy({ state: 'running', source, isJoined: false })).to.have.length(1);
  });
});

describe('HealthKeeper', () => {
  let clock: ManualClock;
  let logger: KeptLog;
  let keeper: HealthKeeper;

  beforeEach(() => {
    clock = new ManualClock();
    logger = new KeptLog();
    keeper = new HealthKeeper({ name: 'monitor', clock, logger });
  });

  const lost: HealthInput = { awaited: [], problems: [problem('stream-unreachable')] };

  it('should say once when it is ready and once when it is not any more, however often it looks', () => {
    const begin = clock.now();
    expect(keeper.look(lost).since).to.equal(begin);
    clock.step(1_000);
    for (let looks = 0; looks < 3; looks++) expect(keeper.look(well).since).to.equal(begin + 1_000);
    clock.step(2_000);
    for (let looks = 0; looks < 3; looks++) expect(keeper.look(lost).since).to.equal(begin + 3_000);

    expect(logger.lines.map(({ message, fields }) => [message, fields['afterMs']])).to.deep.equal([
      ['ready', 1_000],
      ['not ready any more', 2_000],
    ]);
  });

  it('should tell without a look what the last one has found', () => {
    expect(keeper.isReady).to.equal(false);
    keeper.look(well);
    expect(keeper.isReady).to.equal(true);
    keeper.look(lost);
    expect(keeper.isReady).to.equal(false);
  });
});
