import { SvcMonitorError } from '../base/errors/index.js';
import { currentOf } from '../base/live/index.js';
import { explainConnectionFailure, isAboutTls, peers } from '../base/peer/index.js';
import type { OperatorDetails } from '../base/problems/index.js';
import type { KafkaConnectionOptions } from './options.js';

/** What Kafka alone says, matched with `<reason>: <text>`, and what an operator has to know of it. */
const meanings: readonly (OperatorDetails & { readonly said: RegExp })[] = [
  {
    said: /SASL|UNSUPPORTED_SASL_MECHANISM|ILLEGAL_SASL_STATE/i,
    problem: 'stream-refused',
    setting: 'kafka.sasl.password',
    advice: 'Check kafka.sasl.mechanism, kafka.sasl.username and kafka.sasl.password.',
  },
  {
    said: /^(TOPIC|GROUP|CLUSTER|TRANSACTIONAL_ID)_AUTHORIZATION_FAILED:/,
    problem: 'stream-refused',
    setting: 'kafka.sasl.username',
    advice: 'Give the user the rights to the topic and to the consumer groups that begin with kafka.group.',
  },
  {
    said: /^UNKNOWN_TOPIC_OR_PARTITION:/,
    problem: 'stream-refused',
    setting: 'kafka.topic',
    advice: 'There is no such topic: `opensdn-svc-monitor relay` makes it, and fills it.',
  },
  { said: /^INSTANCE_TAKEN:/, problem: 'queue-taken', setting: 'kafka.instance' },
];

const anything: OperatorDetails = {
  setting: 'kafka.brokers',
  advice:
    'Look whether the brokers run, and whether kafka.brokers and the addresses that they advertise can be reached.',
};

/**
 * An error of the brokers or of the client library as `source-failed`, with nothing in it that could hold the password. `details.reason`
 * is Kafka's own name of it (`UNKNOWN_TOPIC_OR_PARTITION`), or the operating system's (`ECONNREFUSED`), where there is one; beside it stands
 * what an operator has to know.
 */
export function kafkaFailure(error: unknown, options: KafkaConnectionOptions): SvcMonitorError {
  if (SvcMonitorError.is(error)) return error;
  const cause = rootOf(error);
  const text = cause instanceof Error ? cause.message : String(cause);
  const reason = nameOf(cause);
  const said = hidePassword(text === '' ? 'Kafka failed' : text, options);
  const { meaning, problem, setting, advice } = meaningOf(reason ?? '', text);
  return new SvcMonitorError('source-failed', meaning === undefined ? said : `${meaning} (${said})`, {
    details: {
      brokers: options.brokers.join(','),
      ...(reason === undefined ? {} : { reason, answer: said }),
      ...(problem === undefined ? {} : { problem }),
      ...(setting === undefined ? {} : { setting }),
      ...(advice === undefined ? {} : { advice }),
    },
  });
}

function meaningOf(reason: string, text: string): OperatorDetails & { readonly meaning?: string } {
  const own = meanings.find(({ said }) => said.test(`${reason}: ${text}`));
  if (own !== undefined) return own;
  const { kind, ...failure } = explainConnectionFailure(peers.kafka, reason, text) ?? {};
  if (kind === undefined) return anything;
  return isAboutTls(kind) ? { ...failure, problem: 'stream-tls' } : failure;
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
