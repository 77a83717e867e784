import type { Clock, Timer } from '../../base/clock/index.js';
import { DelayHeap } from '../../base/collections/delay-heap.js';

/** The delaying layer of the queue: holds keys back until their time, and then hands each over once. */
export class DelayedKeys<K extends string> {
  // While a key waits, one timer is armed, for the earliest of them; it may be early, never late.
  private readonly waiting = new DelayHeap<K>();
  private armed: { readonly timer: Timer; readonly dueAt: number } | undefined;

  /** `ready` is called with each key whose time has come. */
  public constructor(private readonly options: { readonly clock: Clock; readonly ready: (key: K) => void }) {}

  /** Holds the key back for `delayMs` milliseconds; of several delays for one key the earliest counts. */
  public add(key: K, delayMs: number): void {
    this.waiting.put(key, this.options.clock.monotonic() + delayMs);
    this.arm();
  }

  /** Drops all. */
  public clear(): void {
    this.waiting.clear();
    this.arm();
  }

  private arm(): void {
    const earliest = this.waiting.peek();
    if (this.armed !== undefined && this.armed.dueAt === earliest?.dueAt) return;
    this.armed?.timer.cancel();
    this.armed = undefined;
    if (earliest === undefined) return;
    const { clock } = this.options;
    const timer = clock.schedule(earliest.dueAt - clock.monotonic(), () => {
      this.fire();
    });
    this.armed = { timer, dueAt: earliest.dueAt };
  }

  private fire(): void {
    this.armed = undefined;
    const now = this.options.clock.monotonic();
    for (let key = this.waiting.takeDue(now); key !== undefined; key = this.waiting.takeDue(now))
      this.options.ready(key);
    // A timer of the machine can fire a little before its time: what is not due yet gets a new one.
    this.arm();
  }
}
