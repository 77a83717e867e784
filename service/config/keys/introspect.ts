import { boolean, number, path, text } from '../../../lib/index.js';
import { key, optionalKey } from './key.js';

/** The keys of the section `introspect`. */
export const introspectKeys = {
  'introspect.enabled': key(
    boolean(),
    false,
    'Answer contrail-status as the original does. Only the instance that acts listens.',
  ),
  'introspect.host': key(text('an address of this host'), '127.0.0.1', 'Address of the introspect port.'),
  'introspect.port': key(
    number(0, 65535),
    8088,
    'The introspect port, the original’s by default; 0 takes any free one.',
  ),
  'introspect.tls.enabled': key(boolean(), false, 'Answer by TLS only.'),
  'introspect.tls.cert_file': optionalKey(path(), 'Certificate (PEM) of the introspect port.'),
  'introspect.tls.key_file': optionalKey(path(), 'Key (PEM) of that certificate.'),
  'introspect.tls.client_ca_file': optionalKey(
    path(),
    'Certificates (PEM) by which clients have to be signed. Any client may ask if unset.',
  ),
};
