/** A timer that can be called off. */
export interface Timer {
  /** Calls it off; does nothing once it has fired. */
  cancel(): void;
}

/** The source of time. Durations and instants are milliseconds. */
export interface Clock {
  /** Wall-clock time, milliseconds since 1970. It can jump: use it only to compare with times that others wrote. */
  now(): number;
  /** Milliseconds since some fixed moment. It never goes back: use it for durations and deadlines. */
  monotonic(): number;
  /** Calls `action` once, `delayMs` from now. */
  schedule(delayMs: number, action: () => void): Timer;
}
