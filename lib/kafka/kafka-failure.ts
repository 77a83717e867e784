import { SvcMonitorError } from '../base/errors/index.js';
import { currentOf } from '../base/live/index.js';
import { explainConnectionFailure, peers } from '../base/peer/index.js';
import type { KafkaConnectionOptions } from './options.js';

/**
 * An error of the brokers or of the client library as `source-failed`, with nothing in it that could hold the password. `details.reason`
 * is Kafka's own name of it (`UNKNOWN_TOPIC_OR_PARTITION`), or the operating system's (`ECONNREFUSED`), where there is one.
 */
export function kafkaFailure(error: unknown, options: KafkaConnectionOptions): SvcMonitorError {
  if (SvcMonitorError.is(error)) return error;
  const cause = rootOf(error);
  const text = cause instanceof Error ? cause.message : String(cause);
  const reason = nameOf(cause);
  const said = hidePassword(text === '' ? 'Kafka failed' : text, options);
  const known = reason === undefined ? undefined : explainConnectionFailure(peers.kafka, reason, text);
  return new SvcMonitorError('source-failed', known === undefined ? said : `${known.meaning} (${said})`, {
    details: {
      brokers: options.brokers.join(','),
      ...(reason === undefined ? {} : { reason }),
      ...(known === undefined ? {} : { setting: known.setting, advice: known.advice }),
    },
  });
}

/** The client library wraps what went wrong in "retries exceeded" and the like. */
function rootOf(error: unknown): unknown {
  let root = error;
  for (let depth = 0; depth < 5 && root instanceof Error && root.cause instanceof Error; depth++) root = root.cause;
  return root;
}

function nameOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('type' in error && typeof error.type === 'string') return error.type;
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function hidePassword(text: string, { sasl }: KafkaConnectionOptions): string {
  const password = sasl === undefined ? '' : currentOf(sasl.password);
  // Shorter ones would only make the message unreadable.
  return password.length < 4 ? text : text.replaceAll(password, '***');
}
