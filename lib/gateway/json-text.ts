/**
 * Changes a text of JSON in places, so that all else stays as it stands, to the byte. Every text has to be one that `JSON.parse` takes; nothing is
 * checked again here. However deep it is nested, it is gone through without recursion.
 */

/** Where a value stands: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is put in place of a span. */
export interface Replacement extends Span {
  readonly text: string;
}

/** The value that begins at or after a position, without the white space around it. */
export function valueAt(text: string, from: number): Span {
  const start = skipSpace(text, from);
  return { start, end: endOfValue(text, start) };
}

/** The values of an object, by key; of a key that stands there twice the last one counts. Empty if the span is no object. */
export function membersOf(text: string, { start }: Span): ReadonlyMap<string, Span> {
  const members = new Map<string, Span>();
  if (text[start] !== '{') return members;
  let at = skipSpace(text, start + 1);
  while (text[at] === '"') {
    const keyEnd = endOfString(text, at);
    const key = JSON.parse(text.slice(at, keyEnd)) as string;
    const value = valueAt(text, skipSpace(text, keyEnd) + 1);
    members.set(key, value);
    at = afterComma(text, value.end);
  }
  return members;
}

/** The values of a list. Empty if the span is no list. */
export function itemsOf(text: string, { start }: Span): readonly Span[] {
  const items: Span[] = [];
  if (text[start] !== '[') return items;
  let at = skipSpace(text, start + 1);
  while (at < text.length && text[at] !== ']') {
    const item = valueAt(text, at);
    items.push(item);
    at = afterComma(text, item.end);
  }
  return items;
}

/** The text with spans replaced, which may come in any order and must not overlap. */
export function replaced(text: string, replacements: readonly Replacement[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text: value } of replacements.toSorted((one, other) => one.start - other.start)) {
    parts.push(text.slice(at, start), value);
    at = end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/** What stands between two values of a list, as the text's own writer puts it: Python's puts a space there. */
export function separatorOf(text: string): string {
  const items = itemsOf(text, valueAt(text, 0));
  const [first, second] = items;
  if (first !== undefined && second !== undefined) return text.slice(first.end, second.start);
  const [member] = first === undefined ? [] : membersOf(text, first).values();
  return member !== undefined && text[member.start - 1] === ' ' ? ', ' : ',';
}

function afterComma(text: string, end: number): number {
  const at = skipSpace(text, end);
  return text[at] === ',' ? skipSpace(text, at + 1) : at;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfValue(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  if (first !== '{' && first !== '[') {
    let at = start;
    while (at < text.length && !',]}'.includes(text[at] ?? ',') && !isSpace(text.charCodeAt(at))) at += 1;
    return at;
  }
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') {
      at = endOfString(text, at);
      continue;
    }
    if (character === '{' || character === '[') depth += 1;
    if (character === '}' || character === ']') depth -= 1;
    at += 1;
    if (depth === 0) break;
  }
  return at;
}
