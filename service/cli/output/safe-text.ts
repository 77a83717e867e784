/** The longest text of others that is printed as one. */
const longest = 500;

// Also what turns the direction of writing, and line separators: a name must not be able to look like another line, or like our own words.
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/gu;

/**
 * A text of others as it can go to a terminal: no control characters, no change of direction, one line, not endless. What is left out shows as
 * `\u{...}`, so that two names never look the same.
 */
export function safeText(text: string): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return shown.replace(unsafe, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** A value as JSON of which no text can do anything to a terminal. */
export function safeJson(value: unknown): string {
  // Plain JSON leaves the controls of C1 and the marks of direction as they are.
  return JSON.stringify(value, undefined, 2).replace(
    /[\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => {
      const code = character.charCodeAt(0).toString(16).padStart(4, '0');
      return `\\u${code}`;
    },
  );
}
