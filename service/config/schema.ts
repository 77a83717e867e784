import { z } from 'zod';
import {
  autoOrBoolean,
  boolean,
  choice,
  duration,
  hostAndPort,
  httpUrl,
  list,
  managers,
  number,
  path,
  secret,
  text,
  wholeSeconds,
  type Setting,
  type ValueForm,
  type ValueType,
} from '../../lib/index.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

type DefaultValue = string | number | boolean | readonly string[];

/** What the documentation and the error messages say about a key. */
export interface KeyInfo {
  readonly form: ValueForm;
  /** What is allowed, in words. */
  readonly allowed: string;
  readonly doc: string;
  /** Undefined if the key is unset unless given. Durations are milliseconds. */
  readonly defaultValue?: DefaultValue;
}

const keyInfos = z.registry<KeyInfo>();

function key<T extends z.ZodType>(
  type: ValueType<T>,
  defaultValue: z.util.NoUndefined<z.output<T>> & DefaultValue,
  doc: string,
) {
  const { form, allowed, schema } = type;
  const withDefault = schema.default(defaultValue);
  keyInfos.add(withDefault, { form, allowed, doc, defaultValue });
  return withDefault;
}

function optionalKey<T extends z.ZodType>(type: ValueType<T>, doc: string) {
  const { form, allowed, schema } = type;
  const optional = schema.optional();
  keyInfos.add(optional, { form, allowed, doc });
  return optional;
}

// Each manager says itself what can be set. Their keys are known when the program runs, not when it is compiled.
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- none that is known then
function managerKeys(): {} {
  const tables: readonly Readonly<Record<string, Setting<unknown>>>[] = managers.map(({ settings }) => settings);
  return Object.fromEntries(
    tables.flatMap((table) =>
      Object.values(table).map((setting) => {
        const { key: name, form, allowed, doc, schema, defaultValue } = setting;
        const withDefault = schema.default(defaultValue);
        keyInfos.add(withDefault, { form, allowed, doc, defaultValue: defaultValue as DefaultValue });
        return [name, withDefault] as const;
      }),
    ),
  );
}

/**
 * The whole configuration, one entry per key: its form, default and documentation. A dot stands for a level of the YAML file.
 * docs/settings.md is made from it, and a test fails if the two differ.
 */
export const settingsSchema = z.strictObject({
  'config_api.urls': key(
    list(httpUrl(), 1),
    ['http://127.0.0.1:8082'],
    'Base URLs of the config API. Several are API servers of one cluster: the next is tried when one cannot be reached.',
  ),
  'config_api.request_timeout': key(
    duration(100, 5 * minute),
    5 * second,
    'Time for one request, from connecting to the last byte.',
  ),
  'config_api.list_timeout': key(duration(second, hour), minute, 'Time for one page of a list.'),
  'config_api.attempts': key(number(1, 20), 4, 'How often a request that may be repeated is sent at most.'),
  'config_api.concurrency': key(number(1, 256), 16, 'Requests at once.'),
  'config_api.keep_alive': key(
    autoOrBoolean(),
    'auto',
    'Whether connections are reused. The stock API server answers 15 times slower on a reused connection; behind a proxy or with TLS it pays. `auto` measures both ways with 24 small reads for each server and takes the faster one, and measures anew after a server has failed.',
  ),
  'config_api.tls.ca_file': optionalKey(
    path(),
    'Certificates (PEM) to trust for https instead of those of the system.',
  ),
  'config_api.tls.cert_file': optionalKey(path(), 'Client certificate (PEM) for https.'),
  'config_api.tls.key_file': optionalKey(path(), 'Key (PEM) of the client certificate.'),
  'config_api.tls.insecure': key(boolean(), false, 'Accept any server certificate. For tests only.'),

  'auth.mode': key(
    choice('none', 'token', 'keystone'),
    'none',
    'How requests to the config API are authenticated: not at all (`aaa_mode=no-auth`), with a fixed token, or with a password login at Keystone v3.',
  ),
  'auth.token': optionalKey(secret(), 'The token, for `auth.mode: token`.'),
  'auth.token_file': optionalKey(path(), 'A file that holds the token, instead of `auth.token`.'),
  'auth.url': optionalKey(
    httpUrl(),
    'The v3 endpoint of Keystone, such as `http://10.0.0.1:5000/v3`. Required for `keystone`.',
  ),
  'auth.username': optionalKey(
    text(),
    'User with the role that the config API asks of administrators. Required for `keystone`.',
  ),
  'auth.password': optionalKey(
    secret(),
    'Password of the user. Required for `keystone`, here or by `auth.password_file`.',
  ),
  'auth.password_file': optionalKey(path(), 'A file that holds the password, instead of `auth.password`.'),
  'auth.project_name': optionalKey(text(), 'Project that the token is for, such as `admin`. Required for `keystone`.'),
  'auth.user_domain': key(text(), 'Default', 'Domain of the user.'),
  'auth.project_domain': key(text(), 'Default', 'Domain of the project.'),

  source: key(
    choice('amqp', 'kafka', 'watch'),
    'amqp',
    'Where config changes are heard of: `amqp` from RabbitMQ, where OpenSDN publishes them; `kafka` from the topic that the relay fills; `watch` from the config API itself, which needs nothing else and tells least.',
  ),

  'rabbitmq.hosts': key(
    list(hostAndPort(), 1),
    ['127.0.0.1'],
    'Brokers of one cluster: the next is tried when one cannot be reached or refuses. A host without a port takes `rabbitmq.port`.',
  ),
  'rabbitmq.port': key(number(1, 65535), 5672, 'Port of the brokers. OpenSDN’s own containers use 5673.'),
  'rabbitmq.vhost': key(text(), '/', 'Virtual host.'),
  'rabbitmq.username': key(text(), 'guest', 'User.'),
  'rabbitmq.password': optionalKey(
    secret(),
    'Password of the user. `guest` if neither this nor `rabbitmq.password_file` is given.',
  ),
  'rabbitmq.password_file': optionalKey(path(), 'A file that holds the password, instead of `rabbitmq.password`.'),
  'rabbitmq.tls.enabled': key(boolean(), false, 'Connect by TLS.'),
  'rabbitmq.tls.ca_file': optionalKey(
    path(),
    'Certificates (PEM) to trust instead of those of the system. This file and the next two are read once, at the start.',
  ),
  'rabbitmq.tls.cert_file': optionalKey(path(), 'Client certificate (PEM).'),
  'rabbitmq.tls.key_file': optionalKey(path(), 'Key (PEM) of the client certificate.'),
  'rabbitmq.tls.server_name': optionalKey(
    text(),
    'Name that the certificate of the broker has to be for, where the hosts are given by address. Their own if unset.',
  ),
  'rabbitmq.tls.insecure': key(boolean(), false, 'Accept any server certificate. For tests only.'),
  'rabbitmq.heartbeat': key(
    wholeSeconds(second, 10 * minute),
    5 * second,
    'Time between heartbeats. A broker that is cut off silently is noticed within two of them.',
  ),
  'rabbitmq.health_check_interval': key(
    duration(second, hour),
    10 * second,
    'Time between looks at the queue: whether it is there, bound to the exchange, and not so long that it burdens the broker.',
  ),
  'rabbitmq.prefetch': key(number(1, 10_000), 1_024, 'Messages taken and not yet acknowledged, at most.'),
  'rabbitmq.queue_name': optionalKey(
    text(),
    'Name of the queue; `opensdn-svc-monitor.<host name>` if unset. Instances that run at the same time need different names: two that share a queue would each see half of the changes.',
  ),
  'rabbitmq.queue_expires': key(
    duration(second, 24 * hour),
    minute,
    'How long RabbitMQ keeps the queue while nobody consumes from it. A service that is back by then has missed nothing.',
  ),
  'rabbitmq.exchange': key(text(), 'vnc_config.object-update', 'Fanout exchange to which the config API publishes.'),

  'kafka.brokers': key(
    list(hostAndPort(), 1),
    ['127.0.0.1:9092'],
    'Some brokers of the Kafka cluster; the others are learned from them. A host without a port takes 9092.',
  ),
  'kafka.topic': key(
    text(),
    'vnc_config.object-update',
    'Topic of the config changes: what the relay writes to and the Kafka source reads from.',
  ),
  'kafka.tls.enabled': key(boolean(), false, 'Connect by TLS.'),
  'kafka.tls.ca_file': optionalKey(path(), 'Certificates (PEM) to trust instead of those of the system.'),
  'kafka.tls.cert_file': optionalKey(path(), 'Client certificate (PEM).'),
  'kafka.tls.key_file': optionalKey(path(), 'Key (PEM) of the client certificate.'),
  'kafka.tls.insecure': key(boolean(), false, 'Accept any server certificate. For tests only.'),
  'kafka.sasl.mechanism': key(
    choice('none', 'plain', 'scram-sha-256', 'scram-sha-512'),
    'none',
    'How to log in. `plain` without TLS shows the password to whoever listens.',
  ),
  'kafka.sasl.username': optionalKey(text(), 'User. Required with a mechanism.'),
  'kafka.sasl.password': optionalKey(
    secret(),
    'Password of the user. Required with a mechanism, here or by `kafka.sasl.password_file`.',
  ),
  'kafka.sasl.password_file': optionalKey(path(), 'A file that holds the password, instead of `kafka.sasl.password`.'),
  'kafka.group': key(
    text(),
    'opensdn-svc-monitor',
    'Consumer group: the same for all monitors that share the VIPs. Each reads the changes in a group of its own, `<group>.<instance>`.',
  ),
  'kafka.instance': optionalKey(
    text(),
    'Name of this monitor among those of the group; the host name if unset. Monitors that run at the same time need different names.',
  ),
  'kafka.shares': key(
    boolean(),
    false,
    'Share the VIPs with the other monitors of the group: all read all changes, each acts for a part of the VIPs, and those of a monitor that is gone go to the others. Only with `source: kafka`. While Kafka is away nobody acts.',
  ),
  'kafka.session_timeout': key(
    duration(second, 30 * minute),
    6 * second,
    'How long a monitor may be silent before the group takes it for gone. Brokers allow no less than 6 s unless they are told to.',
  ),
  'kafka.stall_timeout': key(
    duration(second, hour),
    10 * second,
    'The stream is begun afresh if there are messages and none was taken for this long, or if the brokers do not answer.',
  ),

  'watch.keepalive_interval': key(
    duration(second, 10 * minute),
    minute,
    'How often the config API gives a sign of life on the stream, its `watch_keepalive_interval`. A stream that is silent for 2.5 times as long is given up.',
  ),
  'watch.connect_timeout': key(
    duration(100, 5 * minute),
    10 * second,
    'Time for one config API server to begin the stream. After that the next one is tried.',
  ),
  'watch.concurrency': key(
    number(1, 10_000),
    1_024,
    'Changes that are worked on at once, at most. Nothing more is read from the stream meanwhile.',
  ),

  'relay.queue_name': key(
    text(),
    'opensdn-svc-monitor-relay',
    'Name of the relay’s queue in RabbitMQ. Of two relays with one name, one works and the other waits until the queue is free.',
  ),
  'relay.queue_expires': key(
    duration(second, 24 * hour),
    10 * minute,
    'How long RabbitMQ keeps the relay’s queue while no relay consumes from it. A relay that is back by then has missed nothing.',
  ),
  'relay.max_backlog': key(
    number(1, 10_000_000),
    100_000,
    'A queue with more messages than this is thrown away, and the consumers are told to read everything anew, which is cheaper.',
  ),
  'relay.topic_partitions': key(
    number(1, 1000),
    16,
    'Partitions of the topic, if the relay has to create it. Each monitor reads all of them.',
  ),
  'relay.topic_replication_factor': optionalKey(
    number(1, 100),
    'Replicas of each partition, if the relay has to create the topic; the cluster’s default if unset. Take 3 where there are 3 brokers.',
  ),
  'relay.topic_retention': key(
    duration(minute, 365 * 24 * hour),
    24 * hour,
    'How long the topic keeps changes, if the relay has to create it: how long a monitor may be away and go on without a full read.',
  ),
  'relay.send_timeout': key(
    duration(100, 5 * minute),
    10 * second,
    'Time for Kafka to confirm a batch. After that the connections are given up, and the batch is sent by a new producer.',
  ),

  'timings.resync_interval': key(
    duration(5 * second, 24 * hour),
    5 * minute,
    'Time between full reads of the config API.',
  ),
  'timings.sync_timeout': key(
    duration(second, 24 * hour),
    5 * minute,
    'Time for the first full read. After that the start is tried again from the beginning.',
  ),
  'timings.drain_timeout': key(duration(100, 10 * minute), 5 * second, 'Time that stopping may take.'),

  workers: key(number(1, 256), 8, 'Keys (VIPs) reconciled at once, by each controller.'),
  dry_run: key(boolean(), false, 'Plan and report, and write nothing. The plans are shown by `/status`.'),

  'http.host': key(
    text('an address of this host'),
    '127.0.0.1',
    'Address of the status endpoint. It asks for no credentials.',
  ),
  'http.port': key(
    number(0, 65535),
    9097,
    'Port of the status endpoint; 0 takes any free one. The original svc-monitor’s introspect port is 8088, so the two can run on one host.',
  ),

  'log.level': key(choice('debug', 'info', 'warn', 'error'), 'info', 'The least severe lines that are written.'),
  'log.format': key(choice('json', 'text'), 'json', 'One JSON object per line, or text for people.'),

  ...managerKeys(),
});

/** The configuration by its keys. Durations are milliseconds. */
export type Settings = z.output<typeof settingsSchema>;

/** The name of a key, such as `rabbitmq.port`. */
export type SettingKey = keyof Settings;

/** Everything known about each key, in the order of the documentation. */
export const settingKeys: ReadonlyMap<string, KeyInfo> = new Map(
  Object.entries<z.ZodType>(settingsSchema.shape).map(([name, schema]) => {
    const info = keyInfos.get(schema);
    if (info === undefined) throw new TypeError(`the key ${name} has no documentation`);
    return [name, info];
  }),
);

/** The environment variable of a key: `rabbitmq.tls.ca_file` is `SVC_MONITOR_RABBITMQ_TLS_CA_FILE`. */
export function environmentName(name: string): string {
  return `SVC_MONITOR_${name.replaceAll('.', '_').toUpperCase()}`;
}
