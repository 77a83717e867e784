import { expect } from 'chai';
import { ManualClock, SvcMonitorError } from '../../../lib/index.js';
import { notifierOf, Notifier, withNotifications, type NotifierOptions } from '../../../service/systemd/index.js';
import { RecordingLogger } from '../../support/recording-logger.js';

describe('Notifier', () => {
  let clock: ManualClock;
  let logger: RecordingLogger;
  let sent: string[][];
  let alive: boolean;
  let line: string;

  beforeEach(() => {
    clock = new ManualClock();
    logger = new RecordingLogger();
    sent = [];
    alive = true;
    line = 'ready';
  });

  function notifier(more: Partial<NotifierOptions> = {}): Notifier {
    return new Notifier({
      send: (assignments) => {
        sent.push([...assignments]);
        return Promise.resolve();
      },
      isAlive: () => alive,
      status: () => line,
      clock,
      logger,
      ...more,
    });
  }

  describe('when there is a watchdog', () => {
    it('should give three signs of life within its time, and the status once', async () => {
      await notifier({ watchdogMs: 30_000 }).ready();
      clock.step(30_000);
      expect(sent).to.deep.equal([['READY=1'], ['WATCHDOG=1', 'STATUS=ready'], ['WATCHDOG=1'], ['WATCHDOG=1']]);
    });

    it('should give none while the process does not work', async () => {
      await notifier({ watchdogMs: 30_000 }).ready();
      alive = false;
      clock.step(30_000);
      expect(sent.flat()).not.to.include('WATCHDOG=1');
    });

    it('should give none any more once it stops', async () => {
      const stopped = notifier({ watchdogMs: 30_000 });
      await stopped.ready();
      await stopped.stopping();
      clock.step(60_000);
      expect(sent).to.deep.equal([['READY=1'], ['STOPPING=1', 'STATUS=stopping']]);
    });
  });

  describe('when there is none', () => {
    it('should tell each new status', async () => {
      await notifier().ready();
      clock.step(20_000);
      line = 'not ready:\nRabbitMQ\u0007 refuses';
      clock.step(20_000);
      expect(sent).to.deep.equal([['READY=1'], ['STATUS=ready'], ['STATUS=not ready: RabbitMQ refuses']]);
    });
  });

  describe('when systemd cannot be told', () => {
    it('should say so once, and go on', async () => {
      const failing = notifier({ send: () => Promise.reject(new SvcMonitorError('timeout', 'no answer')) });
      await failing.ready();
      clock.step(60_000);
      await Promise.resolve();
      await failing.stopping();
      expect(logger.lines).to.have.length(1);
      expect(logger.lines[0]).to.contain('systemd cannot be told how the service fares');
    });
  });
});

describe('notifierOf', () => {
  const options = { isAlive: () => true, status: () => '', clock: new ManualClock(), logger: new RecordingLogger() };

  it('should be none where systemd does not listen', () => {
    expect(notifierOf({}, options)).to.equal(undefined);
    expect(notifierOf({ NOTIFY_SOCKET: '' }, options)).to.equal(undefined);
    expect(notifierOf({ NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: 'x' }, options)).to.be.instanceOf(Notifier);
  });
});

describe('withNotifications', () => {
  it('should tell that it has started after it has, and that it stops before it does', async () => {
    const order: string[] = [];
    const note = (what: string) => (): Promise<void> => {
      order.push(what);
      return Promise.resolve();
    };
    const notifier = new Notifier({
      send: ([first = '']) => note(first)(),
      isAlive: () => true,
      status: () => '',
      clock: new ManualClock(),
      logger: new RecordingLogger(),
    });
    const failure = new Promise<never>(() => undefined);
    const service = withNotifications({ start: note('start'), stop: note('stop'), failure }, notifier);
    await service.start();
    await service.stop();
    expect(order).to.deep.equal(['start', 'READY=1', 'STOPPING=1', 'stop']);
  });
});
