import type { Found } from '../option.js';
import type { OriginalValues } from '../table/index.js';
import { set, setFound, type Translated } from './translated.js';

const defaultPort = 5000;
// What the original takes where vnc_api_lib.ini names a server alone.
const formerAdminPort = 35357;

/**
 * The section `auth`. As in the original, the login is that of `[KEYSTONE]`, and where and how to log in stands in vnc_api_lib.ini; what
 * that does not say comes from `[KEYSTONE]`.
 */
export function translateAuth(values: OriginalValues): readonly Translated[] {
  const { KEYSTONE, auth } = values;
  const type = auth.authn_type;
  const login = KEYSTONE.admin_user ?? KEYSTONE.admin_password;
  const mode = type?.value ?? (login === undefined ? undefined : 'keystone');
  if (mode === undefined) return [];
  if (mode === 'none') return [set('auth.mode', 'none', type)];
  const url = keystoneUrl(values);
  return [
    set('auth.mode', 'keystone', type ?? login),
    ...url.keys,
    ...setFound('auth.username', KEYSTONE.admin_user ?? auth.authn_user),
    ...setFound('auth.password', KEYSTONE.admin_password ?? auth.authn_password),
    ...translateProject(values),
    ...setFound('auth.user_domain', auth.authn_domain ?? KEYSTONE.user_domain_name),
    ...setFound('auth.project_domain', auth.authn_domain ?? KEYSTONE.project_domain_name),
    ...(url.isHttps ? translateTls(values) : []),
  ];
}

function translateProject({ KEYSTONE, auth }: OriginalValues): readonly Translated[] {
  const project = KEYSTONE.admin_tenant_name ?? auth.authn_tenant;
  return project === undefined ? [set('auth.project_name', 'admin')] : setFound('auth.project_name', project);
}

interface KeystoneUrl {
  readonly keys: readonly Translated[];
  readonly isHttps: boolean;
}

function keystoneUrl({ KEYSTONE, auth }: OriginalValues): KeystoneUrl {
  if (auth.authn_token_url !== undefined) return ofUrl(auth.authn_token_url);
  if (auth.authn_server === undefined && KEYSTONE.auth_url !== undefined) return ofUrl(KEYSTONE.auth_url);
  const protocol = auth.authn_protocol ?? KEYSTONE.auth_protocol;
  const host = auth.authn_server ?? KEYSTONE.auth_host;
  const port = auth.authn_port ?? KEYSTONE.auth_port;
  const path = auth.authn_url ?? KEYSTONE.auth_version;
  const portNumber = port?.value ?? (auth.authn_server === undefined ? defaultPort : formerAdminPort);
  const name = host?.value ?? '127.0.0.1';
  const bracketed = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  const base = `${protocol?.value ?? 'http'}://${bracketed}:${portNumber}${withoutTokens(path?.value ?? '/v3')}`;
  return fromBase(base, [protocol, host, port, path], path);
}

function ofUrl(found: Found<string>): KeystoneUrl {
  return fromBase(withoutTokens(found.value), [found], found);
}

function fromBase(base: string, from: readonly (Found<unknown> | undefined)[], version?: Found<unknown>): KeystoneUrl {
  const path = URL.canParse(base) ? new URL(base).pathname : '';
  return {
    keys: [set('auth.url', base, ...from), set('auth.api_version', path.includes('v2') ? 'v2' : 'v3', version)],
    isHttps: base.toLowerCase().startsWith('https:'),
  };
}

function withoutTokens(url: string): string {
  return url.replace(/\/+$/, '').replace(/(?:\/auth)?\/tokens$/, '');
}

function translateTls({ KEYSTONE, auth }: OriginalValues): readonly Translated[] {
  const certificate = auth.certfile ?? KEYSTONE.certfile;
  const key = auth.keyfile ?? KEYSTONE.keyfile;
  const hasBoth = certificate !== undefined && key !== undefined;
  return [
    ...setFound('auth.tls.ca_file', auth.cafile ?? KEYSTONE.cafile),
    ...setFound('auth.tls.insecure', auth.insecure ?? KEYSTONE.insecure),
    ...(hasBoth ? [...setFound('auth.tls.cert_file', certificate), ...setFound('auth.tls.key_file', key)] : []),
  ];
}
