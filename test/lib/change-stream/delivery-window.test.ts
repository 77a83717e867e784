import { expect } from 'chai';
import fc from 'fast-check';
import { DeliveryWindow } from '../../../lib/change-stream/delivery-window.js';

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

describe('DeliveryWindow', () => {
  let tasks: Tasks;

  beforeEach(() => {
    tasks = new Tasks();
  });

  it('should begin tasks at once, in their order, as long as it has room', () => {
    const window = new DeliveryWindow(3);
    for (const name of ['a', 'b', 'c', 'd']) window.run(tasks.task(name));

    expect(tasks.begun).to.deep.equal(['a', 'b', 'c']);
    expect(window).to.include({ running: 3, queued: 1 });
  });

  it('should begin the one that waits longest whenever one ends', async () => {
    const window = new DeliveryWindow(2);
    for (const name of ['a', 'b', 'c', 'd']) window.run(tasks.task(name));
    await tasks.end('b');
    expect(tasks.begun).to.deep.equal(['a', 'b', 'c']);
    await tasks.end('a');

    expect(tasks.begun).to.deep.equal(['a', 'b', 'c', 'd']);
    expect(window).to.include({ running: 2, queued: 0 });
  });

  it('should forget what waits, and let what runs go on', async () => {
    const window = new DeliveryWindow(1);
    for (const name of ['a', 'b', 'c']) window.run(tasks.task(name));
    window.dropWaiting();
    window.run(tasks.task('d'));
    expect(tasks.begun).to.deep.equal(['a']);
    await tasks.end('a');

    expect(tasks.begun).to.deep.equal(['a', 'd']);
  });

  it('should be idle at once when there is nothing, else when the last task has ended', async () => {
    const window = new DeliveryWindow(1);
    await window.idle();
    window.run(tasks.task('a'));
    window.run(tasks.task('b'));
    let idle = false;
    const wait = window.idle().then(() => {
      idle = true;
    });
    await tasks.end('a');
    expect(idle).to.equal(false);
    await tasks.end('b');
    await wait;
  });

  it('should tell when there is room again', async () => {
    const window = new DeliveryWindow(2);
    await window.room();
    for (const name of ['a', 'b', 'c']) window.run(tasks.task(name));
    let waits = true;
    const room = window.room().then(() => {
      waits = false;
    });
    await tasks.end('a');
    expect([waits, window.hasRoom]).to.deep.equal([true, false]);
    await tasks.end('b');
    await room;

    expect(window).to.include({ running: 1, queued: 0, hasRoom: true });
  });

  it('should begin everything once, in its order, and never more at once than its limit, whatever ends when', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(fc.nat({ max: 5 })), async (limit, delays) => {
        const window = new DeliveryWindow(limit);
        const begun: number[] = [];
        let most = 0;
        for (const [index, turns] of delays.entries()) {
          window.run(async () => {
            begun.push(index);
            most = Math.max(most, window.running);
            for (let turn = 0; turn < turns; turn++) await Promise.resolve();
          });
        }
        await window.idle();

        expect(begun).to.deep.equal(delays.map((_, index) => index));
        expect(most).to.be.at.most(limit);
      }),
    );
  });
});
