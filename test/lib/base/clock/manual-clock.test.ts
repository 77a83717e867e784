import { expect } from 'chai';
import { ManualClock, SystemClock } from '../../../../lib/base/clock/index.js';

describe('ManualClock', () => {
  let clock: ManualClock;
  let fired: [string, number][];
  const note = (name: string) => (): void => {
    fired.push([name, clock.monotonic()]);
  };

  beforeEach(() => {
    clock = new ManualClock(1_000_000);
    fired = [];
  });

  it('should stand still until it is stepped', () => {
    clock.schedule(0, note('a'));
    expect([clock.now(), clock.monotonic(), fired.length]).to.deep.equal([1_000_000, 0, 0]);
  });

  it('should fire in the order of time, then of making, each at its own time', () => {
    clock.schedule(30, note('c'));
    clock.schedule(10, note('a'));
    clock.schedule(30, note('d'));
    clock.schedule(20, note('b'));
    clock.step(40);
    expect(fired).to.deep.equal([
      ['a', 10],
      ['b', 20],
      ['c', 30],
      ['d', 30],
    ]);
    expect(clock.monotonic()).to.equal(40);
  });

  it('should fire what is scheduled on the way, if it falls due on the way', () => {
    clock.schedule(10, () => {
      clock.schedule(5, note('soon'));
      clock.schedule(50, note('later'));
    });
    clock.step(20);
    expect(fired).to.deep.equal([['soon', 15]]);
    expect(clock.pending).to.equal(1);
  });

  it('should take a negative delay for none', () => {
    clock.step(10);
    clock.schedule(-5, note('a'));
    clock.step(0);
    expect(fired).to.deep.equal([['a', 10]]);
  });

  it('should not fire what was called off', () => {
    const timer = clock.schedule(10, note('a'));
    clock.schedule(5, () => {
      timer.cancel();
    });
    clock.step(20);
    timer.cancel();
    expect(fired).to.deep.equal([]);
    expect(clock.pending).to.equal(0);
  });

  it('should jump without moving the monotonic time', () => {
    clock.schedule(10, note('a'));
    clock.jump(-3_600_000);
    expect([clock.now(), clock.monotonic()]).to.deep.equal([1_000_000 - 3_600_000, 0]);
    expect(fired).to.deep.equal([]);
  });

  it('should never go back, even if an action steps it further', () => {
    clock.schedule(10, () => {
      clock.step(100);
    });
    clock.step(20);
    expect(clock.monotonic()).to.equal(110);
  });
});

describe('ManualClock.nextDueMs', () => {
  it('should tell how long it is until the next timer fires, and nothing where none waits', () => {
    const clock = new ManualClock();
    expect(clock.nextDueMs).to.equal(undefined);
    clock.schedule(500, () => undefined);
    const soon = clock.schedule(200, () => undefined);
    clock.step(50);
    expect(clock.nextDueMs).to.equal(150);
    soon.cancel();
    expect(clock.nextDueMs).to.equal(450);
    clock.step(450);
    expect(clock.nextDueMs).to.equal(undefined);
  });
});

describe('SystemClock', () => {
  it('should fire a timer, and not one that was called off', async () => {
    const clock = new SystemClock();
    const cancelled = clock.schedule(0, () => {
      throw new Error('it was called off');
    });
    cancelled.cancel();
    const before = clock.monotonic();
    await new Promise<void>((resolve) => clock.schedule(1, resolve));
    expect(clock.monotonic()).to.be.greaterThan(before);
    expect(clock.now()).to.be.greaterThan(Date.UTC(2026, 0, 1));
  });

  it('should not fire at once a timer that is longer than the timers of the machine', async () => {
    const clock = new SystemClock();
    let fired = false;
    const timer = clock.schedule(2 ** 40, () => {
      fired = true;
    });
    await new Promise<void>((resolve) => clock.schedule(20, resolve));
    timer.cancel();
    expect(fired).to.equal(false);
  });
});
