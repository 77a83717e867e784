import { boolean, choice, httpUrl, path, secret, text } from '../../../lib/index.js';
import { key, optionalKey } from './key.js';

/** The keys of the section `auth`. */
export const authKeys = {
  'auth.mode': key(
    choice('none', 'token', 'keystone'),
    'none',
    'How requests to the config API are authenticated: not at all (`aaa_mode=no-auth`), with a fixed token, or with a password login at Keystone.',
  ),
  'auth.token': optionalKey(secret(), 'The token, for `auth.mode: token`.'),
  'auth.token_file': optionalKey(
    path(),
    'A file that holds the token, instead of `auth.token`. Read anew when it is replaced.',
  ),
  'auth.url': optionalKey(
    httpUrl(),
    'The endpoint of Keystone, such as `http://10.0.0.1:5000/v3` or `http://10.0.0.1:5000/v2.0`. Required for `keystone`.',
  ),
  'auth.username': optionalKey(
    text(),
    'User with the role that the config API asks of administrators. Required for `keystone`.',
  ),
  'auth.password': optionalKey(
    secret(),
    'Password of the user. Required for `keystone`, here or by `auth.password_file`.',
  ),
  'auth.password_file': optionalKey(
    path(),
    'A file that holds the password, instead of `auth.password`. Read anew when it is replaced.',
  ),
  'auth.project_name': optionalKey(text(), 'Project that the token is for, such as `admin`. Required for `keystone`.'),
  'auth.user_domain': key(text(), 'Default', 'Domain of the user.'),
  'auth.project_domain': key(text(), 'Default', 'Domain of the project.'),
  'auth.api_version': key(
    choice('auto', 'v3', 'v2'),
    'auto',
    'Keystone’s API: `auto` takes v2 where the path of `auth.url` has a `/v2` or `/v2.0`, else v3.',
  ),
  'auth.tls.ca_file': optionalKey(
    path(),
    'Certificates (PEM) to trust for Keystone. Those of `config_api.tls` if unset; this file and the next two are read anew when they are replaced.',
  ),
  'auth.tls.cert_file': optionalKey(
    path(),
    'Client certificate (PEM) for Keystone. That of `config_api.tls` if unset.',
  ),
  'auth.tls.key_file': optionalKey(path(), 'Key (PEM) of that certificate.'),
  'auth.tls.insecure': key(boolean(), false, 'Accept any certificate of Keystone. For tests only.'),
};
