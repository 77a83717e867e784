import { AMQPConnectionError } from 'rabbitmq-client';
import { SvcMonitorError } from '../../base/errors/index.js';
import { currentOf } from '../../base/live/index.js';
import { explainConnectionFailure, isAboutTls, peers } from '../../base/peer/index.js';
import type { OperatorDetails } from '../../base/problems/index.js';
import type { Broker } from './amqp-options.js';

interface Meaning extends OperatorDetails {
  /** Absent: what was said is plain enough. */
  readonly meaning?: string;
}

interface Row extends Meaning {
  /** Matched with `<code>: <text>`. */
  readonly said: RegExp;
  /** Whether the code has to come from the connection: of a channel the same code is about a queue or an exchange. */
  readonly ofConnection?: boolean;
}

/** What RabbitMQ alone says, and what it means for whoever set the source up. The first that fits counts. */
const meanings: readonly Row[] = [
  {
    said: /^ACCESS_REFUSED:/,
    ofConnection: true,
    meaning: 'the broker refuses the login: check user name and password',
    problem: 'stream-refused',
    setting: 'rabbitmq.password',
    advice:
      'Check rabbitmq.username and rabbitmq.password (or rabbitmq.password_file) with `rabbitmqctl authenticate_user`.',
  },
  {
    said: /^NOT_ALLOWED:.*vhost/i,
    ofConnection: true,
    meaning: 'there is no such virtual host, or the user may not use it',
    problem: 'stream-refused',
    setting: 'rabbitmq.vhost',
    advice: 'See `rabbitmqctl list_vhosts` and `rabbitmqctl list_permissions -p <vhost>`.',
  },
  {
    said: /^(ACCESS_REFUSED|NOT_ALLOWED):/,
    problem: 'stream-refused',
    setting: 'rabbitmq.username',
    advice:
      'The user needs the rights to configure, write and read its queue, and to read the exchange: `rabbitmqctl set_permissions`.',
  },
  {
    said: /^PRECONDITION_FAILED:.*exchange/i,
    meaning: 'the exchange is of another type, or was declared in another way, than OpenSDN’s',
    problem: 'stream-refused',
    setting: 'rabbitmq.exchange',
    advice:
      'OpenSDN’s is `vnc_config.object-update`, of type fanout, not durable. Something else has declared this one.',
  },
  { said: /^QUEUE_TAKEN:/, problem: 'queue-taken', setting: 'rabbitmq.queue_name' },
  {
    said: /^NO_AMQP:/,
    meaning: 'what listens there does not speak AMQP',
    setting: 'rabbitmq.port',
    advice: 'Check rabbitmq.hosts and rabbitmq.port: OpenSDN’s own RabbitMQ listens on 5673.',
  },
  {
    said: /^(ECONNREFUSED|CONN_CLOSE|CONNECTION_TIMEOUT|ETIMEDOUT):/,
    setting: 'rabbitmq.hosts',
    advice:
      'Look whether RabbitMQ runs there, and whether rabbitmq.hosts and rabbitmq.port are right: OpenSDN’s own listens on 5673.',
  },
];

/**
 * An error of the broker or of the client library as `source-failed`, with nothing in it that could hold the password, and with what an
 * operator has to know of it among its details.
 */
export function sourceFailure(error: unknown, broker: Broker): SvcMonitorError {
  const text = error instanceof Error ? error.message : String(error);
  const said = hideSecrets(text === '' ? 'connection failed' : text, currentOf(broker.password));
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const { meaning, problem, setting, advice } = meaningOf(error, code, text);
  return new SvcMonitorError('source-failed', meaning === undefined ? said : `${meaning} (${said})`, {
    details: {
      broker: `${broker.hostname}:${broker.port}`,
      ...(code === undefined ? {} : { reason: code }),
      ...(problem === undefined ? {} : { problem }),
      ...(setting === undefined ? {} : { setting }),
      ...(code === undefined ? {} : { answer: said }),
      ...(advice === undefined ? {} : { advice }),
    },
  });
}

function meaningOf(error: unknown, code: string | undefined, text: string): Meaning {
  if (code === undefined) return {};
  const isOfConnection = error instanceof AMQPConnectionError;
  const own = meanings.find(
    ({ said, ofConnection = false }) => (!ofConnection || isOfConnection) && said.test(`${code}: ${text}`),
  );
  if (own !== undefined) return own;
  const { kind, ...failure } = explainConnectionFailure(peers.rabbitmq, code, text) ?? {};
  // What a broker that restarts does to its connections is no matter of a setting.
  if (kind === undefined || kind === 'closed-without-answer') return {};
  return isAboutTls(kind) ? { ...failure, problem: 'stream-tls' } : failure;
}

function hideSecrets(text: string, password: string): string {
  const withoutUserInfo = text.replace(/\/\/[^/@\s]*@/g, '//***@');
  // Shorter ones, and the name that is also the default user's, would only make the message unreadable.
  return password.length < 4 || password === 'guest' ? withoutUserInfo : withoutUserInfo.replaceAll(password, '***');
}
