import type { Clock } from '../../base/clock/index.js';
import { SvcMonitorError } from '../../base/errors/index.js';
import { backlog, type LogRange } from './starting-place.js';
import type { Positions } from './positions.js';

/** What a {@link ProgressWatch} is made of. */
export interface ProgressWatchOptions {
  readonly positions: Positions;
  readonly clock: Clock;
  /** Within this time a message that is there has to be taken. Milliseconds. */
  readonly stallMs: number;
  /** Messages were removed before they were read. */
  readonly onMissed: () => void;
  /** Told at each look: how many messages have not been taken. */
  readonly onLag: (messages: number) => void;
}

interface Target {
  readonly offset: bigint;
  readonly setAt: number;
}

/**
 * Compares where a reader is with what the brokers hold. A client library that is running, sends heartbeats and fetches nothing is found
 * this way, whatever the cause; so is a topic that lost messages before they were read.
 */
export class ProgressWatch {
  /** By partition: an end that was seen, and has to be reached. */
  private readonly targets = new Map<number, Target>();
  /** By partition: the lowest offset that was passed over without a message. */
  private readonly holes = new Map<number, bigint>();
  private heldUp = false;

  public constructor(private readonly options: ProgressWatchOptions) {}

  /** Whether the reader waits for the sink: then it is not to blame for standing still. */
  public holdUp(heldUp: boolean): void {
    this.heldUp = heldUp;
    if (!heldUp) this.targets.clear();
  }

  /**
   * Offsets from `from` on had no message. Compaction leaves such holes, and nothing is missed; retention does, too, at the beginning of
   * the log. The next look tells.
   */
  public noteHole(partition: number, from: bigint): void {
    if (!this.holes.has(partition)) this.holes.set(partition, from);
  }

  /** Where the reader is: to be taken before the log is asked for, whose end the reader may have passed when the answer is there. */
  public places(): ReadonlyMap<number, bigint> {
    const { positions } = this.options;
    return new Map(positions.partitions.map((partition) => [partition, positions.next(partition) ?? 0n]));
  }

  /**
   * @param places where the reader was before the log was asked for
   * @throws SvcMonitorError `source-failed` if the reader stands still, or stands where the log does not reach
   */
  public look(log: readonly LogRange[], places: ReadonlyMap<number, bigint>): void {
    const { positions, onLag, onMissed } = this.options;
    const removed = log.some(({ partition, low }) => low > (this.holes.get(partition) ?? low));
    this.holes.clear();
    if (removed) onMissed();
    onLag(Number(backlog(positions, log)));
    for (const [partition, place] of places) {
      const range = log.find((entry) => entry.partition === partition);
      if (range === undefined || place > range.high) throw failure('the topic was made anew, or has lost messages');
      if ((positions.next(partition) ?? place) < range.low)
        throw failure('messages were removed before they were read');
    }
    if (!this.heldUp) for (const range of log) this.check(range);
  }

  private check({ partition, high }: LogRange): void {
    const { positions, clock, stallMs } = this.options;
    const now = clock.monotonic();
    const target = this.targets.get(partition);
    const next = positions.next(partition) ?? 0n;
    if (target === undefined || next >= target.offset) {
      this.targets.set(partition, { offset: high, setAt: now });
      return;
    }
    if (now - target.setAt > stallMs) throw failure('there are messages, and none is read');
  }
}

function failure(message: string): SvcMonitorError {
  return new SvcMonitorError('source-failed', message);
}
