import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { hasCode, ManualClock, silentLogger, SvcMonitorError, type Logger } from '../../lib/index.js';
import { runService } from '../../service/run.js';
import { MonitorService } from '../../service/service.js';
import { FakeMonitor } from './fake-monitor.js';

describe('runService', () => {
  let monitor: FakeMonitor;
  let service: MonitorService;
  let clock: ManualClock;
  let errors: string[];
  let exits: number[];
  let signal: (name: string) => void;
  let uncaught: (error: unknown) => void;
  let over: boolean;

  function run(): Promise<number> {
    const logger: Logger = { ...silentLogger, error: (message) => errors.push(message) };
    const hooks = {
      onSignal: (action: typeof signal) => (signal = action),
      onUncaught: (action: typeof uncaught) => (uncaught = action),
      exit: (code: number) => exits.push(code),
    };
    const code = runService(service, logger, hooks);
    void code.finally(() => (over = true)).catch(() => undefined);
    return code;
  }

  beforeEach(() => {
    monitor = new FakeMonitor();
    clock = new ManualClock();
    errors = [];
    exits = [];
    over = false;
    const http = { host: '127.0.0.1', port: 0 };
    const createMonitor = (): FakeMonitor => monitor;
    service = new MonitorService({ http, createMonitor, stopTimeoutMs: 7_000, clock, logger: silentLogger });
  });

  afterEach(async () => {
    await service.stop().catch(() => undefined);
  });

  describe('when a signal comes', () => {
    it('should stop the service and end with 0', async () => {
      const code = run();
      signal('SIGTERM');
      expect(await code).to.equal(0);
      expect(monitor.stops).to.equal(1);
      expect(exits).to.deep.equal([]);
    });

    it('should end with 1 if the service does not stop in time', async () => {
      monitor.onStop = () => new Promise(() => undefined);
      const code = run();
      signal('SIGTERM');
      while (monitor.stops === 0) await nextTurn();
      clock.step(7_000);
      expect(await code).to.equal(1);
      expect(errors).to.deep.equal(['did not stop cleanly']);
    });
  });

  describe('when a second signal comes while it stops', () => {
    it('should exit at once with 1', async () => {
      monitor.onStop = () => new Promise(() => undefined);
      const code = run();
      signal('SIGINT');
      while (monitor.stops === 0) await nextTurn();
      expect(exits).to.deep.equal([]);
      signal('SIGINT');
      expect(exits).to.deep.equal([1]);
      expect(over).to.equal(false);
      clock.step(7_000);
      await code;
    });
  });

  describe('when the monitor fails for good', () => {
    it('should stop and end with 1', async () => {
      const code = run();
      while (monitor.starts === 0) await nextTurn();
      monitor.failToStart(new SvcMonitorError('bug', 'what cannot be'));
      expect(await code).to.equal(1);
      expect(monitor.stops).to.equal(1);
    });
  });

  describe('when something is thrown that nobody catches', () => {
    it('should log it and exit with 1', async () => {
      const code = run();
      uncaught(new TypeError('undefined is not a function'));
      expect(errors).to.deep.equal(['unexpected failure, exiting']);
      expect(exits).to.deep.equal([1]);
      signal('SIGTERM');
      await code;
    });
  });

  describe('when the service cannot start', () => {
    it('should hand the error on', async () => {
      await service.start();
      const error: unknown = await run().catch((caught: unknown) => caught);
      expect(hasCode(error, 'already-started')).to.equal(true);
    });
  });
});
