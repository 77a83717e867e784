import { hasCode, SvcMonitorError } from '../../base/errors/index.js';

/** The key of the setting that names the servers: where an operator has to look. */
const setting = 'zookeeper.hosts';

/** What ZooKeeper, the client library or the operating system calls a failure, if it has a name. */
export type FailureReason = string | undefined;

/** A failure of ZooKeeper as `leadership-failed`. */
export function leadershipFailure(
  message: string,
  servers: readonly string[],
  reason?: FailureReason,
): SvcMonitorError {
  return new SvcMonitorError('leadership-failed', message, {
    details: { setting, servers: servers.join(','), ...(reason === undefined ? {} : { reason }) },
  });
}

/** An error of a call to ZooKeeper as `leadership-failed`, with ZooKeeper's own name of it (`NO_AUTH`) as `details.reason`. */
export function callFailure(what: string, error: unknown, servers: readonly string[]): SvcMonitorError {
  if (hasCode(error, 'leadership-failed')) return error;
  if (hasCode(error, 'timeout'))
    return leadershipFailure(`ZooKeeper does not answer in time: ${what}`, servers, 'timeout');
  if (hasCode(error, 'aborted')) return leadershipFailure(`called off: ${what}`, servers, 'aborted');
  const reason = nameOf(error);
  return leadershipFailure(`ZooKeeper answers ${reason ?? String(error)}: ${what}`, servers, reason);
}

const passing: ReadonlySet<unknown> = new Set(['CONNECTION_LOSS', 'OPERATION_TIMEOUT', 'timeout']);

/** Whether the session may be as good as it was, and the same call succeed on it. */
export function isPassing(error: SvcMonitorError): boolean {
  return passing.has(error.details['reason']);
}

function nameOf(error: unknown): FailureReason {
  return error instanceof Error && error.name !== 'Error' ? error.name : undefined;
}
