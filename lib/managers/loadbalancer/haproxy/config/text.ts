import { SvcMonitorError } from '../../../../base/errors/index.js';

declare const checked: unique symbol;

/** A text that can stand as one word of a line: see {@link word}. */
export type Word = string & { readonly [checked]: true };

/** A word that the code itself says, never a text from outside. */
type Said<T extends string> = T extends Word ? T : string extends T ? never : T;

/** A line of a section: words, or an empty one with the tab of the line before, as the original ends what it says of a pool. */
export type Line = readonly Word[];

/** A section: its head, and the lines below. */
export interface Section {
  readonly head: Line;
  readonly lines: readonly Line[];
}

/** A whole text. */
export interface Sections {
  readonly global: Section;
  readonly defaults: Section;
  readonly frontends: readonly Section[];
  readonly backends: readonly Section[];
  /** Whether frontends end with an empty line, as those of LBaaS v1 do; those of v2 end each pool with one. */
  readonly isSpaced: boolean;
}

/** How many words haproxy takes in one line; more of them make it refuse the whole text. */
export const mostWords = 64;

// Printable ASCII without what haproxy reads as something else: blanks, comments, quotes and escapes.
const plain = /^[!$-&(-[\]-~]+$/;
const longestWord = 2_048;

/** Between a key and its value, and, one longer, between two bindings, as the vRouter's agent writes and its script reads them. */
const bindingSeparator = '::::';
/** What the agent's script puts the path of the certificate of LBaaS v1 in the place of, wherever it stands. */
export const certificatePathWord = 'haproxy_ssl_cert_path';
/** How the words begin in whose place the agent's script puts the files of certificates, wherever they stand. */
const certificateMark = 'crt__';

/** An empty place: where the original leaves a blank for what is not there. */
export const emptyPlace = '' as Word;

/** The empty line that ends what is said of a pool. */
export const gap: Line = ['\n' as Word];

/**
 * A text as a word: printable ASCII without blanks, `#`, quotes and backslash, and without `::::`, by which the agent separates bindings, nor what its script puts
 * files in the place of.
 *
 * @returns undefined if it cannot be one
 */
export function word(text: string): Word | undefined {
  const isOfScript = text.includes(certificateMark) || text.includes(certificatePathWord);
  return isReadAsOne(text) && !isOfScript ? (text as Word) : undefined;
}

/** The word in whose place the agent's script puts the certificate of a container. */
export function certificateWord(container: Word): Word {
  return `${certificateMark}${container}` as Word;
}

function isReadAsOne(text: string): boolean {
  return text.length <= longestWord && plain.test(text) && !text.includes(bindingSeparator);
}

/** A whole number as a word. */
export function numeral(value: number): Word {
  return String(value) as Word;
}

/** Words without anything between them, as one. They come from {@link word}; what joins them is a literal. */
export function joined<const T extends readonly string[]>(
  ...parts: { readonly [K in keyof T]: Said<T[K]> } & readonly string[]
): Word {
  return parts.join('') as Word;
}

/** A line, or a part of one, of literals and words. */
export function line<const T extends readonly string[]>(
  ...words: { readonly [K in keyof T]: Said<T[K]> } & readonly string[]
): Line {
  return words as readonly string[] as Line;
}

/**
 * The text of sections, to the letter as the original puts it, but that each frontend ends its line. The only place where text is joined.
 *
 * @throws SvcMonitorError `bug` if a word got in that is none: nothing is written then
 */
export function render({ global, defaults, frontends, backends, isSpaced }: Sections): string {
  const fronts = frontends.map((section) => (isSpaced ? `${ofSection(section)}\n` : ofSection(section)));
  const text = [
    `${ofSection(global)}\n\n${ofSection(defaults)}\n\n`,
    ...fronts.map((one, index) => (index === fronts.length - 1 || one.endsWith('\n') ? one : `${one}\n`)),
    '\n',
    ...backends.map((section) => `${ofSection(section)}\n\n`),
  ].join('');
  if (text.includes(bindingSeparator)) throw new SvcMonitorError('bug', 'the text would hold a separator of bindings');
  return text;
}

/** How long a section is in the text, with what a JSON text needs besides. */
export function lengthOf({ head, lines }: Section): number {
  const perLine = 4;
  return [head, ...lines].reduce((sum, one) => sum + one.join(' ').length + perLine, perLine);
}

function ofSection({ head, lines }: Section): string {
  return [head, ...lines].map(ofLine).join('\n\t');
}

function ofLine(one: Line): string {
  if (one === gap) return '\n';
  const isSound = one.length <= mostWords && one.every((each) => each === emptyPlace || isReadAsOne(each));
  if (!isSound) throw new SvcMonitorError('bug', 'a line of the haproxy text is not made of words');
  return one.join(' ');
}
