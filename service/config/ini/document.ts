/** A value as it stands in a file, before references to other options are replaced. */
export interface IniEntry {
  /** The name of the option as it is written; it is known by its lower case. */
  readonly name: string;
  readonly value: string;
  /** The file, or what else gave it. */
  readonly origin: string;
}

/** What several files come to: duplicate sections are one, and the last value of an option counts. */
export interface IniDocument {
  /** By section, as it is written, and by option in lower case. */
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, IniEntry>>;
  /** The options of `[DEFAULT]`, which every section inherits. */
  readonly defaults: ReadonlyMap<string, IniEntry>;
}

/** The section whose options all others inherit. */
export const defaultSection = 'DEFAULT';

/** The options of a section with those that it inherits. */
export function optionsOf(document: IniDocument, section: string): ReadonlyMap<string, IniEntry> {
  return new Map([...document.defaults, ...(document.sections.get(section) ?? [])]);
}

/** An entry and the place that it has. */
export interface PlacedEntry extends IniEntry {
  readonly section: string;
}

/** A document of these entries; of several with one place the last counts. Sections without entries are named apart. */
export function documentOf(entries: readonly PlacedEntry[], sectionNames: readonly string[] = []): IniDocument {
  const defaults = new Map<string, IniEntry>();
  const sections = new Map<string, Map<string, IniEntry>>(
    [...sectionNames, ...entries.map(({ section }) => section)]
      .filter((name) => name !== defaultSection)
      .map((name) => [name, new Map()]),
  );
  for (const { section, ...entry } of entries) {
    (sections.get(section) ?? defaults).set(entry.name.toLowerCase(), entry);
  }
  return { sections, defaults };
}
