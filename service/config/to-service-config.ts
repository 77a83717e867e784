import {
  hostAndPortOf,
  managers,
  type ConfigApiAuth,
  type ManagerSettings,
  type Setting,
  type TlsMaterial,
} from '../../lib/index.js';
import type {
  GatewayConfig,
  KafkaConfig,
  ListenConfig,
  LogConfig,
  RabbitmqConfig,
  RelayConfig,
  ServiceConfig,
} from './config.js';
import { pathsOf, type FileContents } from './files.js';
import type { Settings } from './schema.js';
import { tlsFilesOf, type TlsSection } from './tls-files.js';
import { withPort } from '../../lib/index.js';

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
    files: pathsOf(settings),
    source: settings.source,
    rabbitmq: toRabbitmq(settings, files),
    kafka: toKafka(settings, files),
    watch: {
      keepaliveIntervalMs: settings['watch.keepalive_interval'],
      connectTimeoutMs: settings['watch.connect_timeout'],
      concurrency: settings['watch.concurrency'],
    },
    relay: toRelay(settings),
    managers: settings.managers,
    rules: toRules(settings),
    dryRun: settings.dry_run,
    workers: settings.workers,
    resyncIntervalMs: settings['timings.resync_interval'],
    syncTimeoutMs: settings['timings.sync_timeout'],
    drainTimeoutMs: settings['timings.drain_timeout'],
    selfTestIntervalMs: settings['timings.self_test_interval'],
    leadership: {
      mode: settings['leadership.mode'],
      path: settings['leadership.path'],
      zookeeper: {
        servers: settings['zookeeper.hosts'].map((host) => withPort(host, 2181)),
        sessionTimeoutMs: settings['zookeeper.session_timeout'],
      },
    },
    http: { ...toListen(settings, files, 'http'), allowedHosts: settings['http.allowed_hosts'] },
    ...(settings['introspect.enabled'] ? { introspect: toListen(settings, files, 'introspect') } : {}),
    ...toGateway(settings, files),
    log: toLog(settings),
    ...(settings['tracing.enabled'] ? { tracing: { endpoint: settings['tracing.endpoint'] } } : {}),
  };
}

function toListen(settings: Settings, files: FileContents, section: 'http' | 'introspect'): ListenConfig {
  return {
    host: settings[`${section}.host`],
    port: settings[`${section}.port`],
    ...toListenTls(settings, files, section),
  };
}

function toListenTls(
  settings: Settings,
  files: FileContents,
  section: 'http' | 'introspect' | 'gateway',
): Pick<ListenConfig, 'tls'> {
  const clientCa = files[`${section}.tls.client_ca_file`];
  const tls = {
    cert: files[`${section}.tls.cert_file`] ?? '',
    key: files[`${section}.tls.key_file`] ?? '',
    ...(clientCa === undefined ? {} : { clientCa }),
  };
  return settings[`${section}.tls.enabled`] ? { tls } : {};
}

function toGateway(settings: Settings, files: FileContents): { readonly gateway?: GatewayConfig } {
  const listen = settings['gateway.listen'];
  if (listen === undefined) return {};
  return {
    gateway: {
      ...hostAndPortOf(listen),
      ...toListenTls(settings, files, 'gateway'),
      maxRequests: settings['gateway.max_requests'],
      maxHeld: settings['gateway.max_held'],
      changeTimeoutMs: settings['gateway.change_timeout'],
      wiringTimeoutMs: settings['gateway.wiring_timeout'],
      departureTimeoutMs: settings['gateway.departure_timeout'],
      idleTimeoutMs: settings['gateway.idle_timeout'],
    },
  };
}

function toLog(settings: Settings): LogConfig {
  const path = settings['log.file'];
  const file = { maxBytes: settings['log.max_bytes'], backupCount: settings['log.backup_count'] };
  return {
    level: settings['log.level'],
    format: settings['log.format'],
    ...(path === undefined ? {} : { file: { ...file, path } }),
  };
}

function toRules(settings: Settings): ManagerSettings {
  const values = settings as Readonly<Record<string, unknown>>;
  const tables: readonly Readonly<Record<string, Setting<unknown>>>[] = managers.map((manager) => manager.settings);
  const entries = tables.flatMap((table) =>
    Object.entries(table).map(([name, { key }]) => [name, values[key]] as const),
  );
  // Each value was parsed by its own setting.
  return Object.fromEntries(entries) as unknown as ManagerSettings;
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
        apiVersion: settings['auth.api_version'],
        username: settings['auth.username'] ?? '',
        password: settings['auth.password'] ?? files['auth.password_file'] ?? '',
        projectName: settings['auth.project_name'] ?? '',
        userDomain: settings['auth.user_domain'],
        projectDomain: settings['auth.project_domain'],
        ...toKeystoneTls(settings, files),
      };
  }
}

/** Nothing where all of it is the config API's. */
function toKeystoneTls(settings: Settings, files: FileContents): { readonly tls?: TlsMaterial } {
  const keys = ['auth.tls.ca_file', 'auth.tls.cert_file'] as const;
  const hasOwn = keys.some((key) => settings[key] !== undefined) || settings['auth.tls.insecure'];
  return hasOwn ? { tls: toTls(settings, files, 'auth') } : {};
}

function toRabbitmq(settings: Settings, files: FileContents): RabbitmqConfig {
  const queueName = settings['rabbitmq.queue_name'];
  const servername = settings['rabbitmq.tls.server_name'];
  const tls = { ...toTls(settings, files, 'rabbitmq'), ...(servername === undefined ? {} : { servername }) };
  return {
    brokers: settings['rabbitmq.hosts'].map((host) => withPort(host, settings['rabbitmq.port'])),
    vhost: settings['rabbitmq.vhost'],
    username: settings['rabbitmq.username'],
    password: settings['rabbitmq.password'] ?? files['rabbitmq.password_file'] ?? 'guest',
    heartbeatSeconds: settings['rabbitmq.heartbeat'] / 1000,
    checkIntervalMs: settings['rabbitmq.health_check_interval'],
    prefetch: settings['rabbitmq.prefetch'],
    queueExpiresMs: settings['rabbitmq.queue_expires'],
    exchange: settings['rabbitmq.exchange'],
    ...(queueName === undefined ? {} : { queueName }),
    ...(settings['rabbitmq.tls.enabled'] ? { tls } : {}),
  };
}

function toKafka(settings: Settings, files: FileContents): KafkaConfig {
  const mechanism = settings['kafka.sasl.mechanism'];
  const instance = settings['kafka.instance'];
  const password = settings['kafka.sasl.password'] ?? files['kafka.sasl.password_file'] ?? '';
  return {
    connection: {
      brokers: settings['kafka.brokers'].map((broker) => withPort(broker, 9092)),
      ...(settings['kafka.tls.enabled'] ? { tls: toTls(settings, files, 'kafka') } : {}),
      ...(mechanism === 'none'
        ? {}
        : { sasl: { mechanism, username: settings['kafka.sasl.username'] ?? '', password } }),
    },
    topic: settings['kafka.topic'],
    group: settings['kafka.group'],
    ...(instance === undefined ? {} : { instance }),
    sessionTimeoutMs: settings['kafka.session_timeout'],
    stallTimeoutMs: settings['kafka.stall_timeout'],
  };
}

function toRelay(settings: Settings): RelayConfig {
  const replicationFactor = settings['relay.topic_replication_factor'];
  return {
    queueName: settings['relay.queue_name'],
    queueExpiresMs: settings['relay.queue_expires'],
    maxBacklog: settings['relay.max_backlog'],
    createTopic: {
      partitions: settings['relay.topic_partitions'],
      retentionMs: settings['relay.topic_retention'],
      ...(replicationFactor === undefined ? {} : { replicationFactor }),
    },
    sendTimeoutMs: settings['relay.send_timeout'],
  };
}

function toTls(settings: Settings, files: FileContents, section: TlsSection): TlsMaterial {
  const { ca, cert, key } = tlsFilesOf(section, files);
  return {
    rejectUnauthorized: !settings[`${section}.tls.insecure`],
    ...(ca === undefined ? {} : { ca: files[ca] }),
    ...(cert === undefined ? {} : { cert: files[cert] }),
    ...(key === undefined ? {} : { key: files[key] }),
  };
}
