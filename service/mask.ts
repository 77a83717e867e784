/** What stands in the place of a secret. */
export const masked = '***';

const secretName = /pass(word|wd|phrase)?|secret|token|authorization|credential|cookie|api[-_]?key|private/i;

/** Whether a field of that name is taken for a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/**
 * The text without what looks like `user:password@`, in a URL or before a host. The time that it takes grows with the length of the text and
 * no faster, whatever is in it: the text is cut into runs, and each is looked through a fixed number of times.
 */
export function maskCredentials(text: string): string {
  return text.includes('@') ? text.replace(runs, maskRun) : text;
}

/**
 * The beginning of a text, by {@link maskCredentials}. It is cut first, so that what is left out costs nothing. Of a run that the cut
 * divides, nothing is shown behind its first colon: the `@` that makes a password of it may be what was cut off.
 *
 * @param longest how many characters of the text are looked at
 */
export function maskedBeginning(text: string, longest: number): string {
  if (text.length <= longest) return maskCredentials(text);
  const kept = text.slice(0, longest);
  const divided = isDivider(text.charAt(longest)) ? longest : lastRunStart(kept);
  return `${maskCredentials(kept.slice(0, divided))}${untilSecret(kept.slice(divided))}…`;
}

// What can hold no credentials ends a run: in URLs these are written as escapes.
const runs = /[^\s"']+/g;

function isDivider(character: string): boolean {
  return /^[\s"']$/.test(character);
}

function lastRunStart(text: string): number {
  let start = text.length;
  while (start > 0 && !isDivider(text.charAt(start - 1))) start -= 1;
  return start;
}

/** From the beginning of the name, which has no comma and no `@`, up to the last `@`: a password can have both. */
function maskRun(run: string): string {
  const colon = run.indexOf(':');
  const end = run.lastIndexOf('@');
  if (colon === -1 || end < colon) return run;
  return `${run.slice(0, secretStart(run, colon))}${masked}${run.slice(end)}`;
}

/** Where the secret begins in a run that has one: behind `scheme://`, or else where the name begins. */
function secretStart(run: string, colon: number): number {
  if (run.startsWith('://', colon) && /^[a-z0-9+.-]$/i.test(run.charAt(colon - 1))) return colon + '://'.length;
  return Math.max(run.lastIndexOf(',', colon), run.lastIndexOf('@', colon)) + 1;
}

function untilSecret(run: string): string {
  const colon = run.indexOf(':');
  return colon === -1 ? run : run.slice(0, secretStart(run, colon));
}
