import { optionsOf, type IniDocument, type IniEntry } from './document.js';

/** A value with its references replaced, or why that cannot be done. */
export type Interpolated =
  { readonly ok: true; readonly value: string } | { readonly ok: false; readonly reason: string };

const deepest = 10;
// Python has no such bound: a few lines that refer to each other would make gigabytes.
const longest = 65_536;
const reference = /^%\(([^)]+)\)s/;

/**
 * The value of an entry of a section as Python's `configparser` hands it out: `%(name)s` stands for another option of the section or of
 * `[DEFAULT]`, and `%%` for one `%`.
 */
export function interpolate(document: IniDocument, section: string, entry: IniEntry): Interpolated {
  const options = optionsOf(document, section);
  let value = '';
  let steps = 0;
  const replace = (text: string, depth: number): string | undefined => {
    if (depth > deepest) return 'refers to itself, or too deep';
    let rest = text;
    while (rest !== '') {
      steps += 1;
      if (value.length > longest || steps > longest) return 'comes to too long a text';
      const found = rest.indexOf('%');
      value += found === -1 ? rest : rest.slice(0, found);
      if (found === -1) return undefined;
      rest = rest.slice(found);
      if (rest.startsWith('%%')) {
        value += '%';
        rest = rest.slice(2);
        continue;
      }
      const match = reference.exec(rest);
      if (match === null) return 'has a % that is neither %% nor %(name)s; a single % is written %%';
      const referred = options.get((match[1] ?? '').toLowerCase());
      if (referred === undefined) return 'refers by %(name)s to an option that is not there';
      rest = rest.slice(match[0].length);
      const reason = referred.value.includes('%') ? replace(referred.value, depth + 1) : undefined;
      if (reason !== undefined) return reason;
      if (!referred.value.includes('%')) value += referred.value;
    }
    return undefined;
  };
  const reason = replace(entry.value, 1);
  return reason === undefined ? { ok: true, value } : { ok: false, reason };
}
