import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import type { FileContents } from './files.js';
import type { ConfigProblem } from './problems.js';
import type { Settings } from './schema.js';

type FileKey = keyof FileContents;

/** What is wrong with certificates and keys, and what soon may be. */
export interface PemResult {
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
}

const certificateBlock =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;
const keyBlock = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const encrypted = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/**
 * Looks into the files that hold certificates (`*ca_file`, `*cert_file`) and keys (`*key_file`): whether they are PEM, whether a key is
 * the one of its certificate, and whether a certificate counts now.
 */
export function checkPem(contents: FileContents, settings: Settings, now?: Date): PemResult {
  const problems: ConfigProblem[] = [];
  const warnings: ConfigProblem[] = [];
  const place = (key: FileKey): Pick<ConfigProblem, 'key' | 'value'> => ({ key, value: JSON.stringify(settings[key]) });
  const certificates = new Map<string, X509Certificate>();
  const keys = new Map<string, { readonly name: FileKey; readonly key: KeyObject }>();
  for (const [name, text] of Object.entries(contents) as [FileKey, string][]) {
    if (text === '') continue;
    if (name.endsWith('.key_file')) {
      const key = readKey(text);
      if (typeof key === 'string') problems.push({ ...place(name), message: key });
      else keys.set(name.replace(/key_file$/, 'cert_file'), { name, key });
    } else if (/(?:ca|cert)_file$/.test(name)) {
      const read = readCertificates(text);
      if (typeof read === 'string') problems.push({ ...place(name), message: read });
      else {
        const [first] = read;
        if (first !== undefined) certificates.set(name, first);
        for (const message of outOfTime(name.endsWith('cert_file') ? read.slice(0, 1) : read, now)) {
          warnings.push({ ...place(name), message });
        }
      }
    }
  }
  for (const [certificateName, { name, key }] of keys) {
    if (certificates.get(certificateName)?.checkPrivateKey(key) !== false) continue;
    problems.push({ ...place(name), message: `the key is not the one of the certificate in ${certificateName}` });
  }
  return { problems, warnings };
}

function readCertificates(text: string): readonly X509Certificate[] | string {
  const blocks = text.match(certificateBlock) ?? [];
  if (blocks.length === 0) {
    return keyBlock.test(text) ? 'the file holds a key, and no certificate' : 'the file holds no certificate (PEM)';
  }
  const read = blocks.map(parseCertificate);
  const certificates = read.filter((certificate) => certificate !== undefined);
  const broken = read.indexOf(undefined);
  return broken === -1 ? certificates : `certificate ${broken + 1} of the file is damaged`;
}

function parseCertificate(block: string): X509Certificate | undefined {
  try {
    return new X509Certificate(block);
  } catch {
    return undefined;
  }
}

function readKey(text: string): KeyObject | string {
  if (encrypted.test(text)) return 'the key is encrypted: it has to be one without a passphrase';
  if (!keyBlock.test(text)) return 'the file holds no private key (PEM)';
  try {
    return createPrivateKey(text);
  } catch {
    return 'the key in the file is damaged';
  }
}

// A bundle of many authorities may well have one that is over; one that has no other is of no use.
function outOfTime(certificates: readonly X509Certificate[], now: Date | undefined): readonly string[] {
  if (now === undefined) return [];
  const faults = certificates.map((certificate) => {
    if (new Date(certificate.validTo) < now) return `the certificate has expired: ${isoDay(certificate.validTo)}`;
    if (new Date(certificate.validFrom) > now)
      return `the certificate counts only from ${isoDay(certificate.validFrom)}`;
    return undefined;
  });
  const found = faults.filter((fault) => fault !== undefined);
  return found.length === certificates.length ? found.slice(0, 1) : [];
}

function isoDay(time: string): string {
  return new Date(time).toISOString().slice(0, 10);
}
