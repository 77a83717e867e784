import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from './clock.js';

/**
 * Lets others have their turn in time. What never waits for anything but promises that are done keeps timers, sockets and all else from the
 * processor, however many steps it has. Several that work side by side share one.
 */
export class Turns {
  private since: number | undefined;

  /** @param longestMs how long a turn may last, milliseconds; the step that is under way then is finished */
  public constructor(
    private readonly clock: Clock,
    private readonly longestMs: number,
  ) {}

  /** Resolves at once, or, where this turn has lasted for long enough, when all else that waits has had its turn. Never rejects. */
  public async giveWay(): Promise<void> {
    const now = this.clock.monotonic();
    if (this.since === undefined) {
      this.since = now;
      // Whatever ends this turn, also a wait for an answer: the next one begins anew.
      setImmediate(() => {
        this.since = undefined;
      });
    }
    if (now - this.since >= this.longestMs) await nextTurn();
  }
}
