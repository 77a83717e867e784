import type { ZodError } from 'zod';
import type { ServiceConfig } from './config.js';
import { alternatives, crossCheck, idleKeys } from './checks.js';
import { readFiles } from './files.js';
import { readOriginal, type UnusedGiven } from './original/index.js';
import { missingPackages, type IsInstalled } from './packages.js';
import { checkPem } from './pem.js';
import { displayValue, type ConfigProblem } from './problems.js';
import { reasonOf, type ReadTextFile } from './read-text.js';
import { settingKeys, settingsSchema, type SettingKey, type Settings } from './schema.js';
import { readAssignments, readEnvironment, readYaml, type Given, type SourceResult } from './sources.js';
import { toServiceConfig } from './to-service-config.js';
import { formatDuration } from '../../lib/index.js';

/**
 * Where the configuration comes from. Of several values of a key the last source's counts: the environment of the original's container,
 * the original's files, its variables (`SVC_MONITOR__...`), the YAML file, our own variables (`SVC_MONITOR_...`), assignments.
 */
export interface ConfigSources {
  /** The path of the YAML file, if there is one. */
  readonly file?: string;
  /** The text of the YAML file, instead of its path. */
  readonly fileText?: string;
  /** Paths of the original's files, as `--conf_file` takes them. */
  readonly confFiles?: readonly string[];
  /**
   * Environment variables. Those that neither begin with `SVC_MONITOR_` nor are the container's are passed over. The container's count
   * where there is neither a YAML file nor one of the original's. Defaults to none.
   */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `key=value` texts, as `--set` takes them. */
  readonly assignments?: readonly string[];
  /** Reads files. Without it each file that is named is a problem. */
  readonly readFile?: ReadTextFile;
  /** Tells whether an optional package is there. Defaults to all. */
  readonly isInstalled?: IsInstalled;
  /** Whether it is the relay that is to run, which needs Kafka in any case. */
  readonly isRelay?: boolean;
  /** Whether it is the gateway alone that is to run, which has to listen somewhere. */
  readonly isGateway?: boolean;
  /** The addresses of this host, for `INTROSPECT_LISTEN_ALL=False` of the container. */
  readonly localAddresses?: readonly string[];
  /** When certificates have to count. Without it none is out of time. */
  readonly now?: Date;
}

/** A value as an operator may see it: secrets masked. */
export interface EffectiveSetting {
  readonly key: string;
  /** Undefined: the key is unset. */
  readonly value?: string;
  readonly origin: string;
}

/** A configuration with what should be known of it, or all that is wrong. */
export type LoadedConfig =
  | {
      readonly ok: true;
      readonly config: ServiceConfig;
      readonly effective: readonly EffectiveSetting[];
      /** What may be meant otherwise, and what soon fails. */
      readonly warnings: readonly ConfigProblem[];
      /** Options of the original that are not needed. */
      readonly unused: readonly UnusedGiven[];
    }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[]; readonly warnings: readonly ConfigProblem[] };

const unheardGateway: ConfigProblem = { key: 'gateway.listen', message: 'required for the command gateway' };

const noFiles: ReadTextFile = () => {
  throw new TypeError('no file can be read');
};

/** Puts the configuration together and validates all of it. Pure but for `readFile` and `isInstalled`; throws nothing. */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const readFile = sources.readFile ?? noFiles;
  const environment = sources.environment ?? {};
  const confFiles = sources.confFiles ?? [];
  const usesContainer = confFiles.length === 0 && sources.file === undefined && sources.fileText === undefined;
  const { localAddresses = [] } = sources;
  const original = readOriginal({ confFiles, environment, readFile, usesContainer, localAddresses });
  const results: readonly SourceResult[] = [
    original,
    readYamlFile(sources, readFile),
    readEnvironment(environment),
    readAssignments(sources.assignments ?? []),
  ];
  const { given, settings, atFault, idle, problems: valueProblems } = parseAll(merge(results));
  const files = readFiles(settings, readFile);
  const pem = checkPem(files.contents, settings, sources.now);
  const ofSettings = [
    ...files.problems,
    ...pem.problems,
    ...crossCheck(settings, atFault),
    ...(sources.isGateway === true && settings['gateway.listen'] === undefined && !atFault.has('gateway.listen')
      ? [unheardGateway]
      : []),
    ...missingPackages(settings, sources.isRelay === true, sources.isInstalled ?? (() => true)),
  ];
  const whereGiven = (problem: ConfigProblem): ConfigProblem => ({ ...originOf(given.get(problem.key)), ...problem });
  const problems = [...results.flatMap((result) => result.problems), ...valueProblems, ...ofSettings.map(whereGiven)];
  const warnings = [
    ...results.flatMap((result) => result.warnings ?? []),
    ...pem.warnings.map(whereGiven),
    ...openDoors(given),
  ];
  if (problems.length > 0) return { ok: false, problems, warnings };
  return {
    ok: true,
    config: deepFreeze(toServiceConfig(settings, files.contents)),
    effective: describeSettings(settings, given),
    warnings,
    unused: [...original.unused, ...idle],
  };
}

function originOf(given: Given | undefined): { readonly origin?: string } {
  return given === undefined ? {} : { origin: given.origin };
}

function readYamlFile({ file, fileText }: ConfigSources, readFile: ReadTextFile): SourceResult {
  if (file === undefined) return readYaml(fileText ?? '');
  try {
    return readYaml(readFile(file), file);
  } catch (error) {
    const message = `the file cannot be read: ${reasonOf(error)}`;
    return { given: new Map(), problems: [{ key: '--config', value: JSON.stringify(file), message }] };
  }
}

// A source that gives a secret, or the file that holds it, replaces the other one of a source before it.
function merge(results: readonly SourceResult[]): ReadonlyMap<string, Given> {
  const merged = new Map<string, Given>();
  for (const { given } of results) {
    for (const [key, other] of alternatives) {
      if (given.has(key)) merged.delete(other);
      if (given.has(other)) merged.delete(key);
    }
    for (const [key, value] of given) merged.set(key, value);
  }
  return merged;
}

interface Parsed {
  readonly given: ReadonlyMap<string, Given>;
  readonly settings: Settings;
  readonly atFault: ReadonlySet<string>;
  readonly idle: readonly UnusedGiven[];
  readonly problems: readonly ConfigProblem[];
}

/** Parses what is given, without what was translated from the original and has no effect beside what comes after it. */
function parseAll(given: ReadonlyMap<string, Given>): Parsed {
  const first = parse(given);
  const idle = [...idleKeys(first.settings)].filter(([key]) => given.get(key)?.isTranslated === true);
  const names = new Set<string>(idle.map(([key]) => key));
  const effective = new Map([...given].filter(([key]) => !names.has(key)));
  const { settings, problems } = idle.length === 0 ? first : parse(effective);
  return {
    given: effective,
    settings,
    problems,
    atFault: new Set(problems.map(({ key }) => key)),
    idle: idle.map(([key, reason]) => ({ option: key, origin: given.get(key)?.origin ?? '', reason })),
  };
}

/** The settings, in which what is at fault is left at its default, so that everything else can be checked as well. */
function parse(given: ReadonlyMap<string, Given>): {
  readonly settings: Settings;
  readonly problems: readonly ConfigProblem[];
} {
  const values = new Map([...given].map(([key, { value }]) => [key, value]));
  const first = settingsSchema.safeParse(Object.fromEntries(values));
  if (first.success) return { settings: first.data, problems: [] };
  const wrong = keysAtFault(first.error);
  for (const key of wrong) values.delete(key);
  return {
    settings: settingsSchema.parse(Object.fromEntries(values)),
    problems: wrong.map((key) => valueProblem(key, given.get(key))),
  };
}

function keysAtFault(error: ZodError): readonly string[] {
  return [...new Set(error.issues.map((issue) => String(issue.path[0])))];
}

function valueProblem(key: string, given: Given | undefined): ConfigProblem {
  const info = settingKeys.get(key);
  if (info === undefined || given === undefined) return { key, message: 'is at fault' };
  const { value, origin } = given;
  // An unquoted number or date is the usual mistake where a text is wanted.
  const hint =
    (info.form === 'secret' || info.form === 'text') && typeof value !== 'string' ? '; write it in quotes' : '';
  return { key, origin, value: displayValue(info.form, value), message: `has to be ${info.allowed}${hint}` };
}

// The original says nothing when it accepts any certificate. Whoever replaces it should know.
function openDoors(given: ReadonlyMap<string, Given>): readonly ConfigProblem[] {
  const doors: readonly SettingKey[] = ['config_api.tls.insecure', 'auth.tls.insecure', 'rabbitmq.tls.insecure'];
  return doors.flatMap((key) => {
    const value = given.get(key);
    if (value?.isTranslated !== true || value.value !== true) return [];
    return [{ key, origin: value.origin, message: 'any certificate is accepted, as the original does' }];
  });
}

const longestShown = 10_000;

function describeSettings(settings: Settings, given: ReadonlyMap<string, Given>): readonly EffectiveSetting[] {
  const values = new Map<string, unknown>(Object.entries(settings));
  return [...settingKeys].map(([key, { form }]) => {
    const value = values.get(key);
    const origin = given.get(key)?.origin ?? 'default';
    if (value === undefined) return { key, origin };
    return {
      key,
      value: form === 'duration' ? formatDuration(Number(value)) : displayValue(form, value, longestShown),
      origin,
    };
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
