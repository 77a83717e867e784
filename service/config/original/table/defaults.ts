import { flag, hosts, number, path, rabbitServers, secret, servers, text, words } from '../option-type.js';
import { unused, used } from '../option.js';

const noDatabase = 'objects are read from the config API, not from Cassandra';
const noCollector = 'nothing is sent to a collector';
const noNova = 'Nova is not asked';
const analyticsTrust =
  'the certificate of analytics has to be one that Node.js trusts: `NODE_EXTRA_CA_CERTS` names more of those';
const analyticsElsewhere = '`[SCHEDULER] analytics_server_list` has the servers';
const notKept = 'nothing is kept outside of the config API';

/** The levels of the original, and ours. */
export const logLevels = {
  SYS_EMERG: 'error',
  SYS_ALERT: 'error',
  SYS_CRIT: 'error',
  SYS_ERR: 'error',
  SYS_WARN: 'warn',
  SYS_NOTICE: 'info',
  SYS_INFO: 'info',
  SYS_DEBUG: 'debug',
} as const;

/** `[DEFAULTS]` of contrail-svc-monitor.conf. */
export const defaultsOptions = {
  host_ip: unused('the queue and the name of the instance are made from the host name'),
  api_server_ip: used(hosts(), 'config_api.urls', 'the hosts of the URLs'),
  api_server_port: used(number(1, 65535), 'config_api.urls', 'the port of the URLs'),
  api_server_use_ssl: used(flag(), 'config_api.urls', 'https or http'),
  rabbit_server: used(
    rabbitServers(),
    ['rabbitmq.hosts', 'rabbitmq.username', 'rabbitmq.password'],
    'the brokers; a login before their @ counts for all',
  ),
  rabbit_port: used(number(1, 65535), 'rabbitmq.port', 'as it is'),
  rabbit_user: used(text(), 'rabbitmq.username', 'as it is'),
  rabbit_password: used(secret(), 'rabbitmq.password', 'as it is'),
  rabbit_vhost: used(text(), 'rabbitmq.vhost', 'as it is'),
  rabbit_ha_mode: unused('which queues are mirrored is a policy of RabbitMQ'),
  rabbit_health_check_interval: unused('the heartbeat is `rabbitmq.heartbeat`, which finds a dead broker sooner'),
  rabbit_use_ssl: used(
    flag(),
    ['rabbitmq.tls.enabled', 'rabbitmq.tls.insecure'],
    'as it is; without `kombu_ssl_ca_certs` any certificate of a broker is accepted, as the original does',
  ),
  kombu_ssl_version: unused('the newest version of TLS that both sides know is taken, 1.2 at least'),
  kombu_ssl_keyfile: used(path(), 'rabbitmq.tls.key_file', 'with `rabbit_use_ssl`'),
  kombu_ssl_certfile: used(
    path(),
    ['rabbitmq.tls.cert_file', 'rabbitmq.tls.key_file'],
    'with `rabbit_use_ssl`; holds the key, too, where there is no `kombu_ssl_keyfile`',
  ),
  kombu_ssl_ca_certs: used(path(), 'rabbitmq.tls.ca_file', 'with `rabbit_use_ssl`'),
  zk_server_ip: used(
    servers(),
    ['zookeeper.hosts', 'leadership.mode'],
    'the servers, and `leadership.mode: zookeeper`',
  ),
  zk_server_port: unused('the original does not use it, either: the port stands in `zk_server_ip`'),
  cluster_id: used(
    text('one name without /'),
    'leadership.path',
    '`/<cluster_id>/svc-monitor`, or `/svc-monitor` without it',
  ),
  http_server_ip: used(text('an address of this host'), ['introspect.host', 'introspect.enabled'], 'as it is'),
  http_server_port: used(number(0, 65535), ['introspect.port', 'introspect.enabled'], 'as it is'),
  log_file: used(path(), 'log.file', 'as it is; `<stdout>` is none'),
  log_level: used(words(logLevels), 'log.level', 'the nearest of our levels'),
  log_local: used(flag(), 'log.file', 'no file if it is off; the standard output stays'),
  max_bytes: used(number(10_000, 1_000_000_000), 'log.max_bytes', 'as it is, with a `log_file`'),
  backup_count: used(number(0, 1000), 'log.backup_count', 'as it is, with a `log_file`'),
  log_category: unused('lines are not chosen by category'),
  log_property_file: unused('log lines are set by `log.*`'),
  logging_conf: unused('log lines are set by `log.*`'),
  logger_class: unused('log lines are set by `log.*`'),
  trace_file: unused('errors are log lines'),
  use_syslog: unused('lines go to the standard output, which journald or the container keeps'),
  syslog_facility: unused('lines go to the standard output, which journald or the container keeps'),
  sandesh_send_rate_limit: unused(noCollector),
  collectors: unused(noCollector),
  cassandra_server_list: unused(noDatabase),
  cassandra_use_ssl: unused(noDatabase),
  cassandra_ca_certs: unused(noDatabase),
  cassandra_user: unused(noDatabase),
  cassandra_password: unused(noDatabase),
  reset_config: unused(notKept),
  check_service_interval: used(
    number(1, 3600),
    'scheduler.interval',
    'seconds; everything else is looked at each `timings.resync_interval`',
  ),
  region_name: unused(noNova),
  nova_endpoint_type: unused(noNova),
  analytics_server_ip: unused(analyticsElsewhere),
  analytics_server_port: unused(analyticsElsewhere),
  analytics_api_ssl_enable: used(flag(), 'scheduler.analytics_servers', 'https or http'),
  analytics_api_insecure_enable: unused(analyticsTrust),
  analytics_api_ssl_certfile: unused('analytics gets a token, and no certificate'),
  analytics_api_ssl_keyfile: unused('analytics gets a token, and no certificate'),
  analytics_api_ssl_ca_cert: unused(analyticsTrust),
  octavia_project_id: unused('`rules.amphora_projects` names the projects of Octavia'),
};
