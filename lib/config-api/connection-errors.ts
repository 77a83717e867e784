import { hasCode, SvcMonitorError } from '../base/errors/index.js';
import { explainConnectionFailure, type Peer } from '../base/peer/index.js';

/** A failure of the transport with what it means, which setting is to be looked at, and what to do; as it is if nobody knows. */
export function explained(error: SvcMonitorError, peer: Peer): SvcMonitorError {
  const { reason } = error.details;
  if (hasCode(error, 'timeout')) {
    return withDetails(error, error.message, {
      setting: peer.settings.address,
      advice: `look at the load of ${peer.name}, and at what is between here and ${peer.settings.address}`,
    });
  }
  if (typeof reason !== 'string') return error;
  const { meaning, setting, advice } = explainConnectionFailure(peer, reason, error.message) ?? {};
  if (meaning === undefined || setting === undefined || advice === undefined) return error;
  return withDetails(error, `${meaning} (${error.message})`, { setting, advice });
}

function withDetails(
  error: SvcMonitorError,
  message: string,
  remedy: { readonly setting: string; readonly advice: string },
): SvcMonitorError {
  return new SvcMonitorError(error.code, message, { cause: error.cause, details: { ...error.details, ...remedy } });
}
