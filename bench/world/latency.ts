/** The timers of node are late by up to a millisecond and more: the rest of a wait is spent looking at the clock, turn by turn. */
const timerSlackMs = 1.5;

interface Waiting {
  readonly dueAt: number;
  readonly resolve: () => void;
}

/** A wait of always the same length, exact to some hundredths of a millisecond while the process is not busy. */
export class FixedLatency {
  private readonly waiting: Waiting[] = [];
  private isRunning = false;

  /** @param latencyMs milliseconds; 0 does not wait at all */
  public constructor(public latencyMs: number) {}

  /** Resolves after the latency, in the order of the calls. */
  public wait(): Promise<void> {
    if (this.latencyMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push({ dueAt: performance.now() + this.latencyMs, resolve });
      if (this.isRunning) return;
      this.isRunning = true;
      this.turn();
    });
  }

  private turn(): void {
    const now = performance.now();
    let head = this.waiting[0];
    while (head !== undefined && head.dueAt <= now) {
      this.waiting.shift();
      head.resolve();
      head = this.waiting[0];
    }
    if (head === undefined) {
      this.isRunning = false;
      return;
    }
    const left = head.dueAt - now - timerSlackMs;
    const again = (): void => {
      this.turn();
    };
    if (left > 0) setTimeout(again, left);
    else setImmediate(again);
  }
}
