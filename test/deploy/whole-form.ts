import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** Compiled modules by path, `/` between folders, relative to one folder. */
export type Modules = ReadonlyMap<string, string>;

/** What `.ci/run` sets for the whole form, and not for the quick one before it. Those of Kafka are read all at once. */
export const wholeFormVariables = ['TEST_SCOPE', 'CI', 'RABBITMQ_URL', 'ZOOKEEPER_HOSTS', 'KAFKA_BROKERS'] as const;

/** The compiled modules of `dist/test/`. */
export function compiledTests(): Modules {
  const folder = new URL('../', import.meta.url);
  return new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.js'))
      .map((path) => [path.replaceAll('\\', '/'), readFileSync(new URL(path, folder), 'utf8')]),
  );
}

/**
 * The test files that may do more in the whole form than in the quick one: they, or what they import among the tests, read a variable that is set
 * there. Those of `exhaustive` and `property` come first: they take longest, and begun last, one of them would run alone for minutes.
 */
export function filesOfWholeForm(modules: Modules): readonly string[] {
  const told = filesReaching(modules, readsVariable);
  const isLong = (file: string): boolean => /^(?:exhaustive|property)\//.test(file);
  return [...told.filter(isLong), ...told.filter((file) => !isLong(file))];
}

/** The test files of which the text, or that of what they import among the tests, is such a one; sorted. */
export function filesReaching(modules: Modules, isSuch: (text: string) => boolean): readonly string[] {
  const such = new Set([...modules].filter(([, text]) => isSuch(text)).map(([path]) => path));
  return [...modules.keys()]
    .filter((path) => path.endsWith('.test.js'))
    .filter((file) => [...reached(file, modules)].some((path) => such.has(path)))
    .sort();
}

/** Whether a module reads one of {@link wholeFormVariables}, or more of the environment than a variable by its name. */
export function readsVariable(text: string): boolean {
  return [...text.matchAll(/process\.env\b(?:\['(\w+)'\])?/g)].some(
    ([, name]) => name === undefined || wholeFormVariables.some((variable) => variable === name),
  );
}

// A module with all that it imports, without what is outside of the tests: no other part of the project knows the variables.
function reached(file: string, modules: Modules): ReadonlySet<string> {
  const seen = new Set([file]);
  for (const path of seen) {
    for (const imported of importsOf(modules.get(path) ?? '')) {
      const target = posix.join(posix.dirname(path), imported);
      if (modules.has(target)) seen.add(target);
    }
  }
  return seen;
}

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g)].map(([, path = '']) => path);
}
