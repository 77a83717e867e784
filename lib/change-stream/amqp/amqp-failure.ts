import { AMQPConnectionError } from 'rabbitmq-client';
import { SvcMonitorError, type Remedy } from '../../base/errors/index.js';
import { currentOf } from '../../base/live/index.js';
import { explainConnectionFailure, peers } from '../../base/peer/index.js';
import type { Broker } from './amqp-options.js';

/** An error of the broker or of the client library as `source-failed`, with nothing in it that could hold the password. */
export function sourceFailure(error: unknown, broker: Broker): SvcMonitorError {
  const text = error instanceof Error ? error.message : String(error);
  const said = hideSecrets(text === '' ? 'connection failed' : text, currentOf(broker.password));
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const { meaning, ...remedy } = explained(error, code, text);
  return new SvcMonitorError('source-failed', meaning === undefined ? said : `${meaning} (${said})`, {
    details: {
      broker: `${broker.hostname}:${broker.port}`,
      ...(code === undefined ? {} : { reason: code }),
      ...remedy,
    },
  });
}

function explained(error: unknown, code: string | undefined, text: string): Remedy & { readonly meaning?: string } {
  if (code === undefined) return {};
  // The same code of a channel is about a queue or an exchange, and its text says so.
  if (code === 'ACCESS_REFUSED' && error instanceof AMQPConnectionError) {
    return {
      meaning: 'the broker refuses the login: check user name and password',
      setting: 'rabbitmq.password',
      advice: 'check rabbitmq.username and rabbitmq.password',
    };
  }
  const { kind, ...failure } = explainConnectionFailure(peers.rabbitmq, code, text) ?? {};
  // What a broker that restarts does to its connections is no matter of a setting.
  return kind === 'closed-without-answer' ? {} : failure;
}

function hideSecrets(text: string, password: string): string {
  const withoutUserInfo = text.replace(/\/\/[^/@\s]*@/g, '//***@');
  // Shorter ones, and the name that is also the default user's, would only make the message unreadable.
  return password.length < 4 || password === 'guest' ? withoutUserInfo : withoutUserInfo.replaceAll(password, '***');
}
