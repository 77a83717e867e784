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
});
