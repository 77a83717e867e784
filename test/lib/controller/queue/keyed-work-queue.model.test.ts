import { expect } from 'chai';
import fc from 'fast-check';
import { ManualClock } from '../../../../lib/base/clock/index.js';
import { KeyedWorkQueue, type Priority } from '../../../../lib/controller/queue/index.js';

/** What the queue has to remember of a key, in the plainest way. */
interface KeyModel {
  /** With a worker. */
  taken: boolean;
  /** The earliest add since it was last taken. */
  queuedAt: number | undefined;
  /** When its delay ends. */
  dueAt: number | undefined;
}

/** Queue and model side by side: each step is done on both, and what the queue hands out has to be allowed by the model. */
class Comparison {
  public readonly clock = new ManualClock();
  public readonly queue = new KeyedWorkQueue<string>({ clock: this.clock, random: () => 0 });
  private readonly keys = new Map<string, KeyModel>();
  private readonly signal = new AbortController().signal;

  public add(key: string, priority: Priority, group?: string): void {
    this.queue.add(key, priority, group);
    this.noteAdd(this.of(key), this.clock.monotonic());
  }

  public addAfter(key: string, delayMs: number): void {
    this.queue.addAfter(key, delayMs);
    const model = this.of(key);
    if (delayMs <= 0) this.noteAdd(model, this.clock.monotonic());
    else model.dueAt = Math.min(model.dueAt ?? Infinity, this.clock.monotonic() + delayMs);
  }

  public step(ms: number): void {
    this.clock.step(ms);
    const now = this.clock.monotonic();
    for (const model of this.keys.values()) {
      if (model.dueAt === undefined || model.dueAt > now) continue;
      this.noteAdd(model, model.dueAt);
      model.dueAt = undefined;
    }
  }

  /** Takes a key if there is one. */
  public async get(): Promise<void> {
    const ready = this.ready();
    expect(this.queue.length, 'length').to.equal(ready.length);
    if (ready.length === 0) return;
    const item = await this.queue.get(this.signal);
    const model = this.of(item!.key);
    expect(model.taken, `two workers with ${item!.key}`).to.equal(false);
    expect(item!.queuedAt, `queuedAt of ${item!.key}`).to.equal(model.queuedAt);
    model.taken = true;
    model.queuedAt = undefined;
  }

  public done(key: string): void {
    this.queue.done(key);
    this.of(key).taken = false;
  }

  /** Finishes everything: what was added and not taken since has to come out. */
  public async finish(): Promise<void> {
    this.step(1_000_000);
    while ([...this.keys.values()].some((model) => model.taken || model.queuedAt !== undefined)) {
      for (const [key, model] of this.keys) if (model.taken) this.done(key);
      await this.get();
    }
    expect(this.queue.length).to.equal(0);
    expect(this.clock.pending).to.equal(0);
  }

  private ready(): KeyModel[] {
    return [...this.keys.values()].filter((model) => !model.taken && model.queuedAt !== undefined);
  }

  private noteAdd(model: KeyModel, at: number): void {
    model.queuedAt ??= at;
  }

  private of(key: string): KeyModel {
    const model = this.keys.get(key) ?? { taken: false, queuedAt: undefined, dueAt: undefined };
    this.keys.set(key, model);
    return model;
  }
}

type Step = (comparison: Comparison) => void | Promise<void>;

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const group = fc.constantFrom(undefined, 'x', 'y', 'z');
const steps: fc.Arbitrary<{ readonly text: string; readonly run: Step }> = fc.oneof(
  fc.tuple(key, fc.constantFrom<Priority>('live', 'resync'), group).map(([k, priority, g]) => ({
    text: `add ${k} ${priority} ${g}`,
    run: (c: Comparison) => {
      c.add(k, priority, g);
    },
  })),
  fc.tuple(key, fc.integer({ min: -1, max: 50 })).map(([k, ms]) => ({
    text: `addAfter ${k} ${ms}`,
    run: (c: Comparison) => {
      c.addAfter(k, ms);
    },
  })),
  fc.constant({ text: 'get', run: (c: Comparison) => c.get() }),
  key.map((k) => ({
    text: `done ${k}`,
    run: (c: Comparison) => {
      c.done(k);
    },
  })),
  fc.integer({ min: 0, max: 40 }).map((ms) => ({
    text: `step ${ms}`,
    run: (c: Comparison) => {
      c.step(ms);
    },
  })),
);

describe('KeyedWorkQueue, against a model', () => {
  it('should give no key to two workers and lose none, whatever the order of calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 80 }), async (sequence) => {
        const comparison = new Comparison();
        for (const step of sequence) await step.run(comparison);
        await comparison.finish();
      }),
      { numRuns: 500 },
    );
  });

  it('should give each waiting worker one key, each added key to a worker, whatever the order of calls', async () => {
    const call = fc.oneof(fc.constant('get'), fc.constant('abort'), key);
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 60 }), async (calls) => {
        const queue = new KeyedWorkQueue<string>({ clock: new ManualClock() });
        const taken: string[] = [];
        const added = new Set<string>();
        const open: AbortController[] = [];
        for (const what of calls) {
          if (what === 'get') {
            const controller = new AbortController();
            open.push(controller);
            queue.get(controller.signal).then(
              (item) => {
                if (item !== undefined) taken.push(item.key);
              },
              () => undefined,
            );
          } else if (what === 'abort') open.shift()?.abort();
          else {
            added.add(what);
            queue.add(what);
          }
        }
        queue.shutDown();
        for (let item = await queue.get(new AbortController().signal); item !== undefined;) {
          taken.push(item.key);
          item = await queue.get(new AbortController().signal);
        }
        // Nobody called done, so each key can come out once only.
        expect([...taken].sort()).to.deep.equal([...added].sort());
      }),
      { numRuns: 300 },
    );
  });

  it('should keep fairness: keys of one priority come in the order of their adds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(30), fc.boolean()), { maxLength: 100 }), async (adds) => {
        const queue = new KeyedWorkQueue<string>({ clock: new ManualClock() });
        const live = new Set<string>();
        const resync = new Set<string>();
        for (const [n, isLive] of adds) {
          const name = String(n);
          queue.add(name, isLive ? 'live' : 'resync');
          if (isLive) resync.delete(name);
          if (isLive) live.add(name);
          else if (!live.has(name)) resync.add(name);
        }
        const taken: string[] = [];
        while (queue.length > 0) taken.push((await queue.get(new AbortController().signal))!.key);
        expect(taken.filter((name) => live.has(name))).to.deep.equal([...live]);
        expect(taken.filter((name) => resync.has(name))).to.deep.equal([...resync]);
      }),
      { numRuns: 200 },
    );
  });
});
