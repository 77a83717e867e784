import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { ManualClock } from '../../../../lib/base/clock/index.js';
import { hasCode } from '../../../../lib/base/errors/index.js';
import { KeyedWorkQueue, type KeyedWorkQueueOptions, type WorkItem } from '../../../../lib/controller/queue/index.js';

type Taken = WorkItem<string> | undefined;

describe('KeyedWorkQueue', () => {
  let clock: ManualClock;
  let queue: KeyedWorkQueue<string>;
  let controller: AbortController;

  const make = (options: Partial<KeyedWorkQueueOptions> = {}): KeyedWorkQueue<string> =>
    new KeyedWorkQueue({ clock, random: () => 0, ...options });
  const take = (): Promise<Taken> => queue.get(controller.signal);
  const takeKey = async (): Promise<string | undefined> => (await take())?.key;
  /** Takes and finishes all keys that wait. */
  const takeAll = async (): Promise<string[]> => {
    const keys: string[] = [];
    while (queue.length > 0) {
      const item = await take();
      keys.push(item!.key);
      queue.done(item!.key);
    }
    return keys;
  };

  beforeEach(() => {
    clock = new ManualClock();
    queue = make();
    controller = new AbortController();
  });

  describe('when keys are added', () => {
    it('should hand them out in the order in which they were added', async () => {
      for (const key of ['a', 'b', 'c']) queue.add(key);
      expect(await takeAll()).to.deep.equal(['a', 'b', 'c']);
    });

    it('should hand out a key once that was added several times (add twice, get once)', async () => {
      queue.add('a');
      queue.add('b');
      queue.add('a');
      expect(await takeAll()).to.deep.equal(['a', 'b']);
    });

    it('should remember the earliest of the adds', async () => {
      queue.add('a');
      clock.step(500);
      queue.add('a');
      clock.step(500);
      expect(await take()).to.deep.equal({ key: 'a', queuedAt: 0 });
    });

    it('should keep the time of an add during processing, not that of the processing before', async () => {
      queue.add('a');
      await take();
      clock.step(100);
      queue.add('a');
      clock.step(100);
      queue.add('a');
      queue.done('a');
      expect(await take()).to.deep.equal({ key: 'a', queuedAt: 100 });
    });

    it('should keep the order of very many keys, of which half move up', async () => {
      const keys = Array.from({ length: 50_000 }, (_, i) => `key-${i}`);
      for (const key of keys) queue.add(key, 'resync');
      for (const key of keys.slice(25_000)) queue.add(key, 'live');
      const taken = await takeAll();
      expect(new Set(taken).size).to.equal(50_000);
      expect(taken.filter((key) => Number(key.slice(4)) < 25_000)).to.deep.equal(keys.slice(0, 25_000));
    });
  });

  describe('when a key is added while a worker has it (add while processing)', () => {
    it('should not hand it out before the worker is done', async () => {
      queue.add('a');
      await take();
      queue.add('a');
      expect(queue.length).to.equal(0);
      queue.done('a');
      expect(await takeKey()).to.equal('a');
    });

    it('should hand it out once afterwards, however often it was added (collapse while processing)', async () => {
      queue.add('a');
      await take();
      queue.add('a');
      queue.add('a', 'resync');
      queue.add('a');
      queue.done('a');
      expect(await takeAll()).to.deep.equal(['a']);
    });

    it('should take it as live if any of the adds was live', async () => {
      queue.add('a', 'resync');
      await take();
      queue.add('r', 'resync');
      queue.add('a', 'resync');
      queue.add('a', 'live');
      queue.done('a');
      expect(await takeAll()).to.deep.equal(['a', 'r']);
    });

    it('should not hand it out again if it was not added', async () => {
      queue.add('a');
      await take();
      queue.done('a');
      expect(queue.length).to.equal(0);
    });

    it('should do nothing on done for a key that nobody has', async () => {
      queue.add('a');
      queue.done('a');
      queue.done('b');
      expect(await takeAll()).to.deep.equal(['a']);
    });
  });

  describe('when there are keys of both priorities', () => {
    it('should hand out the live ones first', async () => {
      queue.add('r1', 'resync');
      queue.add('l1');
      queue.add('r2', 'resync');
      queue.add('l2');
      expect(await takeAll()).to.deep.equal(['l1', 'l2', 'r1', 'r2']);
    });

    it('should move a key up that waits as resync and is added as live, and keep the time of its first add', async () => {
      queue.add('a', 'resync');
      queue.add('b', 'resync');
      clock.step(10);
      queue.add('b', 'live');
      expect(await take()).to.deep.equal({ key: 'b', queuedAt: 0 });
      expect(await takeAll()).to.deep.equal(['a']);
    });

    it('should not move a live key down', async () => {
      queue.add('l');
      queue.add('r', 'resync');
      queue.add('l', 'resync');
      expect(await takeAll()).to.deep.equal(['l', 'r']);
    });

    it('should take one resync key after every 16 live ones, so that none starves', async () => {
      for (let i = 0; i < 40; i++) queue.add(`l${i}`);
      for (let i = 0; i < 3; i++) queue.add(`r${i}`, 'resync');
      const taken = await takeAll();
      expect(taken.indexOf('r0')).to.equal(16);
      expect(taken.indexOf('r1')).to.equal(33);
      expect(taken.indexOf('r2')).to.equal(42);
    });

    it('should take three of the latest, then the oldest, while more than 64 live keys wait, and then in order', async () => {
      const names = Array.from({ length: 70 }, (_, index) => `k${index}`);
      for (const name of names) queue.add(name);
      const taken = await takeAll();
      expect(taken.slice(0, 7)).to.deep.equal(['k69', 'k68', 'k67', 'k0', 'k66', 'k65', 'k1']);
      expect(taken.slice(7)).to.deep.equal(names.slice(2, 65));
    });

    it('should serve soon what comes in the middle of a storm', async () => {
      for (let index = 0; index < 1_000; index += 1) queue.add(`storm${index}`);
      for (let index = 0; index < 100; index += 1) await take();
      queue.add('a');
      expect([await takeKey(), await takeKey()]).to.include('a');
    });

    it('should count only live keys that were taken while a resync key waited', async () => {
      for (let i = 0; i < 60; i++) queue.add(`l${i}`);
      for (let i = 0; i < 20; i++) queue.done((await takeKey())!);
      queue.add('r', 'resync');
      expect((await takeAll()).indexOf('r')).to.equal(16);
    });
  });

  describe('when live keys are added for several', () => {
    it('should take from each in turn, in the order of adding', async () => {
      for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) queue.add(name, 'live', name[0]);
      expect(await takeAll()).to.deep.equal(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    });

    it('should let who adds thousands delay others by a turn, however long that goes on', async () => {
      for (let index = 0; index < 5_000; index += 1) queue.add(`flood${index}`, 'live', 'flooder');
      for (let round = 0; round < 50; round += 1) {
        await take();
        queue.add(`again${round}`, 'live', 'flooder');
        queue.add(`calm${round}`, 'live', 'calm');
        expect([await takeKey(), await takeKey()]).to.include(`calm${round}`);
      }
    });

    it('should let none starve: the flooder, neither, though others come all the time', async () => {
      for (let index = 0; index < 500; index += 1) queue.add(`flood${index}`, 'live', 'flooder');
      const taken: string[] = [];
      for (let index = 0; index < 400; index += 1) {
        queue.add(`calm${index}`, 'live', `tenant${index}`);
        taken.push((await takeKey())!);
      }
      expect(taken.filter((name) => name.startsWith('flood')).length).to.be.at.least(10);
    });

    it('should take a key that several add when it is the turn of the first of them, once', async () => {
      for (let index = 0; index < 50; index += 1) queue.add(`flood${index}`, 'live', 'flooder');
      queue.add('victim', 'live', 'flooder');
      queue.add('victim', 'live', 'owner');
      expect(queue.length).to.equal(51);
      const taken = await takeAll();
      expect(taken.indexOf('victim')).to.be.at.most(1);
      expect(taken).to.have.length(51);
    });

    it('should do so for a key that was added while a worker had it', async () => {
      queue.add('victim', 'live', 'owner');
      await take();
      for (let index = 0; index < 50; index += 1) queue.add(`flood${index}`, 'live', 'flooder');
      queue.add('victim', 'live', 'flooder');
      queue.add('victim', 'live', 'owner');
      queue.done('victim');
      expect([await takeKey(), await takeKey()]).to.include('victim');
    });

    it('should say for whom a key was taken, and keep that for who delays it', async () => {
      queue.add('a', 'live', 'owner');
      const item = await take();
      expect(item?.group).to.equal('owner');
      queue.done('a');
      queue.addAfter('a', 10, item?.group);
      for (let index = 0; index < 50; index += 1) queue.add(`flood${index}`, 'live', 'flooder');
      await take();
      clock.step(10);
      expect([await takeKey(), await takeKey()]).to.include('a');
    });

    it('should serve the latest soon in a storm of many, as of one', async () => {
      for (let index = 0; index < 1_000; index += 1) queue.add(`storm${index}`, 'live', `tenant${index}`);
      for (let index = 0; index < 100; index += 1) await take();
      queue.add('a', 'live', 'late');
      expect([await takeKey(), await takeKey()]).to.include('a');
    });
  });

  describe('when a key is delayed', () => {
    it('should hand it out when its time has come, not before', async () => {
      queue.addAfter('a', 50);
      clock.step(49);
      expect(queue.length).to.equal(0);
      clock.step(1);
      expect(await take()).to.deep.equal({ key: 'a', queuedAt: 50 });
    });

    it('should hand it out at once if the delay is nothing or less', async () => {
      queue.addAfter('a', 0);
      queue.addAfter('b', -1);
      expect(await takeAll()).to.deep.equal(['a', 'b']);
    });

    it('should count the earliest of several delays, and hand it out once', async () => {
      queue.addAfter('a', 100);
      queue.addAfter('a', 30);
      queue.addAfter('a', 70);
      clock.step(30);
      expect(await takeAll()).to.deep.equal(['a']);
      clock.step(1000);
      expect(queue.length).to.equal(0);
    });

    it('should hand out keys in the order of their times, then of their adding', async () => {
      const delays: readonly [string, number][] = [
        ['e', 50],
        ['a', 10],
        ['c', 30],
        ['d', 30],
        ['b', 20],
        ['f', 50],
      ];
      for (const [key, delay] of delays) queue.addAfter(key, delay);
      clock.step(100);
      expect(await takeAll()).to.deep.equal(['a', 'b', 'c', 'd', 'e', 'f']);
    });

    it('should keep the delay though the key is taken meanwhile', async () => {
      queue.addAfter('a', 50);
      queue.add('a');
      expect(await takeAll()).to.deep.equal(['a']);
      clock.step(50);
      expect(await takeAll()).to.deep.equal(['a']);
    });

    it('should add it as live', async () => {
      queue.addAfter('l', 5);
      queue.add('r', 'resync');
      clock.step(5);
      expect(await takeAll()).to.deep.equal(['l', 'r']);
    });

    it('should arm one timer, whatever the number of keys', () => {
      for (let i = 0; i < 1000; i++) queue.addAfter(`k${i}`, 1000 - i);
      expect(clock.pending).to.equal(1);
    });

    it('should wait on if a timer fires before its time', async () => {
      // The machine's timers are bounded, and can be early by a fraction of a millisecond.
      const hasty = new ManualClock();
      const schedule = hasty.schedule.bind(hasty);
      hasty.schedule = (delayMs, action) => schedule(delayMs > 10 ? delayMs - 10 : delayMs, action);
      queue = new KeyedWorkQueue({ clock: hasty });
      queue.addAfter('a', 100);
      hasty.step(99);
      expect(queue.length).to.equal(0);
      hasty.step(1);
      expect(await takeKey()).to.equal('a');
    });
  });

  describe('when a key is added rate limited', () => {
    const delayOfNext = (): number => {
      const before = clock.monotonic();
      queue.addRateLimited('a');
      while (queue.length === 0) clock.step(1);
      return clock.monotonic() - before;
    };
    const delays = async (count: number): Promise<number[]> => {
      const result: number[] = [];
      for (let i = 0; i < count; i++) {
        result.push(delayOfNext());
        await takeAll();
      }
      return result;
    };

    it('should double the delay each time, up to the longest', async () => {
      queue = make({ backoff: { baseMs: 100, maxMs: 1000 } });
      expect(await delays(6)).to.deep.equal([100, 200, 400, 800, 1000, 1000]);
    });

    it('should begin with 100 ms and end with 60 s by default', async () => {
      const all = await delays(12);
      expect([all[0], all[9], all[10], all[11]]).to.deep.equal([100, 51_200, 60_000, 60_000]);
    });

    it('should take off up to a half of the delay at random', async () => {
      queue = make({ random: () => 0.5 });
      expect(await delays(2)).to.deep.equal([75, 150]);
    });

    it('should count the retries of each key, and begin anew when it is forgotten', async () => {
      await delays(3);
      queue.addRateLimited('b');
      expect([queue.retries('a'), queue.retries('b'), queue.retries('c')]).to.deep.equal([3, 1, 0]);
      queue.forget('a');
      expect([queue.retries('a'), queue.retries('b')]).to.deep.equal([0, 1]);
      await takeAll();
      expect(delayOfNext()).to.equal(100);
    });

    it('should not reset the backoff when the key is done', async () => {
      await delays(2);
      queue.add('a');
      await takeAll();
      expect(queue.retries('a')).to.equal(2);
    });

    it('should stay within half and all of the delay with the random source of the machine', async () => {
      queue = new KeyedWorkQueue({ clock });
      for (const [i, delay] of (await delays(6)).entries()) expect(delay).to.be.within(50 * 2 ** i, 100 * 2 ** i);
    });
  });

  describe('when getters wait', () => {
    it('should serve them in the order in which they came', async () => {
      const getters = [takeKey(), takeKey(), takeKey()];
      for (const key of ['a', 'b', 'c']) queue.add(key);
      expect(await Promise.all(getters)).to.deep.equal(['a', 'b', 'c']);
    });

    it('should serve one of them when a key is done that was added meanwhile', async () => {
      queue.add('a');
      await take();
      const waiting = takeKey();
      queue.add('a');
      queue.done('a');
      expect(await waiting).to.equal('a');
    });

    it('should reject with aborted if the signal fires, and lose no key by it', async () => {
      const first = take();
      const second = queue.get(new AbortController().signal);
      controller.abort();
      const error = await first.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(hasCode(error, 'aborted')).to.equal(true);
      queue.add('a');
      expect((await second)?.key).to.equal('a');
    });

    it('should leave no listener on the signal, however a wait ended', async () => {
      const waiting = [take(), take()];
      queue.add('a');
      queue.shutDown();
      await Promise.all(waiting);
      queue.done('a');
      await queue.shutDownWithDrain(controller.signal);
      expect(getEventListeners(controller.signal, 'abort')).to.deep.equal([]);
    });

    it('should reject with aborted if the signal has fired before, although a key waits', async () => {
      queue.add('a');
      const error = await queue.get(AbortSignal.abort()).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(hasCode(error, 'aborted')).to.equal(true);
      expect(await takeAll()).to.deep.equal(['a']);
    });
  });

  describe('when it is shut down', () => {
    it('should end the waiting getters', async () => {
      const waiting = [take(), take()];
      queue.shutDown();
      expect(await Promise.all(waiting)).to.deep.equal([undefined, undefined]);
    });

    it('should hand out what waits, then undefined', async () => {
      queue.add('a');
      queue.shutDown();
      expect([await takeKey(), await takeKey()]).to.deep.equal(['a', undefined]);
    });

    it('should take no more keys, and drop the delayed ones', async () => {
      queue.addAfter('delayed', 10);
      queue.shutDown();
      queue.add('a');
      queue.addAfter('b', 10);
      queue.addAfter('c', 0);
      queue.addRateLimited('d');
      expect(clock.pending).to.equal(0);
      clock.step(1000);
      expect(await take()).to.equal(undefined);
    });

    it('should still hand out a key again that was added before, while a worker had it', async () => {
      queue.add('a');
      await take();
      queue.add('a');
      queue.shutDown();
      queue.done('a');
      expect(await takeKey()).to.equal('a');
    });
  });

  describe('when it is shut down with drain', () => {
    it('should resolve only when what waited and what was processed is done', async () => {
      let drained = false;
      queue.add('a');
      queue.add('b');
      await take();
      queue.add('a');
      const drain = queue.shutDownWithDrain(controller.signal).then(() => {
        drained = true;
      });
      for (const [done, next] of [
        ['a', 'b'],
        ['b', 'a'],
      ] as const) {
        queue.done(done);
        expect(await takeKey()).to.equal(next);
        expect(drained).to.equal(false);
      }
      queue.done('a');
      await drain;
    });

    it('should resolve at once if nothing is under way', async () => {
      await queue.shutDownWithDrain(controller.signal);
      expect(await take()).to.equal(undefined);
    });

    it('should resolve for everybody who waits for it', async () => {
      queue.add('a');
      await take();
      const drains = [queue.shutDownWithDrain(controller.signal), queue.shutDownWithDrain(controller.signal)];
      queue.done('a');
      await Promise.all(drains);
    });

    it('should reject with aborted if the signal fires first', async () => {
      queue.add('a');
      const drain = queue.shutDownWithDrain(controller.signal).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      controller.abort();
      expect(hasCode(await drain, 'aborted')).to.equal(true);
    });
  });

  describe('when it is measured', () => {
    it('should count what is queued, show how many wait, and observe how long they did', async () => {
      const seen: unknown[] = [];
      queue = make({
        name: 'test',
        metrics: {
          increment: (name, labels) => seen.push([name, labels]),
          set: (name, labels, value) => seen.push([name, labels, value]),
          observe: (name, labels, value) => seen.push([name, labels, value]),
        },
      });
      queue.add('a');
      queue.add('a');
      queue.add('b', 'resync');
      clock.step(250);
      await take();
      const labels = { controller: 'test' };
      expect(seen).to.deep.equal([
        ['queue_adds_total', { ...labels, priority: 'live' }],
        ['queue_depth', labels, 1],
        ['queue_adds_total', { ...labels, priority: 'resync' }],
        ['queue_depth', labels, 2],
        ['queue_depth', labels, 1],
        ['queue_wait_seconds', labels, 0.25],
      ]);
    });
  });
});
