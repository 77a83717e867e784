import { expect } from 'chai';
import { ManualClock } from '../../../../lib/base/clock/index.js';
import { SvcMonitorError } from '../../../../lib/base/errors/index.js';
import { keepConnected, type Attempt, type Loss } from '../../../../lib/base/reconnect/index.js';

/** Lets everything run that is due without time passing. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

const failure = (reason: string): SvcMonitorError<'source-failed'> => new SvcMonitorError('source-failed', reason);

/** An attempt that is under way, to be ended by the test. */
interface UnderWay extends Attempt<string> {
  readonly lose: (loss: Loss) => void;
  readonly fail: (error: unknown) => void;
}

describe('keepConnected', () => {
  let clock: ManualClock;
  let controller: AbortController;
  let attempts: UnderWay[];
  let reported: string[];
  let over: boolean;

  const start = (...servers: string[]): void => {
    const loop = keepConnected(
      {
        clock,
        servers,
        retryLowMs: 100,
        retryHighMs: 1_000,
        attempt: (attempt) =>
          new Promise((resolve, reject) => {
            attempts.push({ ...attempt, lose: resolve, fail: reject });
          }),
        onLost: ({ message }, isNews) => reported.push(isNews ? message : `${message}, again`),
      },
      controller.signal,
    );
    void loop.then(() => {
      over = true;
    });
  };

  const current = (): UnderWay => {
    const last = attempts.at(-1);
    if (last === undefined) throw new Error('no attempt was made');
    return last;
  };

  /** Ends the attempt that is under way. */
  const lose = async (reason: string, unhurried?: boolean): Promise<void> => {
    current().lose({ error: failure(reason), ...(unhurried === undefined ? {} : { unhurried }) });
    await quiet();
  };

  /** Lets time pass, and what waits for it run. */
  const pass = async (ms: number): Promise<void> => {
    clock.step(ms);
    await quiet();
  };

  const asked = (): readonly string[] => attempts.map(({ server }) => server);

  beforeEach(() => {
    clock = new ManualClock();
    controller = new AbortController();
    attempts = [];
    reported = [];
    over = false;
  });

  describe('when a connection is lost', () => {
    it('should report it, and connect anew after the wait', async () => {
      start('a');
      current().connected();
      await lose('reset');
      expect(reported).to.deep.equal(['reset']);

      await pass(99);
      expect(attempts).to.have.lengthOf(1);
      await pass(1);
      expect(attempts).to.have.lengthOf(2);
    });

    it('should take what the attempt rejects with for the loss', async () => {
      start('a');
      current().fail(failure('refused'));
      await quiet();
      expect(reported).to.deep.equal(['refused']);
    });

    it('should call a bug a bug, and go on', async () => {
      start('a');
      current().fail(new TypeError('no such property'));
      await quiet();
      await pass(100);
      expect(reported).to.deep.equal(['unexpected failure: no such property']);
      expect(attempts).to.have.lengthOf(2);
    });
  });

  describe('when one attempt after the other fails', () => {
    it('should wait twice as long each time, up to the longest wait', async () => {
      start('a');
      for (const wait of [100, 200, 400, 800, 1_000, 1_000]) {
        const made = attempts.length;
        await lose('refused');
        expect(clock.nextDueMs).to.equal(wait);
        await pass(wait);
        expect(attempts).to.have.lengthOf(made + 1);
      }
    });

    it('should ask each server in turn, and wait once all were asked', async () => {
      start('a', 'b', 'c');
      await lose('refused');
      await lose('refused');
      await lose('refused');
      expect(asked()).to.deep.equal(['a', 'b', 'c']);
      await pass(100);
      expect(asked()).to.deep.equal(['a', 'b', 'c', 'a']);
    });

    it('should say of each reason once that it is news', async () => {
      start('a', 'b');
      for (const reason of ['a refuses', 'b is silent', 'a refuses', 'b is silent']) {
        await lose(reason);
        await pass(1_000);
      }
      expect(reported).to.deep.equal(['a refuses', 'b is silent', 'a refuses, again', 'b is silent, again']);
    });

    it('should forget the reasons where there are ever other ones', async () => {
      start('a');
      for (let number = 0; number <= 100; number++) {
        await lose(`attempt ${number}`);
        await pass(1_000);
      }
      await lose('attempt 0');
      expect(reported.at(-1)).to.equal('attempt 0');
    });
  });

  describe('when it was connected in between', () => {
    it('should begin with the shortest wait after a connection that stood for long', async () => {
      start('a');
      await lose('refused');
      await pass(100);
      await lose('refused');
      await pass(200);
      current().connected();
      await pass(1_001);
      await lose('reset');
      expect(clock.nextDueMs).to.equal(100);
    });

    it('should wait longer each time for a server that breaks each connection at once', async () => {
      start('a');
      current().connected();
      await lose('reset');
      await pass(100);
      current().connected();
      await lose('reset');
      expect(clock.nextDueMs).to.equal(200);
    });

    it('should count from the first time that an attempt says so', async () => {
      start('a');
      await lose('refused');
      await pass(100);
      current().connected();
      await pass(1_001);
      current().connected();
      await lose('reset');
      expect(clock.nextDueMs).to.equal(100);
    });

    it('should take the same reason for news in the next outage', async () => {
      start('a');
      await lose('reset');
      await pass(100);
      current().connected();
      await lose('reset');
      expect(reported).to.deep.equal(['reset', 'reset']);
    });
  });

  describe('when somebody else is about to take its place', () => {
    it('should not hurry to the next server', async () => {
      start('a', 'b');
      await lose('cancelled', true);
      expect(clock.nextDueMs).to.equal(100);
      await pass(100);
      expect(asked()).to.deep.equal(['a', 'b']);
    });
  });

  describe('when it is stopped', () => {
    it('should end a wait at once', async () => {
      start('a');
      await lose('refused');
      controller.abort();
      await quiet();
      expect(over).to.equal(true);
      expect(clock.pending).to.equal(0);
    });

    it('should wait for the attempt to clean up, and report nothing', async () => {
      start('a');
      controller.abort();
      await quiet();
      expect(current().signal.aborted).to.equal(true);
      expect(over).to.equal(false);
      await lose('called off');
      expect(over).to.equal(true);
      expect(reported).to.deep.equal([]);
    });
  });
});
