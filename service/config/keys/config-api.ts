import { autoOrBoolean, boolean, duration, httpUrl, list, number, path } from '../../../lib/index.js';
import { key, optionalKey, hour, minute, second } from './key.js';

/** The keys of the section `config_api`. */
export const configApiKeys = {
  'config_api.urls': key(
    list(httpUrl(), 1),
    ['http://127.0.0.1:8082'],
    'Base URLs of the config API. Several are API servers of one cluster: when one fails, it is set aside until it answers again, and the next is asked.',
  ),
  'config_api.request_timeout': key(
    duration(100, 5 * minute),
    5 * second,
    'Time for one request, from connecting to the last byte.',
  ),
  'config_api.list_timeout': key(duration(second, hour), minute, 'Time for one page of a list.'),
  'config_api.attempts': key(number(1, 20), 4, 'How often a request that may be repeated is sent at most.'),
  'config_api.concurrency': key(number(1, 256), 16, 'Requests at once.'),
  'config_api.keep_alive': key(
    autoOrBoolean(),
    'auto',
    'Whether connections are reused. The stock API server answers 15 times slower on a reused connection; behind a proxy or with TLS it pays. `auto` measures both ways with 24 small reads for each server and takes the faster one, and measures anew after a server has failed.',
  ),
  'config_api.tls.ca_file': optionalKey(
    path(),
    'Certificates (PEM) to trust for https instead of those of the system. This file and the next two are read anew when they are replaced.',
  ),
  'config_api.tls.cert_file': optionalKey(path(), 'Client certificate (PEM) for https.'),
  'config_api.tls.key_file': optionalKey(path(), 'Key (PEM) of the client certificate.'),
  'config_api.tls.insecure': key(boolean(), false, 'Accept any server certificate. For tests only.'),
};
