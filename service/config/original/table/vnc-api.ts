import { flag, hosts, number, path, secret, text, words } from '../option-type.js';
import { fallback, unused, used } from '../option.js';

/** `[global]` of vnc_api_lib.ini. */
export const globalOptions = {
  web_server: fallback(hosts(), 'config_api.urls', '[DEFAULTS] api_server_ip'),
  web_port: fallback(number(1, 65535), 'config_api.urls', '[DEFAULTS] api_server_port'),
  base_url: used(text('a path that begins with /'), 'config_api.urls', 'the path of the URLs'),
  use_ssl: fallback(flag(), 'config_api.urls', '[DEFAULTS] api_server_use_ssl'),
  cafile: used(path(), 'config_api.tls.ca_file', 'with https'),
  certfile: used(path(), 'config_api.tls.cert_file', 'with https, and a `keyfile`'),
  keyfile: used(path(), 'config_api.tls.key_file', 'with https, and a `certfile`'),
  insecure: used(flag(), 'config_api.tls.insecure', 'with https'),
  timeout: used(
    number(1, 3600),
    ['config_api.list_timeout', 'config_api.request_timeout', 'timings.sync_timeout'],
    'seconds that a list may take; a single request takes no longer than that, and the first full read no shorter',
  ),
  connection_timeout: unused('`config_api.request_timeout` has the connecting in it'),
  max_pools: unused('`config_api.concurrency` is the number of requests at once'),
  max_conns_per_pool: unused('`config_api.concurrency` is the number of requests at once'),
  curl_log: unused('requests are counted as metrics, and shown by `log.level: debug`'),
};

/** `[auth]` of vnc_api_lib.ini. */
export const authOptions = {
  authn_type: used(words({ keystone: 'keystone', noauth: 'none' }), 'auth.mode', '`noauth` is `none`'),
  authn_protocol: used(words({ http: 'http', https: 'https' }), 'auth.url', 'as it is'),
  authn_server: used(text('a host'), 'auth.url', 'the host of the URL'),
  authn_port: used(number(1, 65535), 'auth.url', 'the port of the URL'),
  authn_url: used(
    text('a path that begins with /'),
    ['auth.url', 'auth.api_version'],
    'the path of the URL, without `/auth/tokens` or `/tokens`; v2 if there is a v2 in it',
  ),
  authn_token_url: used(
    text('an http or https URL'),
    ['auth.url', 'auth.api_version'],
    'the whole URL, without `/auth/tokens` or `/tokens`',
  ),
  authn_domain: used(text(), ['auth.user_domain', 'auth.project_domain'], 'the domain of both'),
  authn_user: fallback(text(), 'auth.username', '[KEYSTONE] admin_user'),
  authn_password: fallback(secret(), 'auth.password', '[KEYSTONE] admin_password'),
  authn_tenant: fallback(text(), 'auth.project_name', '[KEYSTONE] admin_tenant_name'),
  insecure: used(flag(), 'auth.tls.insecure', 'for https'),
  certfile: used(path(), 'auth.tls.cert_file', 'for https, with a `keyfile`'),
  keyfile: used(path(), 'auth.tls.key_file', 'for https, with a `certfile`'),
  cafile: used(path(), 'auth.tls.ca_file', 'for https'),
};
