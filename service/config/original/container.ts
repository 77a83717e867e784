import type { GivenOption } from './option.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** A value, and the variable that gave it. */
interface Value {
  readonly text: string;
  readonly origin: string;
}

const ofContainer = (text: string): Value => ({ text, origin: 'default of the container' });
const truthy = new Set(['true', 'yes', 'enabled']);
const isEnabled = ({ text }: Value): boolean => truthy.has(text.toLowerCase());

/** Whether the variables name the nodes of an OpenSDN, as the containers of the deployers have them. */
export function hasContainerEnvironment({ CONTROLLER_NODES, CONFIG_NODES }: Environment): boolean {
  return (CONTROLLER_NODES ?? '') !== '' || (CONFIG_NODES ?? '') !== '';
}

/**
 * The options that the original's container writes into its three files when it has these variables (`common_config.env`). One is not as
 * there: a log file is written only if `CONTAINER_LOG_DIR` or `LOG_DIR` says where. The values are taken literally: other containers
 * take the same variables without replacing a `%` in them.
 *
 * @param localAddresses those of this host, for `INTROSPECT_LISTEN_ALL=False`
 */
export function readContainerEnvironment(
  environment: Environment,
  localAddresses: readonly string[],
): readonly GivenOption[] {
  /** `${NAME:-fallback}` of the shell: a variable that is empty counts as unset. */
  const or = (name: string, fallback: Value | string): Value => {
    const text = environment[name];
    if (text !== undefined && text !== '') return { text, origin: name };
    return typeof fallback === 'string' ? ofContainer(fallback) : fallback;
  };
  /** `${NAME-fallback}` of the shell: a variable that is empty is a value, too. */
  const orIfUnset = (name: string, fallback: Value | string): Value =>
    environment[name] === '' ? { text: '', origin: name } : or(name, fallback);
  const common = commonOf(or, orIfUnset);
  return [
    ...mainOptions({ or, orIfUnset, common }),
    ...introspectOptions({ or, orIfUnset, common }, localAddresses),
    ...keystoneOptions({ or, orIfUnset, common }),
  ];
}

type Or = (name: string, fallback: Value | string) => Value;

interface Shell {
  readonly or: Or;
  readonly orIfUnset: Or;
  readonly common: ReturnType<typeof commonOf>;
}

function commonOf(or: Or, orIfUnset: Or) {
  const configNodes = or('CONFIG_NODES', or('CONTROLLER_NODES', ''));
  const sslEnable = or('SSL_ENABLE', 'False');
  const ssl = {
    enable: sslEnable,
    insecure: or('SSL_INSECURE', 'True'),
    cert: or('SERVER_CERTFILE', '/etc/contrail/ssl/certs/server.pem'),
    key: or('SERVER_KEYFILE', '/etc/contrail/ssl/private/server-privkey.pem'),
    ca: orIfUnset('SERVER_CA_CERTFILE', '/etc/contrail/ssl/certs/ca-cert.pem'),
  };
  const isKeystone = or('CLOUD_ORCHESTRATOR', 'none').text === 'openstack' || or('AUTH_MODE', '').text === 'keystone';
  return {
    configNodes,
    databaseNodes: or('CONFIGDB_NODES', configNodes),
    apiPort: or('CONFIG_API_PORT', '8082'),
    apiSsl: or('CONFIG_API_SSL_ENABLE', sslEnable),
    ssl,
    isKeystone,
  };
}

function option(section: string, name: string, { text, origin }: Value): GivenOption {
  return { section, option: name, value: text, origin, isVariable: true };
}

function withPorts(nodes: Value, port: Value): Value {
  const servers = nodes.text
    .split(',')
    .map((node) => node.trim())
    .filter((node) => node !== '')
    .map((node) => `${node.includes(':') ? `[${node}]` : node}:${port.text}`);
  return { text: servers.join(','), origin: nodes.origin };
}

function analyticsOptions({
  or,
  ssl,
}: {
  readonly or: Or;
  readonly ssl: Shell['common']['ssl'];
}): readonly GivenOption[] {
  const nodes = or('ANALYTICS_NODES', or('CONTROLLER_NODES', ''));
  const servers = or('ANALYTICS_SERVERS', withPorts(nodes, or('ANALYTICS_API_PORT', '8081')));
  const isTls = or('ANALYTICS_API_SSL_ENABLE', ssl.enable);
  return [
    option('SCHEDULER', 'analytics_server_list', servers),
    ...(isEnabled(isTls) ? [option('DEFAULTS', 'analytics_api_ssl_enable', isTls)] : []),
  ];
}

function mainOptions({ or, orIfUnset, common }: Shell): readonly GivenOption[] {
  const defaults = (name: string, value: Value): GivenOption => option('DEFAULTS', name, value);
  const rabbit = withPorts(or('RABBITMQ_NODES', common.databaseNodes), or('RABBITMQ_NODE_PORT', '5673'));
  const zookeeper = withPorts(or('ZOOKEEPER_NODES', common.databaseNodes), or('ZOOKEEPER_PORT', '2181'));
  const rabbitSsl = or('RABBITMQ_USE_SSL', 'False');
  const { ssl } = common;
  return [
    defaults('api_server_ip', common.configNodes),
    defaults('api_server_port', common.apiPort),
    defaults('api_server_use_ssl', common.apiSsl),
    ...logOptions(or),
    ...analyticsOptions({ or, ssl }),
    defaults('zk_server_ip', or('ZOOKEEPER_SERVERS', zookeeper)),
    defaults('rabbit_server', or('RABBITMQ_SERVERS', rabbit)),
    defaults('rabbit_vhost', or('RABBITMQ_VHOST', '/')),
    defaults('rabbit_user', or('RABBITMQ_USER', 'guest')),
    defaults('rabbit_password', or('RABBITMQ_PASSWORD', 'guest')),
    defaults('rabbit_use_ssl', rabbitSsl),
    ...(isEnabled(rabbitSsl)
      ? [
          defaults('kombu_ssl_certfile', or('RABBITMQ_CLIENT_SSL_CERTFILE', or('RABBITMQ_SSL_CERTFILE', ssl.cert))),
          defaults('kombu_ssl_keyfile', or('RABBITMQ_CLIENT_SSL_KEYFILE', or('RABBITMQ_SSL_KEYFILE', ssl.key))),
          defaults(
            'kombu_ssl_ca_certs',
            orIfUnset('RABBITMQ_CLIENT_SSL_CACERTFILE', orIfUnset('RABBITMQ_SSL_CACERTFILE', ssl.ca)),
          ),
        ]
      : []),
    option('global', 'BASE_URL', ofContainer('/')),
    ...(isEnabled(common.apiSsl)
      ? [option('global', 'cafile', orIfUnset('CONFIG_API_SERVER_CA_CERTFILE', ssl.ca))]
      : []),
  ];
}

function logOptions(or: Or): readonly GivenOption[] {
  const folder = or('LOG_DIR', '');
  const name = `${or('NODE_TYPE', 'config').text}-${or('SERVICE_NAME', 'svc-monitor').text}`;
  const ownFolder = or('CONTAINER_LOG_DIR', { ...folder, text: folder.text === '' ? '' : `${folder.text}/${name}` });
  return [
    option('DEFAULTS', 'log_level', or('LOG_LEVEL', 'SYS_NOTICE')),
    option('DEFAULTS', 'log_local', or('LOG_LOCAL', '1')),
    ...(ownFolder.text === ''
      ? []
      : [option('DEFAULTS', 'log_file', { ...ownFolder, text: `${ownFolder.text}/contrail-svc-monitor.log` })]),
  ];
}

function introspectOptions(
  { or, orIfUnset, common }: Shell,
  localAddresses: readonly string[],
): readonly GivenOption[] {
  const { ssl, configNodes } = common;
  const listensToAll = or('INTROSPECT_LISTEN_ALL', 'True');
  const own = configNodes.text
    .split(',')
    .map((node) => node.trim())
    .find((node) => localAddresses.includes(node));
  const enable = or('INTROSPECT_SSL_ENABLE', ssl.enable);
  const sandesh = (name: string, value: Value): GivenOption => option('SANDESH', name, value);
  return [
    option('DEFAULTS', 'http_server_ip', {
      ...listensToAll,
      // Where no address of the nodes is this host's, none of its own is shown to others.
      text: isEnabled(listensToAll) ? '0.0.0.0' : (own ?? '127.0.0.1'),
    }),
    sandesh('introspect_ssl_enable', enable),
    ...(isEnabled(enable)
      ? [
          sandesh('introspect_ssl_insecure', or('INTROSPECT_SSL_INSECURE', ssl.insecure)),
          sandesh('sandesh_server_keyfile', or('SANDESH_SERVER_KEYFILE', or('SANDESH_KEYFILE', ssl.key))),
          sandesh('sandesh_server_certfile', or('SANDESH_SERVER_CERTFILE', or('SANDESH_CERTFILE', ssl.cert))),
          sandesh('sandesh_ca_cert', orIfUnset('SANDESH_CA_CERTFILE', ssl.ca)),
        ]
      : []),
  ];
}

function keystoneOptions({ or, common: { isKeystone, ssl } }: Shell): readonly GivenOption[] {
  if (!isKeystone) return [option('auth', 'AUTHN_TYPE', or('AUTH_MODE', 'noauth'))];
  const protocol = or('KEYSTONE_AUTH_PROTO', 'http');
  const version = or('KEYSTONE_AUTH_URL_VERSION', '/v3');
  const domain = or('KEYSTONE_AUTH_PROJECT_DOMAIN_NAME', 'Default');
  const auth = (name: string, value: Value): GivenOption => option('auth', name, value);
  return [
    option('KEYSTONE', 'admin_user', or('KEYSTONE_AUTH_ADMIN_USER', 'admin')),
    option('KEYSTONE', 'admin_password', or('KEYSTONE_AUTH_ADMIN_PASSWORD', 'contrail123')),
    option('KEYSTONE', 'admin_tenant_name', or('KEYSTONE_AUTH_ADMIN_TENANT', 'admin')),
    auth('AUTHN_TYPE', { text: 'keystone', origin: or('AUTH_MODE', or('CLOUD_ORCHESTRATOR', '')).origin }),
    auth('AUTHN_PROTOCOL', protocol),
    auth('AUTHN_SERVER', or('KEYSTONE_AUTH_HOST', '127.0.0.1')),
    auth('AUTHN_PORT', or('KEYSTONE_AUTH_ADMIN_PORT', '5000')),
    auth('AUTHN_URL', { ...version, text: version.text === '/v2.0' ? '/v2.0/tokens' : '/v3/auth/tokens' }),
    auth('AUTHN_DOMAIN', domain),
    ...(protocol.text === 'https'
      ? [
          auth('insecure', or('KEYSTONE_AUTH_INSECURE', ssl.insecure)),
          auth('certfile', or('KEYSTONE_AUTH_CERTFILE', '')),
          auth('keyfile', or('KEYSTONE_AUTH_KEYFILE', '')),
          auth('cafile', or('KEYSTONE_AUTH_CA_CERTFILE', '')),
        ]
      : []),
  ];
}
