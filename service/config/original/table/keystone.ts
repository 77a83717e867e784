import { flag, number, path, secret, text, words } from '../option-type.js';
import { fallback, unused, used } from '../option.js';

const noServices = 'no other service of OpenStack is asked';

/** `[KEYSTONE]` of contrail-keystone-auth.conf. Where and how to log in comes from vnc_api_lib.ini first, as in the original. */
export const keystoneOptions = {
  admin_user: used(text(), ['auth.username', 'auth.mode'], 'as it is'),
  admin_password: used(secret(), ['auth.password', 'auth.mode'], 'as it is'),
  admin_tenant_name: used(text(), 'auth.project_name', 'as it is'),
  auth_host: fallback(text('a host'), 'auth.url', '[auth] authn_server'),
  auth_port: fallback(number(1, 65535), 'auth.url', '[auth] authn_port'),
  auth_protocol: fallback(words({ http: 'http', https: 'https' }), 'auth.url', '[auth] authn_protocol'),
  auth_url: fallback(text('an http or https URL'), ['auth.url', 'auth.api_version'], '[auth] authn_server'),
  auth_version: fallback(
    words({ v3: '/v3', '3': '/v3', 'v2.0': '/v2.0', v2: '/v2.0', '2.0': '/v2.0' }),
    ['auth.url', 'auth.api_version'],
    '[auth] authn_url',
  ),
  user_domain_name: fallback(text(), 'auth.user_domain', '[auth] authn_domain'),
  project_domain_name: fallback(text(), 'auth.project_domain', '[auth] authn_domain'),
  insecure: fallback(flag(), 'auth.tls.insecure', '[auth] insecure'),
  certfile: fallback(path(), 'auth.tls.cert_file', '[auth] certfile'),
  keyfile: fallback(path(), 'auth.tls.key_file', '[auth] keyfile'),
  cafile: fallback(path(), 'auth.tls.ca_file', '[auth] cafile'),
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
