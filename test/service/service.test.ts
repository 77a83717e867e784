import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { hasCode, ManualClock, silentLogger, SvcMonitorError, type Logger } from '../../lib/index.js';
import { MonitorService, type ServiceOptions } from '../../service/service.js';
import { FakeMonitor } from './fake-monitor.js';

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTurn();
}

async function answerCode(service: MonitorService, path: string): Promise<number> {
  const answer = await fetch(`${service.url ?? ''}${path}`, { headers: { connection: 'close' } });
  await answer.text();
  return answer.status;
}

function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

function notSynced(): SvcMonitorError {
  const details = { kinds: ['floating-ip'], lastError: undefined, timeoutMs: 1_000 };
  return new SvcMonitorError('not-synced', 'took too long', { details });
}

describe('MonitorService', () => {
  let monitors: FakeMonitor[];
  let clock: ManualClock;
  let warnings: string[];
  let service: MonitorService;

  function build(options: Partial<ServiceOptions> = {}): MonitorService {
    const logger: Logger = { ...silentLogger, warn: (message) => warnings.push(message) };
    return new MonitorService({
      http: { host: '127.0.0.1', port: 0 },
      createMonitor: () => {
        const monitor = new FakeMonitor();
        monitors.push(monitor);
        return monitor;
      },
      stopTimeoutMs: 7_000,
      clock,
      logger,
      ...options,
    });
  }

  beforeEach(() => {
    monitors = [];
    warnings = [];
    clock = new ManualClock();
    service = build();
  });

  afterEach(async () => {
    await rejection(service.stop());
  });

  describe('when it starts', () => {
    it('should answer before the monitor is ready: alive, and not ready', async () => {
      await service.start();
      expect(await answerCode(service, '/healthz')).to.equal(200);
      expect(await answerCode(service, '/readyz')).to.equal(503);
      monitors[0]?.becomeReady();
      expect(await answerCode(service, '/readyz')).to.equal(200);
      expect(service.status().ready).to.equal(true);
    });

    it('should refuse to start twice, or after it was stopped', async () => {
      await service.start();
      expect(hasCode(await rejection(service.start()), 'already-started')).to.equal(true);
      await service.stop();
      expect(hasCode(await rejection(service.start()), 'closed')).to.equal(true);
      expect(monitors[0]?.starts).to.equal(1);
    });

    it('should start no monitor if its endpoint cannot listen', async () => {
      await service.start();
      const port = Number(new URL(service.url ?? '').port);
      const second = build({ http: { host: '127.0.0.1', port } });
      expect(hasCode(await rejection(second.start()), 'invalid-configuration')).to.equal(true);
      expect(monitors.map(({ starts }) => starts)).to.deep.equal([1, 0]);
      await second.stop();
    });
  });

  describe('when the monitor does not get ready in its time', () => {
    it('should stop it and try with a new one, for ever, with a growing pause', async () => {
      await service.start();
      for (const [attempt, pauseMs] of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000].entries()) {
        await until(() => monitors[attempt]?.starts === 1);
        monitors[attempt]?.failToStart(notSynced());
        await until(() => warnings.length === attempt + 1 && monitors[attempt]?.stops === 1);
        await nextTurn();
        expect(await answerCode(service, '/healthz')).to.equal(200);
        clock.step(pauseMs - 1);
        await nextTurn();
        expect(monitors).to.have.length(attempt + 1);
        clock.step(1);
        await until(() => monitors.length === attempt + 2);
      }
      await until(() => monitors.at(-1)?.starts === 1);
      monitors.at(-1)?.becomeReady();
      expect(await answerCode(service, '/readyz')).to.equal(200);
    });

    it('should not wait for one that hangs while it stops', async () => {
      await service.start();
      const [first] = monitors;
      first!.onStop = () => new Promise(() => undefined);
      first!.failToStart(new SvcMonitorError('source-failed', 'broker away'));
      await until(() => first!.stops === 1);
      clock.step(7_000);
      await until(() => warnings.includes('monitor did not stop cleanly'));
      await nextTurn();
      clock.step(1_000);
      await until(() => monitors.length === 2);
    });

    it('should stop in the middle of a pause', async () => {
      await service.start();
      monitors[0]?.failToStart(notSynced());
      await until(() => warnings.length === 1);
      await service.stop();
      expect(monitors).to.have.length(1);
    });
  });

  describe('when the monitor fails in a way that no attempt can mend', () => {
    it('should tell, and be neither healthy nor ready', async () => {
      await service.start();
      monitors[0]?.failToStart(new TypeError('undefined is not a function'));
      const failure = await service.failure;
      expect(failure.code).to.equal('bug');
      expect(await answerCode(service, '/healthz')).to.equal(503);
      expect(await answerCode(service, '/readyz')).to.equal(503);
      expect(monitors).to.have.length(1);
    });
  });

  describe('when it stops', () => {
    it('should call off a start under way, stop the monitor, then the endpoint', async () => {
      await service.start();
      const { url } = service;
      let healthWhileStopping: number | undefined;
      monitors[0]!.onStop = async () => {
        healthWhileStopping = await answerCode(service, '/healthz');
      };
      await service.stop();
      expect(healthWhileStopping).to.equal(200);
      expect(await rejection(fetch(`${url ?? ''}/healthz`))).to.be.instanceOf(TypeError);
    });

    it('should do it once however often it is asked', async () => {
      await service.start();
      monitors[0]?.becomeReady();
      await Promise.all([service.stop(), service.stop()]);
      await service.stop();
      expect(monitors[0]?.stops).to.equal(1);
    });

    it('should leave a monitor that hangs behind, and say so', async () => {
      await service.start();
      monitors[0]?.becomeReady();
      monitors[0]!.onStop = () => new Promise(() => undefined);
      const { url } = service;
      const stopped = rejection(service.stop());
      clock.step(7_000);
      expect(hasCode(await stopped, 'timeout')).to.equal(true);
      expect(await rejection(fetch(`${url ?? ''}/healthz`))).to.be.instanceOf(TypeError);
    });

    it('should do nothing before it was started', async () => {
      await service.stop();
      expect(monitors[0]?.starts).to.equal(0);
    });
  });
});
