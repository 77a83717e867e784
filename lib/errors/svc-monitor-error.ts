import { errorCodes, type ErrorCode } from './codes.js';

const brand = Symbol.for('opensdn-svc-monitor.error');

/** What else is known about a failure; plain values only, never a secret. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * The one error class of the library.
 *
 * `code` says what happened (see {@link errorCodes}), `retriable` whether the same call may succeed later,
 * `details` what is known besides, `cause` what led to it.
 */
export class SvcMonitorError extends Error {
  public readonly code: ErrorCode;
  public readonly retriable: boolean;
  public readonly details: ErrorDetails;

  public constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: ErrorDetails } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SvcMonitorError';
    this.code = code;
    this.retriable = errorCodes[code].retriable;
    this.details = options.details ?? {};
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
