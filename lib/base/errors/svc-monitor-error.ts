import { errorCodes, type ErrorCode } from './codes.js';
import type { DetailsOf } from './details.js';

const brand = Symbol.for('opensdn-svc-monitor.error');

/** What an error with that code is made with: its details can be left out only where none of them is promised. */
export type ErrorOptionsOf<C extends ErrorCode> = C extends ErrorCode
  ? Partial<DetailsOf<C>> extends DetailsOf<C>
    ? [options?: { readonly cause?: unknown; readonly details?: DetailsOf<C> }]
    : [options: { readonly cause?: unknown; readonly details: DetailsOf<C> }]
  : never;

/**
 * The one error class of the library.
 *
 * `code` says what happened (see {@link errorCodes}), `retriable` whether the same call may succeed later,
 * `details` what is known besides, `cause` what led to it.
 */
export class SvcMonitorError<C extends ErrorCode = ErrorCode> extends Error {
  public readonly code: C;
  public readonly retriable: boolean;
  public readonly details: DetailsOf<C>;

  public constructor(code: C, message: string, ...[options]: ErrorOptionsOf<C>) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SvcMonitorError';
    this.code = code;
    this.retriable = errorCodes[code].retriable;
    // Only where nothing is promised can they be missing.
    this.details = (options?.details ?? {}) as DetailsOf<C>;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Whether a value is an error of this class, of whichever copy of the package. */
  public static is(value: unknown): value is SvcMonitorError {
    return typeof value === 'object' && value !== null && brand in value;
  }
}

/** The value itself if it is a {@link SvcMonitorError}, else one with code `bug` and the value as its cause. */
export function toSvcMonitorError(value: unknown): SvcMonitorError {
  if (SvcMonitorError.is(value)) return value;
  const message = value instanceof Error ? value.message : String(value);
  return new SvcMonitorError('bug', `unexpected failure: ${message}`, { cause: value });
}
