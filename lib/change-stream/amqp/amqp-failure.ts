import { AMQPConnectionError } from 'rabbitmq-client';
import { SvcMonitorError } from '../../base/errors/index.js';
import type { Broker } from './amqp-options.js';

/** What Node.js and OpenSSL say, and what it means for whoever set the source up. Matched with `<code>: <text>`. */
const meanings: readonly { readonly said: RegExp; readonly meaning: string }[] = [
  { said: /^CERT_HAS_EXPIRED:/, meaning: 'the certificate of the broker has expired' },
  { said: /^CERT_NOT_YET_VALID:/, meaning: 'the certificate of the broker is not valid yet' },
  {
    said: /^(UNABLE_TO_(GET_ISSUER_CERT(_LOCALLY)?|VERIFY_LEAF_SIGNATURE)|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT):/,
    meaning: 'the certificate of the broker is signed by nobody who is trusted: check the CA certificates',
  },
  {
    said: /^ERR_TLS_CERT_ALTNAME_INVALID:/,
    meaning: 'the certificate of the broker is for another name than the one that it is reached by',
  },
  {
    said: /wrong version number|packet length too long/i,
    meaning: 'the broker does not speak TLS on this port',
  },
  { said: /^TLS_PEER:/, meaning: 'the broker speaks TLS on this port' },
  { said: /^NO_AMQP:/, meaning: 'what listens there does not speak AMQP' },
  {
    said: /^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE):/,
    meaning: 'the broker asks for a client certificate, or for TLS settings that are not ours',
  },
  { said: /^ERR_SSL_.*ALERT_.*(CERTIFICATE|_CA)/, meaning: 'the broker does not accept the client certificate' },
];

/** An error of the broker or of the client library as `source-failed`, with nothing in it that could hold the password. */
export function sourceFailure(error: unknown, broker: Broker): SvcMonitorError {
  const text = error instanceof Error ? error.message : String(error);
  const said = hideSecrets(text === '' ? 'connection failed' : text, broker.password);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const meaning = meaningOf(error, code, text);
  return new SvcMonitorError('source-failed', meaning === undefined ? said : `${meaning} (${said})`, {
    details: { broker: `${broker.hostname}:${broker.port}`, ...(code === undefined ? {} : { reason: code }) },
  });
}

function meaningOf(error: unknown, code: string | undefined, text: string): string | undefined {
  if (code === undefined) return undefined;
  // The same code of a channel is about a queue or an exchange, and its text says so.
  if (code === 'ACCESS_REFUSED' && error instanceof AMQPConnectionError) {
    return 'the broker refuses the login: check user name and password';
  }
  return meanings.find((entry) => entry.said.test(`${code}: ${text}`))?.meaning;
}

function hideSecrets(text: string, password: string): string {
  const withoutUserInfo = text.replace(/\/\/[^/@\s]*@/g, '//***@');
  // Shorter ones, and the name that is also the default user's, would only make the message unreadable.
  return password.length < 4 || password === 'guest' ? withoutUserInfo : withoutUserInfo.replaceAll(password, '***');
}
