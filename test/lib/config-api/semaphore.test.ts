import { expect } from 'chai';
import { Semaphore } from '../../../lib/config-api/semaphore.js';
import { failure } from './support/conditions.js';

const never = new AbortController().signal;

/** Work that goes on until the test ends it. */
class Gate {
  public open: () => void = () => undefined;
  public readonly passed = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

describe('Semaphore', () => {
  it('should run at most as many as there are permits', async () => {
    const semaphore = new Semaphore(2, 10);
    const gates = [new Gate(), new Gate(), new Gate()];
    const started: number[] = [];
    const runs = gates.map((gate, index) =>
      semaphore.run(() => {
        started.push(index);
        return gate.passed;
      }, never),
    );
    await Promise.resolve();
    expect(started).to.deep.equal([0, 1]);
    expect(semaphore.waiting).to.equal(1);
    gates[1]?.open();
    await runs[1];
    gates.forEach((gate) => {
      gate.open();
    });
    await Promise.all(runs);
    expect(started).to.deep.equal([0, 1, 2]);
    expect(semaphore.waiting).to.equal(0);
  });

  it('should serve who waits in the order of coming', async () => {
    const semaphore = new Semaphore(1, 10);
    const order: number[] = [];
    const gate = new Gate();
    const first = semaphore.run(() => gate.passed, never);
    const others = [1, 2, 3].map((number) => semaphore.run(() => Promise.resolve(order.push(number)), never));
    gate.open();
    await Promise.all([first, ...others]);
    expect(order).to.deep.equal([1, 2, 3]);
  });

  it('should give the permit back when the work fails', async () => {
    const semaphore = new Semaphore(1, 0);
    await semaphore.run(() => Promise.reject(new Error('no')), never).catch((error: unknown) => error);
    expect(await semaphore.run(() => Promise.resolve('next'), never)).to.equal('next');
  });

  it('should let who waits go when it is called off, and serve the next', async () => {
    const semaphore = new Semaphore(1, 10);
    const gate = new Gate();
    const first = semaphore.run(() => gate.passed, never);
    const controller = new AbortController();
    const second = semaphore.run(() => Promise.reject(new Error('must not run')), controller.signal);
    const third = semaphore.run(() => Promise.resolve('third'), never);
    controller.abort();
    await failure(second, 'aborted');
    expect(semaphore.waiting).to.equal(1);
    gate.open();
    await first;
    expect(await third).to.equal('third');
  });

  it('should refuse more than may wait', async () => {
    const semaphore = new Semaphore(1, 1);
    const gate = new Gate();
    const runs = [semaphore.run(() => gate.passed, never), semaphore.run(() => gate.passed, never)];
    await failure(
      semaphore.run(() => Promise.resolve(), never),
      'unavailable',
    );
    gate.open();
    await Promise.all(runs);
  });

  describe('when there are several lanes', () => {
    /** Runs work in a lane that notes when it begins, and ends when it is told to. */
    const inLanes = (semaphore: Semaphore) => {
      const started: string[] = [];
      const ends: (() => void)[] = [];
      const runs: Promise<void>[] = [];
      return {
        started,
        add: (lane: string, ...names: readonly string[]): void => {
          for (const name of names) {
            const gate = new Gate();
            ends.push(gate.open);
            runs.push(
              semaphore.run(
                () => {
                  started.push(name);
                  return gate.passed;
                },
                never,
                lane,
              ),
            );
          }
        },
        end: async (index: number): Promise<void> => {
          ends[index]?.();
          await runs[index];
        },
        endAll: async (): Promise<void> => {
          for (const end of ends) end();
          await Promise.all(runs);
        },
      };
    };

    it('should keep a permit for each other lane, though one asks for all', async () => {
      const semaphore = new Semaphore(3, 100);
      semaphore.open('a');
      semaphore.open('b');
      const work = inLanes(semaphore);
      work.add('a', 'a1', 'a2', 'a3', 'a4');
      await Promise.resolve();
      expect(work.started).to.deep.equal(['a1', 'a2']);
      work.add('b', 'b1', 'b2');
      await Promise.resolve();
      expect(work.started, 'it does not wait').to.deep.equal(['a1', 'a2', 'b1']);
      expect(semaphore.waiting).to.equal(3);
      await work.endAll();
      expect(semaphore.waiting).to.equal(0);
    });

    it('should serve the lanes in turn, and who waits in one in the order of coming', async () => {
      const semaphore = new Semaphore(1, 100);
      for (const lane of ['a', 'b']) semaphore.open(lane);
      const work = inLanes(semaphore);
      work.add('a', 'a1', 'a2', 'a3');
      work.add('b', 'b1', 'b2');
      await Promise.resolve();
      for (const index of [0, 3, 1, 4, 2]) await work.end(index);
      expect(work.started).to.deep.equal(['a1', 'b1', 'a2', 'b2', 'a3']);
    });

    it('should give a lane all permits where there is no other', async () => {
      const semaphore = new Semaphore(3, 100);
      const work = inLanes(semaphore);
      work.add('a', 'a1', 'a2', 'a3', 'a4');
      await Promise.resolve();
      expect(work.started).to.deep.equal(['a1', 'a2', 'a3']);
      await work.endAll();
    });

    it('should let each lane have one at a time where there are fewer permits than lanes', async () => {
      const semaphore = new Semaphore(2, 100);
      for (const lane of ['a', 'b', 'c']) semaphore.open(lane);
      const work = inLanes(semaphore);
      for (const lane of ['a', 'b', 'c']) work.add(lane, `${lane}1`, `${lane}2`);
      await Promise.resolve();
      expect(work.started).to.deep.equal(['a1', 'b1']);
      await work.end(0);
      expect(work.started).to.deep.equal(['a1', 'b1', 'c1']);
      await work.endAll();
      expect(work.started).to.have.length(6);
    });

    it('should bound all that wait, whichever their lane', async () => {
      const semaphore = new Semaphore(1, 1);
      const work = inLanes(semaphore);
      work.add('a', 'a1', 'a2');
      await failure(
        semaphore.run(() => Promise.resolve(), never, 'b'),
        'unavailable',
      );
      await work.endAll();
    });
  });
});
