import type { OriginalValues } from '../table/index.js';
import { set, setFound, type Translated, type TranslationContext } from './translated.js';

const certificates = '/etc/contrail/ssl';

/** The sections `leadership` and `zookeeper`: where the original contends, so that the two exclude each other. */
export function translateLeadership({ DEFAULTS }: OriginalValues, context: TranslationContext): readonly Translated[] {
  const { zk_server_ip: servers, cluster_id: cluster } = DEFAULTS;
  if (servers === undefined && !context.isReplacement) return [];
  const path = cluster === undefined ? '/svc-monitor' : `/${cluster.value}/svc-monitor`;
  return [
    set('leadership.mode', 'zookeeper', servers),
    set('leadership.path', path, cluster),
    ...setFound('zookeeper.hosts', servers),
  ];
}

/** The section `introspect`: the original listens on all addresses, on port 8088, unless it is told otherwise. */
export function translateIntrospect(values: OriginalValues, context: TranslationContext): readonly Translated[] {
  const { http_server_ip: host, http_server_port: port } = values.DEFAULTS;
  if (host === undefined && port === undefined && !context.isReplacement) return [];
  return [
    set('introspect.enabled', true, host, port),
    set('introspect.host', host?.value ?? '0.0.0.0', host),
    ...setFound('introspect.port', port),
    ...translateTls(values),
  ];
}

function translateTls({ SANDESH }: OriginalValues): readonly Translated[] {
  const { introspect_ssl_enable: enabled, introspect_ssl_insecure: insecure, sandesh_ca_cert: ca } = SANDESH;
  if (enabled?.value !== true) return setFound('introspect.tls.enabled', enabled);
  const certificate = SANDESH.sandesh_server_certfile ?? SANDESH.sandesh_certfile;
  const key = SANDESH.sandesh_server_keyfile ?? SANDESH.sandesh_keyfile;
  return [
    set('introspect.tls.enabled', true, enabled, insecure),
    set('introspect.tls.cert_file', certificate?.value ?? `${certificates}/certs/server.pem`, certificate),
    set('introspect.tls.key_file', key?.value ?? `${certificates}/private/server-privkey.pem`, key),
    ...(insecure?.value === true
      ? []
      : [set('introspect.tls.client_ca_file', ca?.value ?? `${certificates}/certs/ca-cert.pem`, ca, insecure)]),
  ];
}

/** The section `log`: the lines are the original's, for those who read them. */
export function translateLog({ DEFAULTS }: OriginalValues, context: TranslationContext): readonly Translated[] {
  const { log_file: file, log_local: local, log_level: level } = DEFAULTS;
  const hasFile = file !== undefined && file.value !== '<stdout>' && local?.value !== false;
  return [
    ...setFound('log.level', level),
    ...(context.isReplacement ? [set('log.format', 'contrail')] : []),
    ...(hasFile
      ? [
          set('log.file', file.value, file, local),
          ...setFound('log.max_bytes', DEFAULTS.max_bytes),
          ...setFound('log.backup_count', DEFAULTS.backup_count),
        ]
      : []),
  ];
}
