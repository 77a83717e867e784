import type { Clock } from '../base/clock/index.js';
import type { ErrorCode } from '../base/errors/index.js';

/** A key whose last reconcile failed. */
export interface Failure {
  /** Of the last failure. */
  readonly code: ErrorCode;
  readonly message: string;
  /** Wall-clock time of the first failure in a row, milliseconds since 1970. */
  readonly since: number;
  /** Failures in a row. */
  readonly attempts: number;
}

/** Which keys fail, since when and why. */
export class Failures<Key extends string> {
  private readonly byKey = new Map<Key, Failure>();

  public constructor(private readonly clock: Clock) {}

  public get all(): ReadonlyMap<Key, Failure> {
    return this.byKey;
  }

  /** Takes note of a failure, and returns what is known of it. */
  public failed(key: Key, code: ErrorCode, message: string): Failure {
    const before = this.byKey.get(key);
    const failure = { code, message, since: before?.since ?? this.clock.now(), attempts: (before?.attempts ?? 0) + 1 };
    this.byKey.set(key, failure);
    return failure;
  }

  public succeeded(key: Key): void {
    this.byKey.delete(key);
  }
}
