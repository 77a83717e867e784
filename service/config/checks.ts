import type { ConfigProblem } from './problems.js';
import type { SettingKey, Settings } from './schema.js';
import { formatDuration, hostAndPortOf } from '../../lib/index.js';

interface Check {
  /** Whether all that is wrong is that the key has no effect. */
  readonly isIdle?: true;
  /** A check is left out when one of these keys is at fault already. */
  readonly keys: readonly SettingKey[];
  /** What is wrong, or undefined. The problem is reported for the first key. */
  readonly problem: (settings: Settings) => string | undefined;
}

/** When a key is required: `by` decides. */
interface Condition {
  readonly by: SettingKey;
  readonly holds: (settings: Settings) => boolean;
  readonly words: string;
}

function required(key: SettingKey, condition: Condition, alternative?: SettingKey): Check {
  const { by, holds, words } = condition;
  return {
    keys: [key, by, ...(alternative === undefined ? [] : [alternative])],
    problem: (settings) => {
      const missing = settings[key] === undefined && (alternative === undefined || settings[alternative] === undefined);
      const names = alternative === undefined ? '' : ` (or ${alternative})`;
      return holds(settings) && missing ? `required with ${words}${names}` : undefined;
    },
  };
}

function authMode(mode: Settings['auth.mode']): Condition {
  return { by: 'auth.mode', holds: (settings) => settings['auth.mode'] === mode, words: `auth.mode ${mode}` };
}

function tlsOf(section: 'http' | 'introspect' | 'gateway'): Condition {
  const by = `${section}.tls.enabled` as const;
  return { by, holds: (settings) => settings[by], words: by };
}

const kafkaLogin: Condition = {
  by: 'kafka.sasl.mechanism',
  holds: (settings) => settings['kafka.sasl.mechanism'] !== 'none',
  words: 'a kafka.sasl.mechanism',
};

function notBoth(key: SettingKey, other: SettingKey): Check {
  return {
    keys: [key, other],
    problem: (settings) =>
      settings[key] !== undefined && settings[other] !== undefined
        ? `only one of this and ${other} can be given`
        : undefined,
  };
}

function together(key: SettingKey, other: SettingKey): Check {
  return {
    keys: [key, other],
    problem: (settings) =>
      settings[key] === undefined && settings[other] !== undefined ? `required with ${other}` : undefined,
  };
}

// Certificates that are given and not used mean that somebody takes a plain connection for a safe one.
function needsTls(key: SettingKey, by: SettingKey, isOn: (settings: Settings) => boolean, wanted: string): Check {
  return {
    isIdle: true,
    keys: [key, by],
    problem: (settings) => (settings[key] !== undefined && !isOn(settings) ? `has no effect: ${wanted}` : undefined),
  };
}

function atLeast(key: SettingKey & `${string}_${string}`, other: SettingKey): Check {
  return {
    keys: [key, other],
    problem: (settings) => {
      const [value, bound] = [Number(settings[key]), Number(settings[other])];
      return value < bound ? `${formatDuration(value)} is less than ${other}, ${formatDuration(bound)}` : undefined;
    },
  };
}

function isAt(url: string, host: string, port: number): boolean {
  const { protocol, hostname, port: given } = new URL(url);
  const its = given === '' ? (protocol === 'https:' ? 443 : 80) : Number(given);
  return hostname.replace(/^\[|\]$/g, '') === host && its === port;
}

/** Pairs of keys of which one is enough: a value and the file that holds it. */
export const alternatives: readonly (readonly [SettingKey, SettingKey])[] = [
  ['auth.token', 'auth.token_file'],
  ['auth.password', 'auth.password_file'],
  ['rabbitmq.password', 'rabbitmq.password_file'],
  ['kafka.sasl.password', 'kafka.sasl.password_file'],
];

const usesHttps = (settings: Settings): boolean =>
  [...settings['config_api.urls'], settings['auth.url'] ?? ''].some((url) => /^https:/i.test(url));
const usesAmqps = (settings: Settings): boolean => settings['rabbitmq.tls.enabled'];

const checks: readonly Check[] = [
  required('auth.token', authMode('token'), 'auth.token_file'),
  required('auth.url', authMode('keystone')),
  required('auth.username', authMode('keystone')),
  required('auth.password', authMode('keystone'), 'auth.password_file'),
  required('auth.project_name', authMode('keystone')),
  ...alternatives.map(([key, other]) => notBoth(key, other)),
  required('kafka.sasl.username', kafkaLogin),
  required('kafka.sasl.password', kafkaLogin, 'kafka.sasl.password_file'),
  together('config_api.tls.cert_file', 'config_api.tls.key_file'),
  together('config_api.tls.key_file', 'config_api.tls.cert_file'),
  together('rabbitmq.tls.cert_file', 'rabbitmq.tls.key_file'),
  together('rabbitmq.tls.key_file', 'rabbitmq.tls.cert_file'),
  together('kafka.tls.cert_file', 'kafka.tls.key_file'),
  together('kafka.tls.key_file', 'kafka.tls.cert_file'),
  ...(['http', 'introspect', 'gateway'] as const).flatMap((section) => [
    required(`${section}.tls.cert_file`, tlsOf(section)),
    required(`${section}.tls.key_file`, tlsOf(section)),
  ]),
  together('auth.tls.cert_file', 'auth.tls.key_file'),
  together('auth.tls.key_file', 'auth.tls.cert_file'),
  ...(['config_api.tls.ca_file', 'config_api.tls.cert_file', 'config_api.tls.key_file'] as const).map((key) =>
    needsTls(key, 'config_api.urls', usesHttps, 'none of config_api.urls and auth.url is an https URL'),
  ),
  ...(
    ['rabbitmq.tls.ca_file', 'rabbitmq.tls.cert_file', 'rabbitmq.tls.key_file', 'rabbitmq.tls.server_name'] as const
  ).map((key) => needsTls(key, 'rabbitmq.tls.enabled', usesAmqps, 'rabbitmq.tls.enabled is not true')),
  ...(['kafka.tls.ca_file', 'kafka.tls.cert_file', 'kafka.tls.key_file'] as const).map((key) =>
    needsTls(key, 'kafka.tls.enabled', (settings) => settings['kafka.tls.enabled'], 'kafka.tls.enabled is not true'),
  ),
  ...(['http', 'introspect', 'gateway'] as const).flatMap((section) => {
    const by = `${section}.tls.enabled` as const;
    const keys = [`${section}.tls.cert_file`, `${section}.tls.key_file`, `${section}.tls.client_ca_file`] as const;
    return keys.map((key) => needsTls(key, by, (settings) => settings[by], `${by} is not true`));
  }),
  {
    keys: ['leadership.mode', 'source'],
    problem: (settings) =>
      settings['leadership.mode'] === 'kafka' && settings.source !== 'kafka'
        ? 'kafka divides the VIPs by the topic of the changes: source has to be kafka'
        : undefined,
  },
  {
    keys: ['gateway.listen', 'managers'],
    problem: (settings) =>
      settings['gateway.listen'] !== undefined && !settings.managers.includes('octavia-vip')
        ? 'the gateway shows what octavia-vip does: managers has to name it'
        : undefined,
  },
  {
    keys: ['managers'],
    problem: ({ managers }) => {
      const missing = (['default-objects', 'service-instance'] as const).filter((name) => !managers.includes(name));
      const waiting = (['snat', 'loadbalancer'] as const).filter((name) => managers.includes(name));
      return missing.length === 0 || waiting.length === 0
        ? undefined
        : `${waiting.join(' and ')} need${waiting.length > 1 ? '' : 's'} ${missing.join(' and ')}, too`;
    },
  },
  {
    keys: ['gateway.listen', 'config_api.urls'],
    problem: (settings) => {
      const listen = settings['gateway.listen'];
      if (listen === undefined) return undefined;
      const { host, port } = hostAndPortOf(listen);
      const isSame = settings['config_api.urls'].some((url) => isAt(url, host, port));
      return isSame ? 'is an address of config_api.urls: the gateway would ask itself' : undefined;
    },
  },
  atLeast('config_api.list_timeout', 'config_api.request_timeout'),
  atLeast('timings.sync_timeout', 'config_api.list_timeout'),
];

/** What is wrong between keys that are each right by themselves. `atFault` names the keys that are not. */
export function crossCheck(settings: Settings, atFault: ReadonlySet<string>): readonly ConfigProblem[] {
  return checks.flatMap((check) => {
    const [key] = check.keys;
    if (key === undefined || check.keys.some((name) => atFault.has(name))) return [];
    const message = check.problem(settings);
    return message === undefined ? [] : [{ key, message }];
  });
}

/** The keys that are given and have no effect, each with the reason. */
export function idleKeys(settings: Settings): ReadonlyMap<SettingKey, string> {
  return new Map(
    checks.flatMap(({ isIdle, keys: [key], problem }) => {
      const message = isIdle === true ? problem(settings) : undefined;
      return key === undefined || message === undefined ? [] : [[key, message] as const];
    }),
  );
}
