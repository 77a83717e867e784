import type { OriginalValues } from '../table/index.js';
import { set, setFound, type Translated } from './translated.js';

/** The section `rabbitmq`. */
export function translateRabbitmq({ DEFAULTS }: OriginalValues): readonly Translated[] {
  const { rabbit_server: servers, rabbit_user: user, rabbit_password: password } = DEFAULTS;
  const [first] = servers?.value ?? [];
  return [
    ...(servers === undefined
      ? []
      : [
          set(
            'rabbitmq.hosts',
            servers.value.map(({ host }) => host),
            servers,
          ),
        ]),
    ...setFound('rabbitmq.port', DEFAULTS.rabbit_port),
    ...setFound('rabbitmq.vhost', DEFAULTS.rabbit_vhost),
    ...(first?.user === undefined
      ? setFound('rabbitmq.username', user)
      : [set('rabbitmq.username', first.user, servers)]),
    ...(first?.password === undefined
      ? setFound('rabbitmq.password', password)
      : [set('rabbitmq.password', first.password, servers)]),
    ...translateTls(DEFAULTS),
  ];
}

function translateTls(defaults: OriginalValues['DEFAULTS']): readonly Translated[] {
  const { rabbit_use_ssl: enabled, kombu_ssl_ca_certs: ca, kombu_ssl_certfile: certificate } = defaults;
  if (enabled?.value !== true) return setFound('rabbitmq.tls.enabled', enabled);
  return [
    set('rabbitmq.tls.enabled', true, enabled),
    ...(ca === undefined ? [set('rabbitmq.tls.insecure', true, enabled)] : setFound('rabbitmq.tls.ca_file', ca)),
    ...(certificate === undefined
      ? []
      : [
          ...setFound('rabbitmq.tls.cert_file', certificate),
          ...setFound('rabbitmq.tls.key_file', defaults.kombu_ssl_keyfile ?? certificate),
        ]),
  ];
}
