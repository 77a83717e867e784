import { onAbort } from '../base/clock/index.js';
import { SvcMonitorError, throwIfAborted } from '../base/errors/index.js';

interface Lane {
  /** How many permits it has now. */
  taken: number;
  readonly waiting: Set<() => void>;
}

/**
 * Permits for a bounded number at a time, for several lanes: those who wait in one are served in the order of coming, the lanes in turn.
 * However many wait in one lane, each other always finds a permit that it does not have to wait for. Who waits is bounded in number as well.
 */
export class Semaphore {
  private free: number;
  private waitingInAll = 0;
  // In the order of their turns: who had one last is last.
  private readonly lanes = new Map<string, Lane>();

  /**
   * @param permits how many may run at once
   * @param maxWaiting how many may wait
   */
  public constructor(
    private readonly permits: number,
    private readonly maxWaiting: number,
  ) {
    this.free = permits;
  }

  /** How many wait. */
  public get waiting(): number {
    return this.waitingInAll;
  }

  /** There is a lane of that name: from now on a permit is kept for it. */
  public open(lane: string): void {
    if (!this.lanes.has(lane)) this.lanes.set(lane, { taken: 0, waiting: new Set() });
  }

  /** Runs `work` as soon as there is a permit. Rejects with `aborted` while it waits, and with `unavailable` if too many do. */
  public async run<T>(work: () => Promise<T>, signal: AbortSignal, lane = ''): Promise<T> {
    this.open(lane);
    await this.acquire(lane, signal);
    try {
      return await work();
    } finally {
      this.release(lane);
    }
  }

  private async acquire(name: string, signal: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    const lane = this.laneOf(name);
    if (this.free > 0 && this.mayTake(lane)) {
      this.take(name, lane);
      return;
    }
    if (this.waitingInAll >= this.maxWaiting) {
      throw new SvcMonitorError('unavailable', 'too many requests wait to be sent', {
        details: { waiting: this.waitingInAll },
      });
    }
    this.waitingInAll += 1;
    try {
      await new Promise<void>((resolve, reject) => {
        const enter = (): void => {
          release();
          resolve();
        };
        lane.waiting.add(enter);
        const release = onAbort(signal, () => {
          lane.waiting.delete(enter);
          reject(new SvcMonitorError('aborted', 'called off', { cause: signal.reason }));
        });
      });
    } finally {
      this.waitingInAll -= 1;
    }
  }

  private release(name: string): void {
    this.free += 1;
    this.laneOf(name).taken -= 1;
    // The permit goes straight to who waits longest: nobody who comes now can take it first.
    for (const [other, lane] of this.lanes) {
      const [enter] = lane.waiting;
      if (enter === undefined || !this.mayTake(lane)) continue;
      lane.waiting.delete(enter);
      this.take(other, lane);
      enter();
      return;
    }
  }

  // One is left for each other lane.
  private mayTake({ taken }: Lane): boolean {
    return taken < Math.max(1, this.permits - (this.lanes.size - 1));
  }

  private take(name: string, lane: Lane): void {
    this.free -= 1;
    lane.taken += 1;
    this.lanes.delete(name);
    this.lanes.set(name, lane);
  }

  private laneOf(name: string): Lane {
    const lane = this.lanes.get(name);
    if (lane === undefined) throw new SvcMonitorError('bug', 'there is no such lane', { details: { lane: name } });
    return lane;
  }
}
