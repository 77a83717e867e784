/**
 * Errors: one class with a code, whether a retry may help, and the cause.
 * Match on `code` (or use the helpers), never on the message or with `instanceof`: the brand survives two copies of the package.
 */
export { errorCodes, type ErrorCode } from './codes.js';
export { type ConflictingObject, type DetailsOf, type DocumentedDetails, type ErrorDetails } from './details.js';
export { assertNever } from './assert-never.js';
export { SvcMonitorError, toSvcMonitorError, type ErrorOptionsOf } from './svc-monitor-error.js';
export { hasCode, isAborted, isNotFound, isRetriable, throwIfAborted } from './predicates.js';
export { remedyOf, type Remedy } from './remedy.js';
