// What Python takes for white space: not quite what JavaScript does.

const leading = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

const isSpace = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

/** The text without white space at both ends. */
export function strip(text: string): string {
  return stripEnd(text.replace(leading, ''));
}

/** The text without white space at its end. */
export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** How many characters of white space the text begins with. */
export function indentOf(text: string): number {
  return leading.exec(text)?.[0].length ?? 0;
}
