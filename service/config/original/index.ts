/**
 * The configuration of the original svc-monitor: its three files, the variables that its container appends to them, and the environment
 * from which the container makes them, translated into our keys by one table.
 */
import type { ParsedIni, PlacedEntry } from '../ini/index.js';
import type { ReadTextFile } from '../read-text.js';
import type { Given, SourceResult } from '../sources.js';
import { hasContainerEnvironment, readContainerEnvironment } from './container.js';
import { readOptionVariables } from './environment.js';
import { readOriginalFiles } from './files.js';
import { describePlaces, type GivenOption } from './option.js';
import { optionsOfDocument, parseOptions, placeKey } from './options.js';
import { findOption } from './table/index.js';
import { translate } from './translate/index.js';

export { hasContainerEnvironment, readContainerEnvironment } from './container.js';
export { vncApiFile } from './files.js';
export { originalOptions } from './table/index.js';
export type { OriginalOption } from './option.js';

/** What of the original's configuration there is. */
export interface OriginalSources {
  /** The files of `--conf_file`, in their order. */
  readonly confFiles: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadTextFile;
  /** Whether the environment of the container counts: only where nothing else says how OpenSDN is reached. */
  readonly usesContainer: boolean;
  /** The addresses of this host. */
  readonly localAddresses: readonly string[];
}

/** An option that was accepted and is not needed. */
export interface UnusedGiven {
  /** With its section, such as `[DEFAULTS] collectors`. */
  readonly option: string;
  readonly origin: string;
  readonly reason: string;
}

/** What the original's configuration comes to in our keys. */
export interface OriginalResult extends SourceResult {
  readonly unused: readonly UnusedGiven[];
}

/** Reads the original's configuration. Throws nothing. */
export function readOriginal(sources: OriginalSources): OriginalResult {
  const files = readOriginalFiles(sources.confFiles, sources.readFile);
  const variables = readOptionVariables(sources.environment);
  const isContainer = sources.usesContainer && hasContainerEnvironment(sources.environment);
  const fromContainer = isContainer ? readContainerEnvironment(sources.environment, sources.localAddresses) : [];
  const read = [
    optionsOfDocument(entriesOf(files.vncApi), sectionNamesOf(files.vncApi), []),
    optionsOfDocument(entriesOf(files.main), sectionNamesOf(files.main), variables.entries),
  ];
  const options = lastOfEach([...fromContainer, ...read.flatMap((result) => result.options)]);
  const { values, problems } = parseOptions(options);
  const isReplacement = isContainer || sectionNamesOf(files.main).includes('DEFAULTS');
  const translated = translate(values, { isReplacement });
  const given = new Map<string, Given>(
    translated.map(({ key, value, from }) => {
      const origin = from.length === 0 ? 'default of the original' : describePlaces(from);
      return [key, { value, origin, isTranslated: true }];
    }),
  );
  const usedPlaces = new Set(translated.flatMap(({ from }) => from.map(placeKey)));
  return {
    given,
    problems: [...files.problems, ...read.flatMap((result) => result.problems), ...problems],
    warnings: [...files.warnings, ...variables.warnings, ...read.flatMap((result) => result.warnings)],
    unused: unusedOf(options, usedPlaces),
  };
}

function entriesOf(files: readonly ParsedIni[]): readonly PlacedEntry[] {
  return files.flatMap(({ entries }) => entries);
}

function sectionNamesOf(files: readonly ParsedIni[]): readonly string[] {
  return files.flatMap(({ sectionNames }) => sectionNames);
}

function lastOfEach(options: readonly GivenOption[]): readonly GivenOption[] {
  return [...new Map(options.map((option) => [placeKey(option), option])).values()];
}

function unusedOf(options: readonly GivenOption[], usedPlaces: ReadonlySet<string>): readonly UnusedGiven[] {
  return options.flatMap((given) => {
    const { section, option, origin, value } = given;
    const info = findOption(section, option.toLowerCase());
    // What the container writes without being asked is nobody's concern.
    const isAsked = origin !== 'default of the container';
    if (info === undefined || value === '' || !isAsked || usedPlaces.has(placeKey(given))) return [];
    const reason = info.type === undefined ? info.doc : `has no effect with the other options (${info.doc})`;
    return [{ option: `[${section}] ${option}`, origin, reason }];
  });
}
