import type { ErrorCode } from './codes.js';
import { SvcMonitorError } from './svc-monitor-error.js';

/** Whether the value is a {@link SvcMonitorError} with one of the codes. */
export function hasCode<C extends ErrorCode>(value: unknown, ...codes: readonly C[]): value is SvcMonitorError<C> {
  return SvcMonitorError.is(value) && (codes as readonly ErrorCode[]).includes(value.code);
}

/** Whether the config API said that the object does not exist. */
export function isNotFound(value: unknown): boolean {
  return hasCode(value, 'not-found');
}

/** Whether the caller itself called the work off. */
export function isAborted(value: unknown): boolean {
  return hasCode(value, 'aborted');
}

/** Whether the same call may succeed later. A failure that is none of ours is a bug, and is not. */
export function isRetriable(value: unknown): boolean {
  return SvcMonitorError.is(value) && value.retriable;
}

/** Throws `aborted` if the signal has fired. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new SvcMonitorError('aborted', 'called off', { cause: signal.reason });
}
