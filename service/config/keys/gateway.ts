import { boolean, duration, listenAddress, number, path } from '../../../lib/index.js';
import { hour, key, minute, optionalKey, second } from './key.js';

/** The keys of the section `gateway`. */
export const gatewayKeys = {
  'gateway.listen': optionalKey(
    listenAddress(),
    'Where the Neutron gateway listens, such as `0.0.0.0:8082`; port 0 takes any free one. There is none if unset; the command `gateway` needs it.',
  ),
  'gateway.tls.enabled': key(boolean(), false, 'Answer by TLS only.'),
  'gateway.tls.cert_file': optionalKey(path(), 'Certificate (PEM) of the gateway.'),
  'gateway.tls.key_file': optionalKey(path(), 'Key (PEM) of that certificate.'),
  'gateway.tls.client_ca_file': optionalKey(
    path(),
    'Certificates (PEM) by which clients have to be signed. Any client may ask if unset.',
  ),
  'gateway.max_requests': key(
    number(1, 100_000),
    2_000,
    'Requests under way at once; more are answered with 503. Twice as many connections, and 256 more, are held.',
  ),
  'gateway.max_held': key(
    number(1, 100_000),
    500,
    'Neutron requests that are looked at, or wait to be wired, at once; more pass unchanged.',
  ),
  'gateway.change_timeout': key(
    duration(100, minute),
    5 * second,
    'How long the gateway may work on a Neutron request by itself. Then it passes unchanged.',
  ),
  'gateway.wiring_timeout': key(
    duration(10, minute),
    second,
    'How long the answer to an association with a VIP waits until that is wired. Not longer than `gateway.change_timeout`, by which it is cut.',
  ),
  'gateway.departure_timeout': key(
    duration(10, minute),
    second,
    'How long the delete of an amphora’s port waits until floating ips have let go of it. Not longer than `gateway.change_timeout`, by which it is cut.',
  ),
  'gateway.idle_timeout': key(
    duration(second, 24 * hour),
    10 * minute,
    'A request by whose connection nothing comes or goes for so long is broken off. The API server’s own stream (`/watch`) says something every minute.',
  ),
};
