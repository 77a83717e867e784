/**
 * Errors: one class with a code, whether a retry may help, and the cause.
 * Match on `code` (or use the helpers), never on the message or with `instanceof`: the brand survives two copies of the package.
 */
export { errorCodes, type ErrorCode } from './codes.js';
export { SvcMonitorError, toSvcMonitorError, type ErrorDetails } from './svc-monitor-error.js';
export { hasCode, isAborted, isNotFound, isRetriable, throwIfAborted } from './predicates.js';
