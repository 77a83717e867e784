import type { Clock } from '../base/clock/index.js';
import type { ErrorCode } from '../base/errors/index.js';
import type { VipKey } from '../model/index.js';

/** A VIP whose last reconcile failed. */
export interface VipFailure {
  /** Of the last failure. */
  readonly code: ErrorCode;
  readonly message: string;
  /** Wall-clock time of the first failure in a row, milliseconds since 1970. */
  readonly since: number;
  /** Failures in a row. */
  readonly attempts: number;
}

/** Which VIPs fail, since when and why. */
export class Failures {
  private readonly byVip = new Map<VipKey, VipFailure>();

  public constructor(private readonly clock: Clock) {}

  public get all(): ReadonlyMap<VipKey, VipFailure> {
    return this.byVip;
  }

  /** Takes note of a failure, and returns what is known of it. */
  public failed(key: VipKey, code: ErrorCode, message: string): VipFailure {
    const before = this.byVip.get(key);
    const failure = { code, message, since: before?.since ?? this.clock.now(), attempts: (before?.attempts ?? 0) + 1 };
    this.byVip.set(key, failure);
    return failure;
  }

  public succeeded(key: VipKey): void {
    this.byVip.delete(key);
  }
}
