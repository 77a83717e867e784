import { masked, maskedBeginning } from '../mask.js';
import type { ValueForm } from '../../lib/index.js';

/** Something that is wrong with the configuration. */
export interface ConfigProblem {
  /** The key as in the YAML file, such as `rabbitmq.port`; or what else is at fault, such as `(file)`. */
  readonly key: string;
  /** Where it was given: `file`, `--set`, an environment variable; absent for what is missing. */
  readonly origin?: string;
  /** What was given, as text; secrets are masked. */
  readonly value?: string;
  /** What is wrong, or what is allowed. */
  readonly message: string;
}

const longestValue = 100;
const longestKey = 1_000;

/**
 * A value as text for an error message or a listing; secrets are masked.
 *
 * @param longest how many characters are shown. Defaults to what fits an error message
 */
export function displayValue(form: ValueForm, value: unknown, longest = longestValue): string {
  if (form === 'secret') return masked;
  // A nested value can hold anything, so what it holds is not shown.
  const plain =
    typeof value === 'object' && value !== null && !isListOfTexts(value)
      ? 'a map or a nested list'
      : JSON.stringify(value);
  return maskedBeginning(plain, longest);
}

function isListOfTexts(value: object): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry !== 'object');
}

/** One line of text for a problem. */
export function formatProblem(problem: ConfigProblem): string {
  const value = problem.value === undefined ? '' : ` = ${problem.value}`;
  const origin = problem.origin === undefined ? '' : ` (${problem.origin})`;
  const key = problem.key.length > longestKey ? `${problem.key.slice(0, longestValue)}…` : problem.key;
  return `${key}${value}${origin}: ${problem.message}`;
}

/** The candidate that differs least from the name, if it is near enough to be what was meant. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  // No name is that long, and the comparing takes as long as the name is.
  if (name.length > longestValue) return undefined;
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = Math.min(editDistance(name, candidate), lastPartDistance(name, candidate));
    if (best === undefined || distance < best.distance) best = { candidate, distance };
  }
  const bound = Math.max(1.5, Math.floor(name.length / 3));
  return best !== undefined && best.distance <= bound ? best.candidate : undefined;
}

// `http.log_level` for `log.level`: a right name below the wrong section costs one.
function lastPartDistance(name: string, candidate: string): number {
  const last = (dotted: string): string => dotted.slice(dotted.lastIndexOf('.') + 1);
  return last(name) === last(candidate) ? 1.5 : Infinity;
}

/** The least number of letters to add, drop or change (Levenshtein). */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let line = 1; line <= left.length; line++) {
    const next = [line];
    for (let column = 1; column <= right.length; column++) {
      const change = (row[column - 1] ?? 0) + (left[line - 1] === right[column - 1] ? 0 : 1);
      next.push(Math.min(change, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}

/** The end of a message about an unknown name. */
export function suggestion(name: string, candidates: Iterable<string>): string {
  const near = nearest(name, candidates);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

/**
 * Problems of one kind, made of what is at fault: of very many only the first, and how many more there are. One mistake can have many.
 *
 * @param place what the last line is about
 * @param shown how many are told one by one
 */
export function firstProblems<T>(
  faults: readonly T[],
  toProblem: (fault: T) => ConfigProblem,
  place: Pick<ConfigProblem, 'key' | 'origin'>,
  shown = 20,
): readonly ConfigProblem[] {
  const problems = faults.slice(0, shown).map(toProblem);
  const more = faults.length - problems.length;
  return more === 0 ? problems : [...problems, { ...place, message: `${more} more like these` }];
}
