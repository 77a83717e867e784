import { defaultSection, type PlacedEntry } from './document.js';
import { indentOf, strip, stripEnd } from './whitespace.js';

/** A line that is none of an INI file. What it holds is not told: it may be a secret. */
export interface IniMistake {
  readonly origin: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** What a text has, in its order. */
export interface ParsedIni {
  readonly entries: readonly PlacedEntry[];
  /** All sections, those without options as well. */
  readonly sectionNames: readonly string[];
  readonly mistakes: readonly IniMistake[];
}

const sectionLine = /^\[([^\n]+)\]/;

interface OpenEntry {
  readonly section: string;
  readonly name: string;
  readonly lines: string[];
}

/**
 * Reads a text as Python's `configparser` does with `strict=False` and everything else at its default: `=` and `:` delimit, a line that
 * stands further to the right than the option goes on with its value, comments are lines of their own that begin with `#` or `;`, and
 * names of options have no case.
 *
 * @param origin what the entries and mistakes name as their origin, such as the path
 */
export function parseIni(text: string, origin: string): ParsedIni {
  const done: OpenEntry[] = [];
  const sectionNames: string[] = [];
  const mistakes: IniMistake[] = [];
  let section: string | undefined;
  let open: OpenEntry | undefined;
  let indent = 0;
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const value = strip(line);
    if (/^[#;]/.test(value)) continue;
    if (value === '') {
      open?.lines.push('');
      continue;
    }
    const column = indentOf(line);
    if (open !== undefined && column > indent) {
      open.lines.push(value);
      continue;
    }
    indent = column;
    const header = sectionLine.exec(value)?.[1];
    if (header !== undefined) {
      section = header;
      open = undefined;
      if (header !== defaultSection) sectionNames.push(header);
      continue;
    }
    const mistake = (message: string): void => {
      mistakes.push({ origin, line: index + 1, message });
    };
    if (section === undefined) {
      mistake('stands before the first [section]');
      break;
    }
    const delimiter = value.search(/[=:]/);
    const name = stripEnd(value.slice(0, Math.max(0, delimiter)));
    if (delimiter === -1) mistake('is neither a [section] nor an option with = or :');
    else if (name === '') mistake('has no name before its = or :');
    else {
      open = { section, name, lines: [strip(value.slice(delimiter + 1))] };
      done.push(open);
    }
  }
  const entries = done.map(({ lines, ...place }) => ({ ...place, value: stripEnd(lines.join('\n')), origin }));
  return { entries, sectionNames, mistakes };
}
