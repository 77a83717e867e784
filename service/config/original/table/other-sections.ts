import { flag, path, servers } from '../option-type.js';
import { fallback, unused, used } from '../option.js';

const noDatabase = 'objects are read from the config API, not from Cassandra';
const noCollector = 'nothing is sent to a collector';
const keepAlive = 'the keep-alive of connections is set by us';

/** `[SECURITY]` of contrail-svc-monitor.conf. */
export const securityOptions = {
  use_certs: unused('the original reads it and uses it for nothing'),
  keyfile: unused('the original reads it and uses it for nothing'),
  certfile: unused('the original reads it and uses it for nothing'),
  ca_certs: unused('the original reads it and uses it for nothing'),
};

/** `[SCHEDULER]` of contrail-svc-monitor.conf. */
export const schedulerOptions = {
  si_netns_scheduler_driver: unused('there is one way to choose vRouters, by `scheduler.seed`'),
  analytics_server_list: used(
    servers(),
    'scheduler.analytics_servers',
    'the servers, on port 8081 where none is given',
  ),
  availability_zone: unused('virtual machines of Nova are not launched'),
  netns_availability_zone: unused(
    'Nova, which knows its hosts, is not asked: `scheduler.vrouters` names the vRouters that may be chosen',
  ),
  aaa_mode: unused('analytics gets a token wherever the config API gets one'),
};

/** `[CASSANDRA]` of contrail-svc-monitor.conf. */
export const cassandraOptions = {
  cassandra_user: unused(noDatabase),
  cassandra_password: unused(noDatabase),
  cassandra_driver: unused(noDatabase),
  num_workers: unused(noDatabase),
  num_groups: unused(noDatabase),
};

/** `[SANDESH]` of contrail-svc-monitor.conf. */
export const sandeshOptions = {
  introspect_ssl_enable: used(flag(), 'introspect.tls.enabled', 'as it is'),
  introspect_ssl_insecure: used(
    flag(),
    ['introspect.tls.enabled', 'introspect.tls.client_ca_file'],
    'clients need a certificate unless it is true, with `introspect_ssl_enable`',
  ),
  sandesh_ssl_enable: unused(noCollector),
  sandesh_keyfile: fallback(path(), 'introspect.tls.key_file', '[SANDESH] sandesh_server_keyfile'),
  sandesh_certfile: fallback(path(), 'introspect.tls.cert_file', '[SANDESH] sandesh_server_certfile'),
  sandesh_server_keyfile: used(path(), 'introspect.tls.key_file', 'with `introspect_ssl_enable`'),
  sandesh_server_certfile: used(path(), 'introspect.tls.cert_file', 'with `introspect_ssl_enable`'),
  sandesh_ca_cert: used(path(), 'introspect.tls.client_ca_file', 'unless `introspect_ssl_insecure` is true'),
  sandesh_dscp_value: unused(noCollector),
  disable_object_logs: unused(noCollector),
  sandesh_send_rate_limit: unused(noCollector),
  tcp_keepalive_enable: unused(keepAlive),
  tcp_keepalive_idle_time: unused(keepAlive),
  tcp_keepalive_interval: unused(keepAlive),
  tcp_keepalive_probes: unused(keepAlive),
};

/** `[STATS]` of contrail-svc-monitor.conf. */
export const statsOptions = {
  stats_collector: unused(noCollector),
};
