import { readFileSync } from 'node:fs';
import {
  formatProblem,
  loadConfig,
  vncApiFile,
  type ConfigSources,
  type LoadedConfig,
} from '../../../../service/config/index.js';
import { contentOf } from '../../../support/pem.js';
import { projectFolder } from '../../../support/project-folder.js';

/** The path of a sample of the original's configuration. */
export const sample = (name: string): URL => new URL(`fixtures/original-config/${name}`, projectFolder());

/** The text of a sample. */
export const sampleText = (name: string): string => readFileSync(sample(name), 'utf8');

/** The variables of a file that has one in each line. */
export function variablesOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** Loads texts as files of the original, of which those named `vnc` stand at the usual place of vnc_api_lib.ini. */
export function loadOriginal(
  texts: Readonly<Record<string, string>>,
  sources: Partial<ConfigSources> = {},
): LoadedConfig {
  const files = new Map(Object.entries(texts).map(([name, text]) => [name === 'vnc' ? vncApiFile : `/${name}`, text]));
  return loadConfig({
    confFiles: Object.keys(texts)
      .filter((name) => name !== 'vnc')
      .map((name) => `/${name}`),
    readFile: (path) => {
      const text = files.get(path);
      if (text !== undefined) return text;
      if (path === vncApiFile || path.endsWith('.conf')) throw Object.assign(new Error('no file'), { code: 'ENOENT' });
      return /(server-|priv)key.*\.pem$/.test(path) ? contentOf('key.pem') : contentOf('any.pem');
    },
    ...sources,
  });
}

/** What was loaded, by key: the values that do not stand at our defaults. */
export function given(loaded: LoadedConfig): Readonly<Record<string, string>> {
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  return Object.fromEntries(
    loaded.effective
      .filter(({ origin }) => origin !== 'default')
      .map(({ key, value }) => [key, value?.replaceAll('"', '') ?? '']),
  );
}

/** All problems, a line each. */
export function problems(loaded: LoadedConfig): readonly string[] {
  return loaded.ok ? [] : loaded.problems.map(formatProblem);
}

/** All warnings, a line each, but for the one that there is no vnc_api_lib.ini. */
export function warnings(loaded: LoadedConfig): readonly string[] {
  return loaded.warnings.filter(({ key }) => key !== vncApiFile).map(formatProblem);
}
