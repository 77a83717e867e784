import type { FileKey } from './files.js';

/** The sections whose TLS is made of files. */
export type TlsSection = 'config_api' | 'auth' | 'rabbitmq' | 'kafka';

/** The keys of the files that a section's TLS is made of; absent: not given. */
export interface TlsFileKeys {
  readonly ca?: FileKey;
  readonly cert?: FileKey;
  readonly key?: FileKey;
}

/**
 * Which files make up the TLS of a section: Keystone's certificates to trust, and the pair that we show it, are those of the config API where it has
 * none of its own.
 *
 * @param given what there is, by the keys that name files
 */
export function tlsFilesOf(section: TlsSection, given: Readonly<Partial<Record<FileKey, unknown>>>): TlsFileKeys {
  const own = keysOf(section, given);
  if (section !== 'auth') return own;
  const { ca, ...pair } = keysOf('config_api', given);
  return { ...(ca === undefined ? {} : { ca }), ...(own.cert === undefined ? pair : {}), ...own };
}

function keysOf(section: TlsSection, given: Readonly<Partial<Record<FileKey, unknown>>>): TlsFileKeys {
  const [ca, cert, key] = (['ca_file', 'cert_file', 'key_file'] as const).map(
    (name) => `${section}.tls.${name}` as const,
  );
  return {
    ...(ca !== undefined && given[ca] !== undefined ? { ca } : {}),
    ...(cert !== undefined && given[cert] !== undefined ? { cert } : {}),
    ...(key !== undefined && given[key] !== undefined ? { key } : {}),
  };
}
