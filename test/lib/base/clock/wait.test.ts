import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { ManualClock, sleep, withTimeout } from '../../../../lib/base/clock/index.js';
import { SvcMonitorError } from '../../../../lib/base/errors/index.js';

/** What the promise rejects with; fails if it resolves. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('it resolved');
    },
    (error: unknown) => error,
  );
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await rejection(promise);
  return SvcMonitorError.is(error) ? error.code : String(error);
}

/** Lets everything run that is due without time passing, unhandled rejections among it. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}

const never = (): Promise<never> => new Promise(() => undefined);

describe('waiting', () => {
  let clock: ManualClock;
  let controller: AbortController;
  let unhandled: unknown[];
  let others: NodeJS.UnhandledRejectionListener[];
  const keep = (reason: unknown): void => {
    unhandled.push(reason);
  };
  const listeners = (): number => getEventListeners(controller.signal, 'abort').length;

  beforeEach(() => {
    clock = new ManualClock();
    controller = new AbortController();
    unhandled = [];
    others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', keep);
  });

  afterEach(async () => {
    await quiet();
    process.removeAllListeners('unhandledRejection');
    for (const other of others) process.on('unhandledRejection', other);
    expect(unhandled, 'unhandled rejections').to.deep.equal([]);
    expect(listeners(), 'listeners left on the signal').to.equal(0);
    expect(clock.pending, 'timers left behind').to.equal(0);
  });

  describe('sleep', () => {
    it('should resolve when the time has passed, not before', async () => {
      let awake = false;
      const sleeping = sleep(clock, 100, controller.signal).then(() => {
        awake = true;
      });
      clock.step(99);
      await quiet();
      expect(awake).to.equal(false);
      clock.step(1);
      await sleeping;
    });

    it('should reject with aborted as soon as the signal fires', async () => {
      const sleeping = codeOf(sleep(clock, 100, controller.signal));
      controller.abort(new Error('enough'));
      expect(await sleeping).to.equal('aborted');
    });

    it('should reject with aborted if the signal has fired before', async () => {
      expect(await codeOf(sleep(clock, 100, AbortSignal.abort()))).to.equal('aborted');
    });
  });

  describe('withTimeout', () => {
    it('should resolve with what the work resolves with', async () => {
      expect(await withTimeout(clock, 100, controller.signal, () => Promise.resolve('done'))).to.equal('done');
    });

    it('should reject with what the work rejects with', async () => {
      const error = new TypeError('broken');
      expect(await rejection(withTimeout(clock, 100, controller.signal, () => Promise.reject(error)))).to.equal(error);
    });

    it('should reject with what the work throws before its first promise', async () => {
      const error = new TypeError('broken');
      const work = (): Promise<never> => {
        throw error;
      };
      expect(await rejection(withTimeout(clock, 100, controller.signal, work))).to.equal(error);
    });

    it('should reject with timeout, and fire the signal of the work', async () => {
      let signal: AbortSignal | undefined;
      const waiting = withTimeout(clock, 100, controller.signal, (inner) => {
        signal = inner;
        return never();
      });
      const code = codeOf(waiting);
      clock.step(99);
      expect(signal?.aborted).to.equal(false);
      clock.step(1);
      expect(await code).to.equal('timeout');
      expect(signal?.aborted).to.equal(true);
      expect(controller.signal.aborted).to.equal(false);
    });

    it('should reject with aborted when the signal of the caller fires, and hand it on', async () => {
      let signal: AbortSignal | undefined;
      const code = codeOf(
        withTimeout(clock, 100, controller.signal, (inner) => {
          signal = inner;
          return never();
        }),
      );
      controller.abort();
      expect(await code).to.equal('aborted');
      expect(signal?.aborted).to.equal(true);
    });

    it('should settle although the work ignores its signal, and leave nothing on the signal of the caller', async () => {
      const code = codeOf(withTimeout(clock, 100, controller.signal, never));
      clock.step(100);
      expect(await code).to.equal('timeout');
      expect(listeners()).to.equal(0);
    });

    it('should drop a rejection that comes later', async () => {
      let fail: (error: Error) => void = () => undefined;
      const code = codeOf(
        withTimeout(
          clock,
          100,
          controller.signal,
          () =>
            new Promise((_resolve, reject) => {
              fail = reject;
            }),
        ),
      );
      clock.step(100);
      expect(await code).to.equal('timeout');
      fail(new Error('too late'));
      await quiet();
      expect(unhandled).to.deep.equal([]);
    });

    it('should say timeout, though the work rejects with something else when its signal fires', async () => {
      const code = codeOf(
        withTimeout(
          clock,
          100,
          controller.signal,
          (inner) =>
            new Promise((_resolve, reject) => {
              inner.addEventListener('abort', () => {
                reject(new Error('socket closed'));
              });
            }),
        ),
      );
      clock.step(100);
      expect(await code).to.equal('timeout');
    });

    it('should not begin the work if the signal has fired before', async () => {
      let begun = false;
      const code = await codeOf(
        withTimeout(clock, 100, AbortSignal.abort(), () => {
          begun = true;
          return never();
        }),
      );
      expect([code, begun]).to.deep.equal(['aborted', false]);
    });
  });
});
