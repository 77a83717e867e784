import { flag, number, path, secret, text, words } from '../option-type.js';
import { unused, used } from '../option.js';

const noServices = 'no other service of OpenStack is asked';

/** `[KEYSTONE]` of contrail-keystone-auth.conf. Where and how to log in comes from vnc_api_lib.ini first, as in the original. */
export const keystoneOptions = {
  admin_user: used(text(), ['auth.username', 'auth.mode'], 'as it is'),
  admin_password: used(secret(), ['auth.password', 'auth.mode'], 'as it is'),
  admin_tenant_name: used(text(), 'auth.project_name', 'as it is'),
  auth_host: used(text('a host'), 'auth.url', 'where vnc_api_lib.ini has no `AUTHN_SERVER`'),
  auth_port: used(number(1, 65535), 'auth.url', 'where vnc_api_lib.ini has no `AUTHN_PORT`'),
  auth_protocol: used(
    words({ http: 'http', https: 'https' }),
    'auth.url',
    'where vnc_api_lib.ini has no `AUTHN_PROTOCOL`',
  ),
  auth_url: used(text('an http or https URL'), 'auth.url', 'where vnc_api_lib.ini has no `AUTHN_SERVER`'),
  auth_version: used(
    words({ v3: '/v3', '3': '/v3', 'v2.0': '/v2.0', v2: '/v2.0', '2.0': '/v2.0' }),
    'auth.api_version',
    'where nothing else tells the version',
  ),
  user_domain_name: used(text(), 'auth.user_domain', 'where vnc_api_lib.ini has no `AUTHN_DOMAIN`'),
  project_domain_name: used(text(), 'auth.project_domain', 'where vnc_api_lib.ini has no `AUTHN_DOMAIN`'),
  insecure: used(flag(), 'auth.tls.insecure', 'for https, where vnc_api_lib.ini has none'),
  certfile: used(path(), 'auth.tls.cert_file', 'for https, where vnc_api_lib.ini has none'),
  keyfile: used(path(), 'auth.tls.key_file', 'for https, where vnc_api_lib.ini has none'),
  cafile: used(path(), 'auth.tls.ca_file', 'for https, where vnc_api_lib.ini has none'),
  auth_insecure: unused('`insecure` is what counts'),
  auth_type: unused('a login by password is the only one'),
  admin_token: unused('a login by password is the only one'),
  auth_token_url: unused('AUTHN_TOKEN_URL of vnc_api_lib.ini is what counts'),
  region_name: unused(noServices),
  endpoint_type: unused(noServices),
  interface: unused(noServices),
  keystone_sync_on_demand: unused('projects are the business of the config API'),
  memcache_servers: unused('tokens are kept in memory'),
};
