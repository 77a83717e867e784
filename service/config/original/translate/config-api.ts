import { formatDuration } from '../../../../lib/index.js';
import type { OriginalValues } from '../table/index.js';
import { set, setFound, type Translated } from './translated.js';

/** The section `config_api`. As in the original, contrail-svc-monitor.conf comes before vnc_api_lib.ini. */
export function translateConfigApi(values: OriginalValues): readonly Translated[] {
  const { DEFAULTS, global } = values;
  const hosts = DEFAULTS.api_server_ip ?? global.web_server;
  const port = DEFAULTS.api_server_port ?? global.web_port;
  const ssl = DEFAULTS.api_server_use_ssl ?? global.use_ssl;
  const given = [hosts, port, ssl, global.base_url].filter((found) => found !== undefined);
  const isHttps = ssl?.value === true;
  const path = (global.base_url?.value ?? '/').replace(/\/+$/, '');
  const urls = (hosts?.value ?? ['127.0.0.1']).map(
    (host) => `${isHttps ? 'https' : 'http'}://${host}:${port?.value ?? 8082}${path}`,
  );
  return [
    ...(given.length === 0 ? [] : [set('config_api.urls', urls, ...given)]),
    ...(isHttps ? translateTls(values) : []),
    ...translateTimeout(values),
  ];
}

function translateTls({ global: { cafile, certfile, keyfile, insecure } }: OriginalValues): readonly Translated[] {
  const hasBoth = certfile !== undefined && keyfile !== undefined;
  return [
    ...setFound('config_api.tls.ca_file', cafile),
    ...setFound('config_api.tls.insecure', insecure),
    ...(hasBoth
      ? [...setFound('config_api.tls.cert_file', certfile), ...setFound('config_api.tls.key_file', keyfile)]
      : []),
  ];
}

const ownRequestTimeoutS = 5;
const ownSyncTimeoutS = 300;

function translateTimeout({ global: { timeout } }: OriginalValues): readonly Translated[] {
  if (timeout === undefined) return [];
  const seconds = timeout.value;
  const duration = formatDuration(seconds * 1000);
  return [
    set('config_api.list_timeout', duration, timeout),
    ...(seconds < ownRequestTimeoutS ? [set('config_api.request_timeout', duration, timeout)] : []),
    ...(seconds > ownSyncTimeoutS ? [set('timings.sync_timeout', duration, timeout)] : []),
  ];
}
