import { expect } from 'chai';
import fc from 'fast-check';
import { KeyedRunner } from '../../../lib/change-stream/keyed-runner.js';

/** Tasks that end when the test says so. */
class Tasks {
  public readonly begun: string[] = [];
  private readonly ends = new Map<string, () => void>();

  public task(name: string): () => Promise<void> {
    return () => {
      this.begun.push(name);
      return new Promise((resolve) => this.ends.set(name, resolve));
    };
  }

  public async end(name: string): Promise<void> {
    this.ends.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('KeyedRunner', () => {
  let tasks: Tasks;

  beforeEach(() => {
    tasks = new Tasks();
  });

  it('should run the tasks of one key one after the other', async () => {
    const runner = new KeyedRunner(9);
    runner.run('a', tasks.task('a1'));
    runner.run('a', tasks.task('a2'));
    runner.run('b', tasks.task('b1'));
    expect(tasks.begun).to.deep.equal(['a1', 'b1']);
    await tasks.end('a1');

    expect(tasks.begun).to.deep.equal(['a1', 'b1', 'a2']);
  });

  it('should run no more than its limit, the key that waits longest first', async () => {
    const runner = new KeyedRunner(2);
    for (const name of ['a1', 'a2', 'b1', 'c1', 'd1']) runner.run(name.charAt(0), tasks.task(name));
    expect(tasks.begun).to.deep.equal(['a1', 'b1']);
    await tasks.end('a1');
    expect(tasks.begun).to.deep.equal(['a1', 'b1', 'c1']);
    await tasks.end('b1');
    await tasks.end('c1');

    expect(tasks.begun).to.deep.equal(['a1', 'b1', 'c1', 'd1', 'a2']);
    expect(runner.running).to.equal(2);
  });

  it('should forget what waits, and let what runs go on', async () => {
    const runner = new KeyedRunner(1);
    for (const name of ['a1', 'a2', 'b1']) runner.run(name.charAt(0), tasks.task(name));
    runner.dropWaiting();
    runner.run('a', tasks.task('a3'));
    expect(tasks.begun).to.deep.equal(['a1']);
    await tasks.end('a1');

    expect(tasks.begun).to.deep.equal(['a1', 'a3']);
  });

  it('should be idle at once when there is nothing, else when the last task has ended', async () => {
    const runner = new KeyedRunner(1);
    await runner.idle();
    runner.run('a', tasks.task('a1'));
    runner.run('b', tasks.task('b1'));
    let idle = false;
    const wait = runner.idle().then(() => {
      idle = true;
    });
    await tasks.end('a1');
    expect(idle).to.equal(false);
    await tasks.end('b1');
    await wait;
  });

  it('should keep its laws whatever comes in whatever order', async () => {
    const step = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), ticks: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), async (steps, limit) => {
        const runner = new KeyedRunner(limit);
        const order = new Map<string, number[]>();
        const running: string[] = [];
        for (const [number, { key, ticks }] of steps.entries()) {
          runner.run(key, async () => {
            expect(running).not.to.include(key);
            running.push(key);
            expect(running.length).to.be.at.most(limit);
            for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
            running.splice(running.indexOf(key), 1);
            order.set(key, [...(order.get(key) ?? []), number]);
          });
        }
        await runner.idle();

        expect([...order.values()].flat()).to.have.length(steps.length);
        for (const numbers of order.values()) expect(numbers).to.deep.equal([...numbers].sort((a, b) => a - b));
      }),
    );
  });
});
