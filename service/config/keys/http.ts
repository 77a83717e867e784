import { boolean, list, number, path, text } from '../../../lib/index.js';
import { key, optionalKey } from './key.js';

/** The keys of the section `http`. */
export const httpKeys = {
  'http.host': key(
    text('an address of this host'),
    '127.0.0.1',
    'Address of the status endpoint. It asks for no credentials.',
  ),
  'http.port': key(
    number(0, 65535),
    9097,
    'Port of the status endpoint; 0 takes any free one. The original svc-monitor’s introspect port is 8088, so the two can run on one host.',
  ),
  'http.allowed_hosts': key(
    list(text('a host name'), 0),
    [],
    'Host names by which the endpoint may be asked, besides addresses, `localhost` and this host’s own name. Others are refused, so that no page in a browser can read it.',
  ),
  'http.tls.enabled': key(boolean(), false, 'Answer by TLS only.'),
  'http.tls.cert_file': optionalKey(path(), 'Certificate (PEM) of the status endpoint.'),
  'http.tls.key_file': optionalKey(path(), 'Key (PEM) of that certificate.'),
  'http.tls.client_ca_file': optionalKey(
    path(),
    'Certificates (PEM) by which clients have to be signed. Any client may ask if unset.',
  ),
};
