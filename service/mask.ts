/** What stands in the place of a secret. */
export const masked = '***';

const secretName = /pass(word|wd|phrase)?|secret|token|authorization|credential|cookie|api[-_]?key|private/i;
const credentials = /([a-z][a-z0-9+.-]*:\/\/)?[^\s"',@]*:[^\s"']*@/gi;

/** Whether a field of that name is taken for a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** The text without what looks like `user:password@`, in a URL or before a host. */
export function maskCredentials(text: string): string {
  return text.includes('@') ? text.replace(credentials, `$1${masked}@`) : text;
}
