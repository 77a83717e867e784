import type { ConfigApiAuth } from '../../lib/index.js';
import type { RabbitmqConfig, ServiceConfig, TlsConfig } from './config.js';
import type { FileContents } from './files.js';
import type { Settings } from './schema.js';
import { withPort } from './values.js';

/** The settings, which are valid, in the library's own terms. */
export function toServiceConfig(settings: Settings, files: FileContents): ServiceConfig {
  return {
    configApi: {
      urls: [...settings['config_api.urls']],
      requestTimeoutMs: settings['config_api.request_timeout'],
      listTimeoutMs: settings['config_api.list_timeout'],
      attempts: settings['config_api.attempts'],
      concurrency: settings['config_api.concurrency'],
      keepAlive: settings['config_api.keep_alive'],
      auth: toAuth(settings, files),
      tls: toTls(settings, files, 'config_api'),
    },
    rabbitmq: toRabbitmq(settings, files),
    rules: {
      octaviaOwner: settings['rules.octavia_owner'],
      amphoraNamePrefix: settings['rules.amphora_name_prefix'],
      amphoraProjects: [...settings['rules.amphora_projects']],
      freshPortTimeoutMs: settings['timings.fresh_port_timeout'],
      stripWindowMs: settings['timings.strip_window'],
      unclearDisassociation: settings['rules.unclear_disassociation'],
      schema: settings['rules.schema'],
      projectToFloatingIp: settings['rules.project_to_floating_ip'],
      dryRun: settings.dry_run,
    },
    workers: settings.workers,
    resyncIntervalMs: settings['timings.resync_interval'],
    syncTimeoutMs: settings['timings.sync_timeout'],
    drainTimeoutMs: settings['timings.drain_timeout'],
    http: { host: settings['http.host'], port: settings['http.port'] },
    log: { level: settings['log.level'], format: settings['log.format'] },
  };
}

function toAuth(settings: Settings, files: FileContents): ConfigApiAuth {
  switch (settings['auth.mode']) {
    case 'none':
      return { mode: 'none' };
    case 'token':
      return { mode: 'token', token: settings['auth.token'] ?? files['auth.token_file'] ?? '' };
    case 'keystone':
      return {
        mode: 'keystone',
        url: settings['auth.url'] ?? '',
        username: settings['auth.username'] ?? '',
        password: settings['auth.password'] ?? files['auth.password_file'] ?? '',
        projectName: settings['auth.project_name'] ?? '',
        userDomain: settings['auth.user_domain'],
        projectDomain: settings['auth.project_domain'],
      };
  }
}

function toRabbitmq(settings: Settings, files: FileContents): RabbitmqConfig {
  const queueName = settings['rabbitmq.queue_name'];
  return {
    brokers: settings['rabbitmq.hosts'].map((host) => withPort(host, settings['rabbitmq.port'])),
    vhost: settings['rabbitmq.vhost'],
    username: settings['rabbitmq.username'],
    password: settings['rabbitmq.password'] ?? files['rabbitmq.password_file'] ?? 'guest',
    heartbeatSeconds: settings['rabbitmq.heartbeat'] / 1000,
    prefetch: settings['rabbitmq.prefetch'],
    exchange: settings['rabbitmq.exchange'],
    ...(queueName === undefined ? {} : { queueName }),
    ...(settings['rabbitmq.tls.enabled'] ? { tls: toTls(settings, files, 'rabbitmq') } : {}),
  };
}

function toTls(settings: Settings, files: FileContents, section: 'config_api' | 'rabbitmq'): TlsConfig {
  const ca = files[`${section}.tls.ca_file`];
  const cert = files[`${section}.tls.cert_file`];
  const key = files[`${section}.tls.key_file`];
  return {
    rejectUnauthorized: !settings[`${section}.tls.insecure`],
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}
