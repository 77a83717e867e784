import { onAbort } from '../base/clock/index.js';
import { SvcMonitorError, throwIfAborted } from '../base/errors/index.js';

/** Permits for a bounded number at a time; who waits is served in the order of coming. Who waits is bounded in number as well. */
export class Semaphore {
  private free: number;
  private readonly queue = new Set<() => void>();

  /**
   * @param permits how many may run at once
   * @param maxWaiting how many may wait
   */
  public constructor(
    permits: number,
    private readonly maxWaiting: number,
  ) {
    this.free = permits;
  }

  /** How many wait. */
  public get waiting(): number {
    return this.queue.size;
  }

  /** Runs `work` as soon as there is a permit. Rejects with `aborted` while it waits, and with `unavailable` if too many do. */
  public async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.acquire(signal);
    try {
      return await work();
    } finally {
      this.release();
    }
  }

  private async acquire(signal: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    if (this.free > 0) {
      this.free -= 1;
      return;
    }
    if (this.queue.size >= this.maxWaiting) {
      throw new SvcMonitorError('unavailable', 'too many requests wait to be sent', {
        details: { waiting: this.queue.size },
      });
    }
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        release();
        resolve();
      };
      this.queue.add(enter);
      const release = onAbort(signal, () => {
        this.queue.delete(enter);
        reject(new SvcMonitorError('aborted', 'called off', { cause: signal.reason }));
      });
    });
  }

  private release(): void {
    // The permit goes straight to who waits longest: nobody who comes now can take it first.
    const [enter] = this.queue;
    if (enter === undefined) {
      this.free += 1;
      return;
    }
    this.queue.delete(enter);
    enter();
  }
}
