/** Why lines were not written. */
export const suppressionReasons = {
  repeated: 'the same line was written less than a minute before',
  'too-many': 'too many lines of one message in a minute',
  'not-read': 'nobody reads the standard output, or not fast enough',
  file: 'the log file cannot be written, or not fast enough',
} as const;

/** See {@link suppressionReasons}. */
export type SuppressionReason = keyof typeof suppressionReasons;

type Listener = (reason: SuppressionReason, count: number) => void;

/** Counts the lines that were not written. Whoever listens is told of those before, too. */
export class SuppressedLines {
  private readonly counts = new Map<SuppressionReason, number>();
  private readonly listeners: Listener[] = [];

  /** Counts lines. */
  public add(reason: SuppressionReason, count = 1): void {
    this.counts.set(reason, this.count(reason) + count);
    for (const listener of this.listeners) listener(reason, count);
  }

  /** Has the listener told of all, from the first. */
  public onAdded(listener: Listener): void {
    this.listeners.push(listener);
    for (const [reason, count] of this.counts) listener(reason, count);
  }

  /** How many there are for that reason. */
  public count(reason: SuppressionReason): number {
    return this.counts.get(reason) ?? 0;
  }
}
