import type { Clock } from '../clock/index.js';
import type { PartFailure } from './failure.js';
import type { Problem } from './problem.js';
import type { ProblemType } from './types.js';

/**
 * What does not work now, by part: the config API, the change stream, and so on. An outage begins with the first failure and lasts until the
 * part works again, whoever tells of it: what is made anew after a failed start goes on with the outage of what was there before.
 *
 * Bounded by the parts that there are. It writes no log lines: who notices a failure does.
 */
export class Outages {
  private readonly byPart = new Map<string, Problem<ProblemType>>();
  private readonly listeners = new Set<() => void>();

  public constructor(private readonly clock: Clock) {}

  /** The part has failed, or failed again: the latest failure is shown, since the first. */
  public failed(part: string, failure: PartFailure): void {
    const known = this.byPart.get(part);
    this.byPart.set(part, { ...failure, since: known?.since ?? this.clock.now() });
    this.tell();
  }

  /** The part works. @returns how long it did not, milliseconds; undefined if it did before */
  public over(part: string): number | undefined {
    const known = this.byPart.get(part);
    if (known === undefined) return undefined;
    this.byPart.delete(part);
    this.tell();
    return Math.max(0, this.clock.now() - known.since);
  }

  /** What does not work, in the order in which it failed first. */
  public problems(): readonly Problem<ProblemType>[] {
    return [...this.byPart.values()];
  }

  /** The outage of a part. */
  public of(part: string): Problem<ProblemType> | undefined {
    return this.byPart.get(part);
  }

  /** Has the listener called after each change. Returns how to end that. */
  public onChanged(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
