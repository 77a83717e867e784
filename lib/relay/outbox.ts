import { onAbort } from '../base/clock/index.js';
import type { GapReason } from '../kafka/index.js';
import type { RelayRecord } from './record.js';

/** A record on its way, and the message that it was made from. */
export interface Entry {
  readonly record: RelayRecord;
  /** Monotonic milliseconds at which the message came. */
  readonly receivedAt: number;
  /** Tells RabbitMQ that Kafka has it. */
  readonly acknowledge: () => void;
}

/** What goes out together: first the mark, if there is one, then the records in their order. Never empty. */
export interface Batch {
  readonly gap?: GapReason;
  readonly entries: readonly Entry[];
}

/** How much goes out together. */
export interface BatchLimits {
  /** Records. */
  readonly records: number;
  /** Bytes of the bodies; a single record may have more. */
  readonly bytes: number;
}

/**
 * What has come from RabbitMQ and waits for Kafka, in its order. It waits for nothing to fill a batch: a batch is what has come while
 * the one before it was on its way. Holds as much as it is given: RabbitMQ sends no more than its prefetch.
 */
export class Outbox {
  private waiting: Entry[] = [];
  private gap: GapReason | undefined;
  private wake: () => void = () => undefined;

  public constructor(private readonly limits: BatchLimits) {}

  /** How many entries wait. */
  public get length(): number {
    return this.waiting.length;
  }

  /** Whether there is nothing to take, a mark included. */
  public get isEmpty(): boolean {
    return this.waiting.length === 0 && this.gap === undefined;
  }

  /** When the first of those that wait came; undefined if none does. */
  public get oldest(): number | undefined {
    return this.waiting[0]?.receivedAt;
  }

  public add(entry: Entry): void {
    this.waiting.push(entry);
    this.wake();
  }

  /** Something may have been missed before the entries that are added from now on. */
  public markGap(reason: GapReason): void {
    // One mark does for several gaps, as nothing is carried between them: whoever marks one has dropped what waited.
    this.gap ??= reason;
    this.wake();
  }

  /** Forgets the entries that wait, of a session that is lost: RabbitMQ delivers them again, or a gap is marked. Marks stay. */
  public drop(): void {
    this.waiting = [];
  }

  /** The next batch; undefined if nothing waits. */
  public take(): Batch | undefined {
    const { gap } = this;
    this.gap = undefined;
    const entries = this.waiting.splice(0, this.fitting());
    if (gap === undefined && entries.length === 0) return undefined;
    return { ...(gap === undefined ? {} : { gap }), entries };
  }

  /** Resolves when there is something to take, or the signal fires. */
  public async filled(signal: AbortSignal): Promise<void> {
    if (!this.isEmpty || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        release();
        this.wake = () => undefined;
        resolve();
      };
      this.wake = done;
      const release = onAbort(signal, done);
    });
  }

  /** How many of those that wait go out together. */
  private fitting(): number {
    let count = 0;
    let bytes = 0;
    for (const { record } of this.waiting) {
      bytes += record.bytes;
      if (count === this.limits.records || (count > 0 && bytes > this.limits.bytes)) break;
      count += 1;
    }
    return count;
  }
}
