import type { Clock, Timer } from './clock.js';

// Longer delays overflow the runtime's timer and would fire at once.
const longestDelayMs = 2 ** 31 - 1;

/** The clock of the machine. */
export class SystemClock implements Clock {
  public now(): number {
    return Date.now();
  }

  public monotonic(): number {
    return performance.now();
  }

  public schedule(delayMs: number, action: () => void): Timer {
    const timer = setTimeout(action, Math.min(Math.max(delayMs, 0), longestDelayMs));
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  }
}
