import { currentOf, errorFields, type Logger, type MaybeLive } from '../lib/index.js';
import { formatProblem, type LoadedConfig, type ServiceConfig } from './config/index.js';

/** A configuration that is right. */
export type RightConfig = LoadedConfig & { readonly ok: true };

/** The keys that differ, by what can be done about it. */
export interface ReloadPlan {
  /** Taken while the service runs. */
  readonly applied: readonly string[];
  /** Only a restart takes them. */
  readonly needsRestart: readonly string[];
}

/** The keys whose values, and the files that they name, are taken while the service runs. */
export const reloadableKeys: ReadonlySet<string> = new Set([
  'log.level',
  'http.allowed_hosts',
  ...['http', 'introspect', 'gateway'].flatMap((section) =>
    ['cert_file', 'key_file', 'client_ca_file'].map((name) => `${section}.tls.${name}`),
  ),
]);

/** The keys that name a file which is looked at again while the service runs: what it holds is taken, another name is not. */
export const watchedFileKeys: ReadonlySet<string> = new Set([
  'auth.password_file',
  'auth.token_file',
  'rabbitmq.password_file',
  'kafka.sasl.password_file',
  ...['config_api', 'auth', 'rabbitmq', 'kafka'].flatMap((section) =>
    ['ca_file', 'cert_file', 'key_file'].map((name) => `${section}.tls.${name}`),
  ),
]);

/** What is kept of a configuration to compare it with another: each value as text, and what the files and secrets held. */
export type ComparedConfig = ReadonlyMap<string, string>;

interface TlsContents {
  readonly ca?: unknown;
  readonly cert?: unknown;
  readonly key?: unknown;
}

type Tls = MaybeLive<TlsContents> | boolean | undefined;

const tlsContents = (section: string, tlsOf: (config: ServiceConfig) => Tls): typeof contents => {
  const held = (config: ServiceConfig): TlsContents => {
    const tls = tlsOf(config);
    return typeof tls === 'object' ? currentOf(tls) : {};
  };
  return {
    [`${section}.tls.ca_file`]: (config) => held(config).ca,
    [`${section}.tls.cert_file`]: (config) => held(config).cert,
    [`${section}.tls.key_file`]: (config) => held(config).key,
  };
};

// Of these keys the effective value says only the name of a file, or nothing at all. A secret is that of its own key where no file is named.
const contents: Readonly<Record<string, (config: ServiceConfig) => unknown>> = {
  'http.tls.cert_file': ({ http }) => http.tls?.cert,
  'http.tls.key_file': ({ http }) => http.tls?.key,
  'http.tls.client_ca_file': ({ http }) => http.tls?.clientCa,
  'introspect.tls.cert_file': ({ introspect }) => introspect?.tls?.cert,
  'introspect.tls.key_file': ({ introspect }) => introspect?.tls?.key,
  'introspect.tls.client_ca_file': ({ introspect }) => introspect?.tls?.clientCa,
  'gateway.tls.cert_file': ({ gateway }) => gateway?.tls?.cert,
  'gateway.tls.key_file': ({ gateway }) => gateway?.tls?.key,
  'gateway.tls.client_ca_file': ({ gateway }) => gateway?.tls?.clientCa,
  'auth.password': ({ configApi: { auth } }) => ('password' in auth ? auth.password : undefined),
  'auth.token': ({ configApi: { auth } }) => ('token' in auth ? auth.token : undefined),
  'rabbitmq.password': ({ rabbitmq }) => rabbitmq.password,
  'kafka.sasl.password': ({ kafka }) => kafka.connection.sasl?.password,
  ...tlsContents('config_api', ({ configApi }) => configApi.tls),
  ...tlsContents('auth', ({ configApi: { auth } }) => ('tls' in auth ? auth.tls : undefined)),
  ...tlsContents('rabbitmq', ({ rabbitmq }) => rabbitmq.tls),
  ...tlsContents('kafka', ({ kafka }) => kafka.connection.tls),
};
const contentMark = ' (content)';

/** See {@link ComparedConfig}. */
export function comparedConfig({ config, effective }: RightConfig): ComparedConfig {
  const given = effective.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value] as const]));
  const names = new Set(given.map(([key]) => key));
  const held = Object.entries(contents).flatMap(([key, contentOf]) => {
    const content = contentOf(config);
    const holder = names.has(`${key}_file`) ? `${key}_file` : key;
    return content === undefined ? [] : [[`${holder}${contentMark}`, JSON.stringify(content)] as const];
  });
  return new Map([...given, ...held]);
}

/** What differs between two configurations. Every difference is in one of the two lists. */
export function reloadPlan(before: ComparedConfig, after: ComparedConfig): ReloadPlan {
  const keys = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
  const changed = [...new Set(keys.map(settingOf))];
  return {
    applied: changed.filter((name) => isApplied(name, before, after)),
    needsRestart: changed.filter((name) => !isApplied(name, before, after)),
  };
}

function settingOf(key: string): string {
  return key.replace(contentMark, '');
}

// That clients need certificates at all is agreed upon when the endpoint is made.
function isApplied(name: string, before: ComparedConfig, after: ComparedConfig): boolean {
  if (watchedFileKeys.has(name)) return before.has(name) && before.get(name) === after.get(name);
  if (!reloadableKeys.has(name)) return false;
  return !name.includes('.tls.') || before.has(name) === after.has(name);
}

/** What a {@link Reloader} works with. */
export interface ReloaderParts {
  /** The configuration that the service was started with. */
  readonly started: RightConfig;
  /** Reads the configuration from where it was read at the start. */
  readonly load: () => LoadedConfig;
  /** Takes what can be taken while the service runs; throws if it cannot be used, and has changed nothing then. */
  readonly apply: (config: ServiceConfig) => void;
  readonly logger: Logger;
}

/** Reads the configuration again when it is told to, and takes what can be taken. One that is wrong changes nothing. */
export class Reloader {
  private running: ComparedConfig;

  public constructor(private readonly parts: ReloaderParts) {
    this.running = comparedConfig(parts.started);
  }

  /** Does it, and says in the log what came of it. Throws nothing. */
  public reload(): void {
    const { load, apply, logger } = this.parts;
    try {
      const loaded = load();
      if (!loaded.ok) {
        logger.error('configuration not reloaded, it has problems', { problems: loaded.problems.map(formatProblem) });
        return;
      }
      const after = comparedConfig(loaded);
      const { applied, needsRestart } = reloadPlan(this.running, after);
      apply(loaded.config);
      this.running = mixed(this.running, after, new Set(needsRestart));
      logger.info('configuration reloaded', { applied });
      if (needsRestart.length > 0) logger.warn('changed settings need a restart', { keys: needsRestart });
    } catch (error) {
      logger.error('configuration not reloaded, it has problems', errorFields(error));
    }
  }
}

/** What the service runs with: the new values, but for those that need a restart. */
function mixed(before: ComparedConfig, after: ComparedConfig, needsRestart: ReadonlySet<string>): ComparedConfig {
  const keeps = (key: string): boolean => needsRestart.has(settingOf(key));
  return new Map([...[...after].filter(([key]) => !keeps(key)), ...[...before].filter(([key]) => keeps(key))]);
}
