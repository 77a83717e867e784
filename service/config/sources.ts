import { LineCounter, parseDocument, type ErrorCode } from 'yaml';
import type { ConfigProblem } from './problems.js';
import { firstProblems, suggestion } from './problems.js';
import { environmentName, settingKeys } from './schema.js';

/** A value that was given for a key, and where. */
export interface Given {
  readonly value: unknown;
  readonly origin: string;
  /** It was made from options of the original: where another key makes it useless, nobody has asked for what it says. */
  readonly isTranslated?: true;
}

/** What one source gives, by key, and what is wrong with it. */
export interface SourceResult {
  readonly given: ReadonlyMap<string, Given>;
  readonly problems: readonly ConfigProblem[];
  /** What may be meant otherwise. */
  readonly warnings?: readonly ConfigProblem[];
}

const exhaustion: ErrorCode = 'RESOURCE_EXHAUSTION';

const sections = new Set(
  [...settingKeys.keys()].flatMap((key) => {
    const parts = key.split('.');
    return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('.'));
  }),
);

/**
 * Reads the text of the YAML file. Values of unknown keys are never shown: a misspelled password would be among them.
 *
 * @param text YAML 1.2; an empty file gives nothing
 * @param origin what values and problems name as their origin, such as the path
 */
export function readYaml(text: string, origin = 'file'): SourceResult {
  const fileProblem = (message: string): ConfigProblem => ({
    key: '(file)',
    ...(origin === 'file' ? {} : { origin }),
    message,
  });
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter });
  // The parser's own messages quote the text, which may be a secret; its codes do not.
  const mistakes = [...document.errors, ...document.warnings].sort((left, right) => left.pos[0] - right.pos[0]);
  // Where the stack ends differs by Node.js, and so does how many levels tell of it: what follows the first of them is no news.
  const exhausted = mistakes.findIndex(({ code }) => code === exhaustion);
  const told = exhausted === -1 ? mistakes : mistakes.slice(0, exhausted + 1);
  // One mistake often makes a mistake of everything that follows, and many of the place where it is.
  const places = new Map([...told].reverse().map((error) => [error.pos[0], error]));
  const syntax = firstProblems(
    [...places.values()].reverse(),
    (error) => {
      const { line, col } = lineCounter.linePos(error.pos[0]);
      return fileProblem(`line ${line}, column ${col}: ${inWords(error.code)}`);
    },
    fileProblem(''),
    3,
  );
  if (syntax.length > 0) return { given: new Map(), problems: syntax };
  let root: unknown;
  try {
    root = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    const isTooMany = error.message.startsWith('Excessive');
    const message = isTooMany
      ? 'aliases (*name) that stand for too much'
      : 'an alias (*name) without its anchor; a text that begins with * has to be in quotes';
    return { given: new Map(), problems: [fileProblem(message)] };
  }
  return flatten(root, origin, fileProblem);
}

function inWords(code: ErrorCode): string {
  return code === exhaustion ? 'nested too deep' : code.toLowerCase().replaceAll('_', ' ');
}

function flatten(root: unknown, origin: string, fileProblem: (message: string) => ConfigProblem): SourceResult {
  const given = new Map<string, Given>();
  const problems: ConfigProblem[] = [];
  const unknown: string[] = [];
  const visit = (value: unknown, prefix: string): void => {
    // An empty section or key is written when all of it is commented out: it counts as not given.
    if (value === null || value === undefined) return;
    if (!isMap(value)) {
      const message = 'has to be a map of keys';
      problems.push(prefix === '' ? fileProblem(message) : { key: prefix, origin, message });
      return;
    }
    for (const [name, entry] of Object.entries(value)) {
      const key = prefix === '' ? name : `${prefix}.${name}`;
      if (sections.has(key)) visit(entry, key);
      else if (!settingKeys.has(key)) unknown.push(key);
      else if (entry !== null) given.set(key, { value: entry, origin });
    }
  };
  visit(root, '');
  const ofUnknown = firstProblems(unknown, (key) => unknownKey(key, origin), { key: '(file)', origin });
  return { given, problems: [...ofUnknown, ...problems] };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownKey(key: string, origin: string): ConfigProblem {
  return { key, origin, message: `no such key${suggestion(key, [...settingKeys.keys(), ...sections])}` };
}

const environmentPrefix = 'SVC_MONITOR_';
// What others put into the environment by that prefix: the options of the original (`SVC_MONITOR__SECTION__key`, read in `original/`), and
// what Kubernetes sets for a Service called `svc-monitor`.
const foreignVariable = /^SVC_MONITOR_(?:_.*|SERVICE_(?:HOST|PORT.*)|PORT(?:_\d+_.*)?)$/;

/** Reads the variables `SVC_MONITOR_<SECTION>_<KEY>`. One that is empty counts as not given. */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): SourceResult {
  const keysByVariable = new Map([...settingKeys.keys()].map((key) => [environmentName(key), key]));
  const given = new Map<string, Given>();
  const problems: ConfigProblem[] = [];
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(environmentPrefix) || value === undefined || value === '') continue;
    const key = keysByVariable.get(variable);
    if (key !== undefined) given.set(key, { value, origin: variable });
    else if (!foreignVariable.test(variable)) {
      problems.push({
        key: variable,
        origin: 'environment',
        message: `no such variable${suggestion(variable, keysByVariable.keys())}`,
      });
    }
  }
  return { given, problems };
}

/** Reads the `key=value` texts of `--set`. The last one of a key counts. */
export function readAssignments(assignments: readonly string[]): SourceResult {
  const given = new Map<string, Given>();
  const problems: ConfigProblem[] = [];
  for (const assignment of assignments) {
    const end = assignment.indexOf('=');
    const key = end === -1 ? '' : assignment.slice(0, end).trim();
    if (end === -1) problems.push({ key: '--set', message: 'has to be key=value' });
    else if (settingKeys.has(key)) given.set(key, { value: assignment.slice(end + 1), origin: '--set' });
    else problems.push(unknownKey(key, '--set'));
  }
  return { given, problems };
}
