import { z } from 'zod';
import { defaultManagerSettings as rules } from '../../lib/index.js';
import {
  boolean,
  choice,
  duration,
  hostAndPort,
  httpUrl,
  list,
  number,
  path,
  secret,
  text,
  wholeSeconds,
  type ValueForm,
  type ValueType,
} from './values.js';

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
    boolean(),
    false,
    'Whether connections are reused. The stock API server answers 15 times slower on a reused connection; behind a proxy or with TLS it may pay.',
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

  'rabbitmq.hosts': key(
    list(hostAndPort(), 1),
    ['127.0.0.1'],
    'Brokers of one cluster: the next is tried when one cannot be reached. A host without a port takes `rabbitmq.port`.',
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
  'rabbitmq.tls.ca_file': optionalKey(path(), 'Certificates (PEM) to trust instead of those of the system.'),
  'rabbitmq.tls.cert_file': optionalKey(path(), 'Client certificate (PEM).'),
  'rabbitmq.tls.key_file': optionalKey(path(), 'Key (PEM) of the client certificate.'),
  'rabbitmq.tls.insecure': key(boolean(), false, 'Accept any server certificate. For tests only.'),
  'rabbitmq.heartbeat': key(
    wholeSeconds(second, 10 * minute),
    5 * second,
    'Time between heartbeats. A broker that is cut off silently is noticed within two of them.',
  ),
  'rabbitmq.prefetch': key(number(1, 10_000), 256, 'Messages taken and not yet acknowledged, at most.'),
  'rabbitmq.queue_name': optionalKey(
    text(),
    'Name of the queue; `opensdn-svc-monitor.<host name>` if unset. Instances that run at the same time need different names: two that share a queue would each see half of the changes.',
  ),
  'rabbitmq.exchange': key(text(), 'vnc_config.object-update', 'Fanout exchange to which the config API publishes.'),

  'rules.octavia_owner': key(text(), rules.octaviaOwner, 'Device owner by which Octavia marks its ports.'),
  'rules.amphora_name_prefix': key(text(), rules.amphoraNamePrefix, 'What the name of an amphora’s port begins with.'),
  'rules.amphora_projects': key(
    list(text('a project uuid, `domain:name`, or the name of a project of the default domain'), 0),
    [...rules.amphoraProjects],
    'Projects whose ports count as amphorae in shared networks, where anybody can make a port: the service project of Octavia.',
  ),
  'rules.unclear_disassociation': key(
    choice('by-state', 'restore', 'respect'),
    rules.unclearDisassociation,
    'What an emptied floating ip means when no request-id tells (after a restart or a lost connection): `by-state` looks whether a recorded amphora port is gone, `restore` always restores it, `respect` always takes it for the user’s wish.',
  ),
  'rules.schema': key(
    choice('auto', 'stock', 'native'),
    rules.schema,
    'Where associations are recorded: `stock` in the annotations of the virtual-ip, `native` as its references to floating ips, for which the schema of the API server has to be extended (deploy/schema); `auto` finds out by the first association that it records.',
  ),
  'rules.project_to_floating_ip': key(
    boolean(),
    rules.projectToFloatingIp,
    'Write the references to the amphora ports on the floating ip itself: needed until the fabric reads virtual-ips.',
  ),

  'timings.strip_window': key(
    duration(100, minute),
    rules.stripWindowMs,
    'How long to wait for the port delete that explains an emptied floating ip.',
  ),
  'timings.fresh_port_timeout': key(
    duration(second, 24 * hour),
    rules.freshPortTimeoutMs,
    'How long an amphora port may wait for Nova before it counts as an orphan of a failed failover.',
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

  workers: key(number(1, 256), 8, 'VIPs reconciled at once.'),
  dry_run: key(boolean(), rules.dryRun, 'Plan and report, and write nothing. The plans are shown by `/status`.'),

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
});

/** The configuration by its keys. Durations are milliseconds. */
export type Settings = z.output<typeof settingsSchema>;

/** The name of a key, such as `rabbitmq.port`. */
export type SettingKey = keyof Settings;

/** Everything known about each key, in the order of the documentation. */
export const settingKeys: ReadonlyMap<string, KeyInfo> = new Map(
  Object.entries(settingsSchema.shape).map(([name, schema]) => {
    const info = keyInfos.get(schema);
    if (info === undefined) throw new TypeError(`the key ${name} has no documentation`);
    return [name, info];
  }),
);

/** The environment variable of a key: `rabbitmq.tls.ca_file` is `SVC_MONITOR_RABBITMQ_TLS_CA_FILE`. */
export function environmentName(name: string): string {
  return `SVC_MONITOR_${name.replaceAll('.', '_').toUpperCase()}`;
}
