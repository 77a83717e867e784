import { hasCode, toSvcMonitorError } from '../base/errors/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import type { Change, DecodedMessage } from './change.js';
import type { ChangeSink } from './source.js';

/** Where deliveries go, and where it is told that one failed. */
export interface DeliveryOptions {
  readonly sink: ChangeSink;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Delivers a change: never rejects.
 *
 * @returns `taken`: may be acknowledged. `refused`: the sink is closing, and the change stays unacknowledged. `failed`: a bug in the
 * sink, logged here; the change is dropped unacknowledged, so that it does not stop the others, and the next resync makes it good
 */
export async function deliverChange(change: Change, options: DeliveryOptions): Promise<'taken' | 'refused' | 'failed'> {
  try {
    await options.sink.deliver(change);
    return 'taken';
  } catch (caught) {
    if (hasCode(caught, 'closed', 'aborted')) return 'refused';
    const error = toSvcMonitorError(caught);
    options.metrics.increment('errors_total', { code: error.code });
    options.logger.error('a change could not be delivered and is dropped', {
      kind: change.kind,
      uuid: change.uuid,
      operation: change.operation,
      ...errorFields(error),
    });
    return 'failed';
  }
}

/** Tells the sink of a message that is no change: never throws. A bug in the sink is logged here. */
export function skipMessage(
  message: Exclude<DecodedMessage, { readonly outcome: 'change' }>,
  options: DeliveryOptions,
): void {
  try {
    options.sink.skipped(message);
  } catch (caught) {
    const error = toSvcMonitorError(caught);
    options.metrics.increment('errors_total', { code: error.code });
    options.logger.error('a skipped message could not be noted', errorFields(error));
  }
}
