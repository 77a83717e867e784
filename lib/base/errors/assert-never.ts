import { SvcMonitorError } from './svc-monitor-error.js';

/** The end of a switch over a closed union: it cannot be reached while the union is handled whole. */
export function assertNever(value: never): never {
  throw new SvcMonitorError('bug', 'a case is not handled', { details: { value } });
}
