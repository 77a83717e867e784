import { expect } from 'chai';
import { Controller, WriteGovernor, type ControllerOptions, type Reconciler } from '../../../lib/controller/index.js';
import { hasCode, SvcMonitorError, type ErrorCode } from '../../../lib/base/errors/index.js';
import { Bench, keepingLogger, quiet, until } from './doubles.js';

const network = 'a4a43a5b-eb16-4ee6-b365-290e2b2c1d3f';
const vip = `${network}/10.0.0.5`;
const otherVip = `${network}/10.0.0.6`;

const failure = (code: ErrorCode): SvcMonitorError => new SvcMonitorError(code, `test: ${code}`);

describe('Controller', () => {
  let bench: Bench;
  let controller: Controller<string>;

  const start = (options: Partial<ControllerOptions<string>> = {}): void => {
    controller = new Controller(bench.options(options));
    controller.start();
  };

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(async () => {
    const stopped = controller.stop(1);
    bench.clock.step(1);
    await stopped;
    expect(bench.reconciler.overlaps, 'VIPs with two workers at once').to.deep.equal([]);
    expect(bench.clock.pending, 'timers left behind').to.equal(0);
  });

  describe('when a VIP is queued', () => {
    it('should reconcile it', async () => {
      start();
      bench.queue.add(vip);
      await until(() => bench.reconciler.calls.length === 1);
      expect(bench.reconciler.calls).to.deep.equal([vip]);
    });

    it('should reconcile it once more if it changes meanwhile', async () => {
      const held = bench.reconciler.hold(vip);
      start();
      bench.queue.add(vip);
      await until(() => held.signal !== undefined);
      bench.queue.add(vip);
      bench.queue.add(vip);
      held.release();
      await quiet();
      expect(bench.reconciler.callsOf(vip)).to.equal(2);
    });

    it('should not reconcile a key with two workers at once', async () => {
      const held = bench.reconciler.hold(vip);
      start({ workers: 4 });
      bench.queue.add(vip);
      await until(() => held.signal !== undefined);
      bench.queue.add(vip);
      await quiet();
      expect(bench.reconciler.callsOf(vip)).to.equal(1);
      held.release();
      await until(() => bench.reconciler.callsOf(vip) === 2);
    });

    it('should reconcile as many VIPs at once as it has workers, 8 by default', async () => {
      const vips = Array.from({ length: 20 }, (_, i) => `${network}/10.0.1.${i}`);
      const held = vips.map((key) => bench.reconciler.hold(key));
      start();
      for (const key of vips) bench.queue.add(key);
      await quiet();
      expect(bench.reconciler.mostAtOnce).to.equal(8);
      for (const one of held) one.release();
      await until(() => bench.reconciler.calls.length === 20);
      expect(bench.reconciler.mostAtOnce).to.equal(8);
    });
  });

  describe('when the reconcile succeeds', () => {
    it('should forget the key and not look at it again', async () => {
      start();
      bench.queue.add(vip);
      await until(() => bench.queue.forgotten.includes(vip));
      await bench.pass(3_600_000);
      expect(bench.reconciler.callsOf(vip)).to.equal(1);
      expect(bench.metrics.counters.get('reconciles_total controller=test outcome=success')).to.equal(1);
      expect(bench.notable).to.deep.equal([]);
    });

    it('should observe how long it took, and the time from the change to the write', async () => {
      const held = bench.reconciler.hold(vip);
      bench.queue.add(vip);
      bench.clock.step(300);
      start();
      await until(() => held.signal !== undefined);
      bench.clock.step(200);
      held.release({ writes: 2 });
      await quiet();
      expect(bench.metrics.observations.get('reconcile_seconds')).to.deep.equal([0.2]);
      expect(bench.metrics.observations.get('change_to_write_seconds')).to.deep.equal([0.5]);
    });

    it('should not observe the time to a write if nothing was written', async () => {
      start();
      bench.queue.add(vip);
      await until(() => bench.queue.forgotten.includes(vip));
      expect(bench.metrics.observations.get('change_to_write_seconds')).to.equal(undefined);
    });

    it('should count the tries before in the time from the change to the write', async () => {
      bench.reconciler
        .addError(vip, failure('unavailable'))
        .addResult(vip, { writes: 1 })
        .addResult(vip, { writes: 1 });
      start();
      bench.queue.add(vip);
      await quiet();
      await bench.pass(100);
      bench.queue.add(vip);
      await quiet();
      expect(bench.metrics.observations.get('change_to_write_seconds')).to.deep.equal([0.1, 0]);
    });
  });

  describe('when the reconcile asks to be looked at again', () => {
    it('should reconcile again at that time, without backoff', async () => {
      bench.reconciler.addError(vip, failure('unavailable')).addResult(vip, { requeueAfterMs: 2000 });
      start();
      bench.queue.add(vip);
      await quiet();
      await bench.pass(100);
      expect(bench.reconciler.callsOf(vip)).to.equal(2);
      expect(bench.queue.retries(vip)).to.equal(0);
      await bench.pass(1999);
      expect(bench.reconciler.callsOf(vip)).to.equal(2);
      await bench.pass(1);
      expect(bench.reconciler.callsOf(vip)).to.equal(3);
      expect(bench.metrics.counters.get('reconciles_total controller=test outcome=requeued')).to.equal(1);
    });

    it('should reconcile again at once after 0 ms', async () => {
      bench.reconciler.addResult(vip, { requeueAfterMs: 0 });
      start();
      bench.queue.add(vip);
      await until(() => bench.reconciler.callsOf(vip) === 2);
    });
  });

  describe('when the reconcile has left what may wait', () => {
    it('should take the VIP up again after those that wait, without backoff', async () => {
      bench.reconciler.addResult(vip, { writes: 1, unfinished: true });
      start({ workers: 1 });
      bench.queue.add(vip);
      bench.queue.add(otherVip);
      await quiet();
      expect(bench.reconciler.calls).to.deep.equal([vip, otherVip, vip]);
      expect(bench.queue.retries(vip)).to.equal(0);
      expect(bench.metrics.counters.get('reconciles_total controller=test outcome=unfinished')).to.equal(1);
    });

    it('should be told whether others wait', async () => {
      const told: (boolean | undefined)[] = [];
      for (const key of [vip, otherVip]) {
        bench.reconciler.addAnswer(key, (_signal, options) => {
          told.push(options?.othersWait?.());
          return Promise.resolve({ writes: 0 });
        });
      }
      start({ workers: 1 });
      bench.queue.add(vip);
      bench.queue.add(otherVip);
      await quiet();
      expect(told).to.deep.equal([true, false]);
    });
  });

  describe('when the reconcile fails and may succeed later', () => {
    it('should try again, later each time', async () => {
      for (let i = 0; i < 3; i++) bench.reconciler.addError(vip, failure('unavailable'));
      start();
      bench.queue.add(vip);
      await quiet();
      const calls: number[] = [];
      for (const ms of [99, 1, 199, 1, 399, 1]) {
        await bench.pass(ms);
        calls.push(bench.reconciler.callsOf(vip));
      }
      expect(calls).to.deep.equal([1, 2, 2, 3, 3, 4]);
    });

    it("should not reset backoff until there's a non-error result", async () => {
      bench.reconciler.addError(vip, failure('unavailable')).addError(vip, failure('timeout')).addResult(vip);
      start();
      bench.queue.add(vip);
      await quiet();
      expect(bench.queue.retries(vip)).to.equal(1);
      // A change in between is reconciled at once, and does not reset it either.
      bench.queue.add(vip);
      await quiet();
      expect(bench.queue.retries(vip)).to.equal(2);
      expect(bench.queue.forgotten).to.deep.equal([]);
      bench.queue.add(vip);
      await quiet();
      expect(bench.queue.retries(vip)).to.equal(0);
      expect(bench.queue.forgotten).to.deep.equal([vip]);
    });

    it('should say so in one line, and count it', async () => {
      bench.reconciler.addError(vip, failure('unavailable'));
      start();
      bench.queue.add(vip);
      await quiet();
      expect(bench.notable).to.deep.equal([
        {
          level: 'warn',
          message: 'reconcile failed, tried again later',
          fields: {
            controller: 'test',
            key: vip,
            attempt: 1,
            durationMs: 0,
            error: 'test: unavailable',
            code: 'unavailable',
          },
        },
      ]);
      expect(bench.metrics.counters.get('errors_total code=unavailable')).to.equal(1);
      expect(bench.metrics.counters.get('reconciles_total controller=test outcome=retried')).to.equal(1);
    });

    it('should list it as failing until it succeeds', async () => {
      bench.reconciler.addError(vip, failure('unavailable')).addError(vip, failure('timeout'));
      start();
      const since = bench.clock.now();
      bench.queue.add(vip);
      await quiet();
      await bench.pass(100);
      expect([...controller.failures]).to.deep.equal([
        [vip, { code: 'timeout', message: 'test: timeout', since, attempts: 2 }],
      ]);
      await bench.pass(200);
      expect([...controller.failures]).to.deep.equal([]);
    });
  });

  describe('when the reconcile fails and would fail again', () => {
    for (const code of ['bad-request', 'invalid-object', 'conflict'] as const) {
      it(`should give the VIP up until something changes: ${code}`, async () => {
        bench.reconciler.addError(vip, failure(code));
        start();
        bench.queue.add(vip);
        await quiet();
        await bench.pass(3_600_000);
        expect(bench.reconciler.callsOf(vip)).to.equal(1);
        expect(bench.notable.map(({ level, fields }) => [level, fields['code']])).to.deep.equal([['error', code]]);
        expect(controller.failures.get(vip)?.code).to.equal(code);
        expect(bench.metrics.counters.get('reconciles_total controller=test outcome=failed')).to.equal(1);
        bench.queue.add(vip);
        await until(() => controller.failures.size === 0);
        expect(bench.reconciler.callsOf(vip)).to.equal(2);
      });
    }

    it('should reset its backoff', async () => {
      bench.reconciler.addError(vip, failure('unavailable')).addError(vip, failure('bad-request'));
      start();
      bench.queue.add(vip);
      await quiet();
      await bench.pass(100);
      expect(bench.queue.retries(vip)).to.equal(0);
    });
  });

  describe('when the reconcile fails as it never should', () => {
    it('should log the stack and try again: a mistake of ours loses no VIP', async () => {
      bench.reconciler.addAnswer(vip, () => {
        throw new TypeError('undefined is not a function');
      });
      start();
      bench.queue.add(vip);
      await quiet();
      const [line] = bench.notable;
      expect(line?.level).to.equal('error');
      expect(line?.fields['code']).to.equal('bug');
      expect(line?.fields['stack']).to.match(/controller\.test/);
      expect(controller.failures.get(vip)?.code).to.equal('bug');
      await bench.pass(100);
      expect(bench.reconciler.callsOf(vip)).to.equal(2);
      expect(controller.failures.size).to.equal(0);
    });

    for (const [what, error] of [
      ['bug', failure('bug')],
      ['aborted, though nobody stops', failure('aborted')],
      ['something that is no error', 'a text' as unknown as Error],
    ] as const) {
      it(`should try again: ${what}`, async () => {
        bench.reconciler.addError(vip, error);
        start();
        bench.queue.add(vip);
        await quiet();
        expect(bench.notable.map(({ level }) => level)).to.deep.equal(['error']);
        await bench.pass(100);
        expect(bench.reconciler.callsOf(vip)).to.equal(2);
      });
    }
  });

  describe('when many keys need no request', () => {
    it('should let others have their turn before all of them are done', async () => {
      const keys = Array.from({ length: 400 }, (_, index) => `${network}/${index}`);
      let done = 0;
      let doneAtFirstTurn: number | undefined;
      const reconciler: Reconciler<string> = {
        reconcile: () => {
          bench.clock.step(1);
          done += 1;
          return Promise.resolve({ writes: 0 });
        },
      };
      start({ reconciler });
      for (const key of keys) bench.queue.add(key);
      // Whoever waits for an answer is told of it in the next turn of the event loop.
      setImmediate(() => (doneAtFirstTurn = done));
      await until(() => done === keys.length);
      expect(doneAtFirstTurn).to.be.lessThan(keys.length);
    });
  });

  describe('when one of many VIPs is in trouble', () => {
    const healthy = Array.from({ length: 50 }, (_, i) => `${network}/10.0.2.${i}`);

    it('should not hold up the others: one failing VIP', async () => {
      for (let i = 0; i < 1000; i++) bench.reconciler.addError(vip, failure('unavailable'));
      start({ workers: 1 });
      bench.queue.add(vip);
      for (const key of healthy) bench.queue.add(key);
      await until(() => healthy.every((key) => bench.reconciler.callsOf(key) === 1));
      expect([...controller.failures.keys()]).to.deep.equal([vip]);
    });

    it('should not hold up the others: one VIP that hangs', async () => {
      const held = bench.reconciler.hold(vip);
      start({ workers: 2 });
      bench.queue.add(vip);
      for (const key of healthy) bench.queue.add(key);
      await until(() => healthy.every((key) => bench.reconciler.callsOf(key) === 1));
      held.release();
    });
  });

  describe('when a reconcile takes longer than its timeout', () => {
    it('should fire its signal, count it as timed out, and try again', async () => {
      bench.reconciler.addAnswer(
        vip,
        (signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reject(failure('aborted'));
            });
          }),
      );
      start({ reconcileTimeoutMs: 1000 });
      bench.queue.add(vip);
      await quiet();
      await bench.pass(1000);
      expect(controller.failures.get(vip)?.code).to.equal('timeout');
      await bench.pass(100);
      expect(bench.reconciler.callsOf(vip)).to.equal(2);
      expect(controller.failures.size).to.equal(0);
    });

    it('should go on with other VIPs though it ignores its signal, and not start a second one for its VIP', async () => {
      const held = bench.reconciler.hold(vip);
      start({ workers: 1, reconcileTimeoutMs: 1000 });
      bench.queue.add(vip);
      bench.queue.add(otherVip);
      await quiet();
      expect(bench.reconciler.callsOf(otherVip)).to.equal(0);
      await bench.pass(1000);
      expect(bench.reconciler.callsOf(otherVip)).to.equal(1);
      await bench.pass(900);
      expect(bench.reconciler.callsOf(vip)).to.equal(1);
      held.release();
      await until(() => bench.reconciler.callsOf(vip) === 2);
    });

    it('should take the VIP up again after another timeout if it never ends, and say so', async () => {
      const held = bench.reconciler.hold(vip);
      start({ reconcileTimeoutMs: 1000 });
      bench.queue.add(vip);
      await quiet();
      await bench.pass(1000);
      await bench.pass(999);
      expect(bench.reconciler.callsOf(vip)).to.equal(1);
      await bench.pass(1);
      expect(bench.reconciler.callsOf(vip)).to.equal(2);
      expect(bench.notable.map(({ level }) => level)).to.deep.equal(['warn', 'error']);
      // The first one is still there, so the two did overlap: that is what the line says.
      expect(bench.reconciler.overlaps.splice(0)).to.deep.equal([vip]);
      held.release();
      await quiet();
    });
  });

  describe('when the same is written for a VIP again and again', () => {
    /** Somebody undoes each write at once. Returns how many rounds of writes were begun that were not urgent. */
    const fight = async (ms: number, end?: Error): Promise<number> => {
      let rounds = 0;
      for (let passed = 0; passed < ms; passed += 100) {
        bench.reconciler.addAnswer(vip, (_signal, options) => {
          if (options?.urgentOnly === true) return Promise.resolve({ writes: 0 });
          rounds += 1;
          options?.onWritten?.(['add reference'], 'uuid');
          return end === undefined ? Promise.resolve({ writes: 1 }) : Promise.reject(end);
        });
        bench.queue.add(vip);
        await bench.pass(100);
      }
      return rounds;
    };

    it('should begin no more than one writing reconcile a second', async () => {
      start();
      await fight(3_100);
      expect([...controller.throttled.keys()]).to.deep.equal([vip]);
      expect(await fight(20_000)).to.equal(20);
    });

    it('should count reconciles that write and then fail, for the undoing may be why they do', async () => {
      start();
      await fight(3_100, failure('outdated'));
      expect([...controller.throttled.keys()]).to.deep.equal([vip]);
      expect(await fight(20_000, failure('outdated'))).to.be.at.most(20);
    });

    it('should let pass what cannot wait, at once', async () => {
      start();
      await fight(5_000);
      bench.reconciler.urgent.length = 0;
      bench.queue.add(vip);
      await quiet();
      expect(bench.reconciler.urgent).to.deep.equal([vip]);
      expect(bench.metrics.counters.get('reconciles_total controller=test outcome=slowed')).to.be.greaterThan(0);
    });

    it('should pay for what could not wait with the pace of the rest', async () => {
      start();
      await fight(5_000);
      bench.reconciler.addWrite(vip, 'let go');
      bench.queue.add(vip);
      await quiet();
      const whole = (): number => bench.reconciler.callsOf(vip) - bench.reconciler.urgent.length;
      const before = whole();
      await bench.pass(1_000, 100);
      expect(whole()).to.equal(before);
      await bench.pass(1_000, 100);
      expect(whole()).to.equal(before + 1);
    });

    it('should keep calling it failing until a whole reconcile succeeds', async () => {
      start();
      await fight(5_000);
      bench.reconciler.addError(vip, failure('unavailable')).addResult(vip);
      bench.queue.add(vip);
      await quiet();
      expect([...controller.failures.keys()]).to.deep.equal([vip]);
      await bench.pass(1_100, 100);
      expect([...controller.failures.keys()]).to.deep.equal([]);
    });

    it('should not slow down the others', async () => {
      start();
      await fight(5_000);
      bench.queue.add(otherVip);
      await until(() => bench.reconciler.callsOf(otherVip) === 1);
      expect([...controller.throttled.keys()]).to.deep.equal([vip]);
    });

    it('should still reconcile after the last change', async () => {
      start();
      await fight(5_000);
      const before = bench.reconciler.callsOf(vip);
      bench.queue.add(vip);
      await bench.pass(1_000);
      expect(bench.reconciler.callsOf(vip)).to.be.greaterThan(before);
      expect(bench.queue.length).to.equal(0);
    });

    it('should say once that it begins and once that it ends, and end when the VIP is at rest', async () => {
      start();
      await fight(30_000);
      expect(bench.notable.map(({ fields }) => fields['key'])).to.deep.equal([vip]);
      await bench.pass(61_000, 1_000);
      expect([...controller.throttled.keys()]).to.deep.equal([]);
      expect(bench.notable).to.have.length(2);
      expect(await fight(1_000)).to.equal(10);
    });

    it('should end soon when the VIP is no more, and there is nothing left to write', async () => {
      start();
      await fight(5_000);
      await bench.pass(1_000);
      bench.reconciler.addWrite(vip, 'delete', { isOver: true }).addResult(vip, { isOver: true });
      bench.queue.add(vip);
      await quiet();
      expect([...controller.throttled.keys()]).to.deep.equal([vip]);
      await bench.pass(1_000);
      expect([...controller.throttled.keys()]).to.deep.equal([]);
      expect(bench.notable).to.have.length(2);
    });

    it('should count the time that it was put off as time from the change to the write', async () => {
      start({
        governor: new WriteGovernor({ name: 'test', clock: bench.clock, logger: keepingLogger(bench.lines), limit: 1 }),
      });
      bench.reconciler.addWrite(vip, 'again').addWrite(vip, 'again').addResult(vip).addWrite(vip, 'again');
      for (let i = 0; i < 3; i++) {
        bench.queue.add(vip);
        await quiet();
      }
      await bench.pass(1_000);
      expect(bench.metrics.observations.get('change_to_write_seconds')).to.deep.equal([0, 0, 1]);
    });
  });

  describe('when a VIP is written to again and again, and each time something else', () => {
    it('should not slow it down', async () => {
      start();
      for (let i = 0; i < 100; i++) {
        bench.reconciler.addWrite(vip, `add reference ${i}`);
        bench.queue.add(vip);
        await quiet();
      }
      expect(bench.reconciler.callsOf(vip)).to.equal(100);
      expect([...controller.throttled.keys()]).to.deep.equal([]);
    });
  });

  describe('when a VIP is looked at again and again, and nothing is written', () => {
    it('should not slow it down', async () => {
      start();
      for (let i = 0; i < 100; i++) {
        bench.queue.add(vip);
        await quiet();
      }
      expect(bench.reconciler.callsOf(vip)).to.equal(100);
      expect([...controller.throttled.keys()]).to.deep.equal([]);
    });
  });

  describe('when it is started twice', () => {
    it('should throw already-started', () => {
      start();
      expect(() => {
        controller.start();
      })
        .to.throw()
        .and.satisfy((error: unknown) => hasCode(error, 'already-started'));
    });

    it('should throw closed if it was stopped before it was started', async () => {
      controller = new Controller(bench.options());
      bench.queue.add(vip);
      await controller.stop(1000);
      expect(() => {
        controller.start();
      })
        .to.throw()
        .and.satisfy((error: unknown) => hasCode(error, 'closed'));
    });
  });

  describe('when it is stopped', () => {
    it('should finish what is under way and what waits', async () => {
      const held = bench.reconciler.hold(vip);
      start({ workers: 1 });
      bench.queue.add(vip);
      bench.queue.add(otherVip);
      await until(() => held.signal !== undefined);
      const stopped = controller.stop(5000);
      held.release();
      await stopped;
      expect(bench.reconciler.calls).to.deep.equal([vip, otherVip]);
      expect(held.signal?.aborted).to.equal(false);
      expect(bench.notable).to.deep.equal([]);
    });

    it('should call off what is still under way after the drain timeout, without taking it for a failure', async () => {
      const held = bench.reconciler.hold(vip);
      start();
      bench.queue.add(vip);
      await until(() => held.signal !== undefined);
      const stopped = controller.stop(5000);
      await bench.pass(4999);
      expect(held.signal?.aborted).to.equal(false);
      await bench.pass(1);
      await stopped;
      expect(held.signal?.aborted).to.equal(true);
      expect(controller.failures.size).to.equal(0);
      expect(bench.notable.map(({ message }) => message)).to.deep.equal([
        'reconciles did not finish in time, called off',
      ]);
      expect(bench.metrics.observations.get('reconcile_seconds')).to.equal(undefined);
      held.release();
    });

    it('should begin nothing that was added afterwards', async () => {
      start();
      const stopped = controller.stop(5000);
      bench.queue.add(vip);
      await stopped;
      expect(bench.reconciler.calls).to.deep.equal([]);
    });

    it('should not wait for retries and delays', async () => {
      bench.reconciler.addError(vip, failure('unavailable')).addResult(otherVip, { requeueAfterMs: 1000 });
      start();
      bench.queue.add(vip);
      bench.queue.add(otherVip);
      await quiet();
      await controller.stop(5000);
      expect(bench.reconciler.calls).to.deep.equal([vip, otherVip]);
    });

    it('should wait for the first stop on a second one', async () => {
      const held = bench.reconciler.hold(vip);
      start();
      bench.queue.add(vip);
      await until(() => held.signal !== undefined);
      const stops = [controller.stop(5000), controller.stop(0)];
      await quiet();
      expect(held.signal?.aborted).to.equal(false);
      held.release();
      await Promise.all(stops);
    });
  });
});
