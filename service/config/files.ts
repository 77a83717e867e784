import type { ConfigProblem } from './problems.js';
import { reasonOf, type ReadTextFile } from './read-text.js';
import type { SettingKey, Settings } from './schema.js';

/** The keys that name a file whose content is wanted. */
export const fileKeys = [
  'config_api.tls.ca_file',
  'config_api.tls.cert_file',
  'config_api.tls.key_file',
  'auth.token_file',
  'auth.tls.ca_file',
  'auth.tls.cert_file',
  'auth.tls.key_file',
  'http.tls.cert_file',
  'http.tls.key_file',
  'http.tls.client_ca_file',
  'introspect.tls.cert_file',
  'introspect.tls.key_file',
  'introspect.tls.client_ca_file',
  'gateway.tls.cert_file',
  'gateway.tls.key_file',
  'gateway.tls.client_ca_file',
  'auth.password_file',
  'rabbitmq.password_file',
  'rabbitmq.tls.ca_file',
  'rabbitmq.tls.cert_file',
  'rabbitmq.tls.key_file',
  'kafka.sasl.password_file',
  'kafka.tls.ca_file',
  'kafka.tls.cert_file',
  'kafka.tls.key_file',
] as const satisfies readonly SettingKey[];

/** A key that names a file. */
export type FileKey = (typeof fileKeys)[number];

/** The contents of the files that the configuration names, by the key that names them. */
export type FileContents = Readonly<Partial<Record<FileKey, string>>>;

/** The paths of those files. */
export type FilePaths = Readonly<Partial<Record<FileKey, string>>>;

/** What the text of a file comes to: a secret loses the line end that editors and `echo` put behind it. */
export function contentOf(key: FileKey, text: string): string {
  return /(password|token)_file$/.test(key) ? text.replace(/\r?\n$/, '') : text;
}

/** The paths that the settings give. */
export function pathsOf(settings: Settings): FilePaths {
  return Object.fromEntries(fileKeys.flatMap((key) => (settings[key] === undefined ? [] : [[key, settings[key]]])));
}

/** Reads the files that the settings name. */
export function readFiles(
  settings: Settings,
  readFile: ReadTextFile,
): { readonly contents: FileContents; readonly problems: readonly ConfigProblem[] } {
  const contents: Partial<Record<FileKey, string>> = {};
  const problems: ConfigProblem[] = [];
  for (const key of fileKeys) {
    const path = settings[key];
    if (path === undefined) continue;
    try {
      const content = readFile(path);
      contents[key] = contentOf(key, content);
      if (contents[key] === '') problems.push({ key, value: JSON.stringify(path), message: 'the file is empty' });
    } catch (error) {
      problems.push({ key, value: JSON.stringify(path), message: `the file cannot be read: ${reasonOf(error)}` });
    }
  }
  return { contents, problems };
}
