import { documentOf, interpolate, optionsOf, type IniDocument, type PlacedEntry } from '../ini/index.js';
import { displayValue, firstProblems, suggestion, type ConfigProblem } from '../problems.js';
import type { Found, GivenOption } from './option.js';
import { findOption, optionsOfSection, originalOptions, type OriginalValues } from './table/index.js';

/** Options, and what is wrong with them or not known. */
export interface OptionsResult {
  readonly options: readonly GivenOption[];
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
}

/**
 * The options of one parser of the original. Those of `[DEFAULT]` count for each section that the files have.
 *
 * @param sectionNames sections that have no option of their own, too
 * @param variables the entries that came from the environment, not from a file
 */
export function optionsOfDocument(
  entries: readonly PlacedEntry[],
  sectionNames: readonly string[],
  variables: readonly PlacedEntry[],
): OptionsResult {
  const document = documentOf([...entries, ...variables], sectionNames);
  const ofVariable = new Set(variables.map(({ origin }) => origin));
  const options: GivenOption[] = [];
  const problems: ConfigProblem[] = [];
  for (const section of knownSections(document)) {
    for (const [option, entry] of optionsOf(document, section)) {
      const info = findOption(section, option);
      if (info === undefined) continue;
      const place = { section, option: entry.name, origin: entry.origin };
      const variable = ofVariable.has(entry.origin) ? { isVariable: true as const } : {};
      // What is not used is not read, either: the original fails for some of these, without a need.
      const read =
        info.type === undefined ? ({ ok: true, value: entry.value } as const) : interpolate(document, section, entry);
      if (read.ok) options.push({ ...place, ...variable, value: read.value });
      else problems.push({ key: `[${section}] ${entry.name}`, origin: entry.origin, message: read.reason });
    }
  }
  return { options, problems, warnings: unknownOptions(document) };
}

function unknownOptions(document: IniDocument): readonly ConfigProblem[] {
  const { sections, defaults } = document;
  const all = [...sections].map(([section, entries]) => ({ section, entries, known: optionsOfSection(section) }));
  const ofSections = firstProblems(
    all.filter(({ known }) => known === undefined),
    ({ section, entries }) => ({
      key: `[${section}]`,
      ...originOf(entries.values().next().value),
      message: `the original has no such section${suggestion(section, Object.keys(originalOptions))}`,
    }),
    { key: '[...]' },
  );
  const ofOptions = all.flatMap(({ section, entries, known }) =>
    firstProblems(
      known === undefined ? [] : [...entries].filter(([option]) => !Object.hasOwn(known, option)),
      ([option, { name, origin }]) => ({
        key: `[${section}] ${name}`,
        origin,
        message: `the original has no such option${suggestion(option, Object.keys(known ?? {}))}`,
      }),
      { key: `[${section}]` },
    ),
  );
  const names = knownSections(document);
  const inherited = firstProblems(
    [...defaults].filter(([option]) => !names.some((section) => findOption(section, option) !== undefined)),
    ([, { name, origin }]) => ({
      key: `[DEFAULT] ${name}`,
      origin,
      message: 'has no effect: no section of these files has such an option; the section of the original is [DEFAULTS]',
    }),
    { key: '[DEFAULT]' },
  );
  return [...ofOptions, ...ofSections, ...inherited];
}

function knownSections({ sections }: IniDocument): readonly string[] {
  return [...sections.keys()].filter((section) => optionsOfSection(section) !== undefined);
}

function originOf(entry: { readonly origin: string } | undefined): { readonly origin?: string } {
  return entry === undefined ? {} : { origin: entry.origin };
}

/** An option by its section and its name in lower case. */
export function placeKey({ section, option }: { readonly section: string; readonly option: string }): string {
  return `[${section}] ${option.toLowerCase()}`;
}

/** The values of the options that are taken over. Of several of one place the last counts; one that is empty counts as not given. */
export function parseOptions(options: readonly GivenOption[]): {
  readonly values: OriginalValues;
  readonly problems: readonly ConfigProblem[];
} {
  const problems: ConfigProblem[] = [];
  const values: Record<string, Record<string, Found<unknown>>> = {};
  for (const section of Object.keys(originalOptions)) values[section] = {};
  const given = new Set(options.filter(({ value }) => value !== '').map(placeKey));
  for (const { value, ...place } of options) {
    const name = place.option.toLowerCase();
    const info = findOption(place.section, name);
    // The original does not look at what is not asked for, and some of its deployers write nonsense there.
    if (info?.type === undefined || value === '' || (info.unless !== undefined && given.has(info.unless))) continue;
    const parsed = info.type.parse(value);
    if (parsed === undefined) {
      problems.push({
        key: `[${place.section}] ${place.option}`,
        origin: place.origin,
        value: displayValue(info.type.isSecret ? 'secret' : 'text', value),
        message: `has to be ${info.type.allowed}`,
      });
    } else values[place.section] = { ...values[place.section], [name]: { value: parsed, place } };
  }
  // Each value was parsed by the type that the table has for it.
  return { values: values as OriginalValues, problems };
}
