import type { ZodError } from 'zod';
import type { ServiceConfig } from './config.js';
import { crossCheck } from './checks.js';
import { readFiles, type ReadTextFile } from './files.js';
import { displayValue, type ConfigProblem } from './problems.js';
import { settingKeys, settingsSchema, type Settings } from './schema.js';
import { readAssignments, readEnvironment, readYaml, type Given } from './sources.js';
import { toServiceConfig } from './to-service-config.js';
import { formatDuration } from '../../lib/index.js';

/** Where the configuration comes from; of several values of a key the last source's counts: file, environment, assignments. */
export interface ConfigSources {
  /** The text of the YAML file, if there is one. */
  readonly fileText?: string;
  /** Environment variables; those that do not begin with `SVC_MONITOR_` are passed over. Defaults to none. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `key=value` texts, as `--set` takes them. */
  readonly assignments?: readonly string[];
  /** Reads the files that keys such as `rabbitmq.password_file` name. Without it such a key is a problem. */
  readonly readFile?: ReadTextFile;
}

/** A value as an operator may see it: secrets masked. */
export interface EffectiveSetting {
  readonly key: string;
  readonly value: string;
  readonly origin: string;
}

/** A configuration, or all that is wrong with it. */
export type LoadedConfig =
  | { readonly ok: true; readonly config: ServiceConfig; readonly effective: readonly EffectiveSetting[] }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

const noFiles: ReadTextFile = () => {
  throw new TypeError('no file can be read');
};

/** Puts the configuration together and validates all of it. Pure but for `readFile`; throws nothing. */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const results = [
    readYaml(sources.fileText ?? ''),
    readEnvironment(sources.environment ?? {}),
    readAssignments(sources.assignments ?? []),
  ];
  const given = new Map(results.flatMap((result) => [...result.given]));
  const { settings, problems: valueProblems } = parse(given);
  const files = readFiles(settings, sources.readFile ?? noFiles);
  const atFault = new Set(valueProblems.map(({ key }) => key));
  const problems = [
    ...results.flatMap((result) => result.problems),
    ...valueProblems,
    ...files.problems,
    ...crossCheck(settings, atFault),
  ];
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    config: deepFreeze(toServiceConfig(settings, files.contents)),
    effective: describeSettings(settings, given),
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

function describeSettings(settings: Settings, given: ReadonlyMap<string, Given>): readonly EffectiveSetting[] {
  const values = new Map<string, unknown>(Object.entries(settings));
  return [...settingKeys].flatMap(([key, { form }]) => {
    const value = values.get(key);
    if (value === undefined) return [];
    const shown = form === 'duration' ? formatDuration(Number(value)) : displayValue(form, value);
    return [{ key, value: shown, origin: given.get(key)?.origin ?? 'default' }];
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
