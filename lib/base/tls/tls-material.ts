import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** Whom to trust, and who one is, as PEM texts. */
export interface TlsMaterial {
  /** Certificates to trust instead of those of the system. */
  readonly ca?: string;
  /** Client certificate, with those between it and its authority behind it. */
  readonly cert?: string;
  /** Its key. */
  readonly key?: string;
  /** False: any certificate of the server will do. Defaults to true. */
  readonly rejectUnauthorized?: boolean;
  /** The name that the server's certificate has to be for. Defaults to the name that the server is reached by. */
  readonly servername?: string;
}

/** What is wrong with a part of a {@link TlsMaterial}. */
export interface TlsProblem {
  readonly part: 'ca' | 'cert' | 'key';
  /** In words, without anything of the texts. */
  readonly problem: string;
}

const certificateBegins = '-----BEGIN CERTIFICATE-----';
const oneCertificate = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * Why no connection could be made with the texts; undefined if one can. A certificate and a key that are halves of two pairs are found, too: so
 * look two files of which one is replaced already.
 */
export function tlsProblemOf({ ca, cert, key }: Pick<TlsMaterial, 'ca' | 'cert' | 'key'>): TlsProblem | undefined {
  if (ca !== undefined && !areCertificates(ca)) return { part: 'ca', problem: notCertificates(ca) };
  if (cert !== undefined && !areCertificates(cert)) return { part: 'cert', problem: notCertificates(cert) };
  if (key !== undefined && !isKey(key))
    return { part: 'key', problem: 'it is no private key in PEM, or has a passphrase' };
  if (cert === undefined || key === undefined) return undefined;
  try {
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      return { part: 'key', problem: 'it is not the key of the certificate' };
    }
    createSecureContext({ cert, key });
    return undefined;
  } catch {
    // The texts of OpenSSL name its own source lines.
    return { part: 'cert', problem: 'OpenSSL takes certificate and key for no pair that it can use' };
  }
}

function areCertificates(text: string): boolean {
  const found = text.match(oneCertificate) ?? [];
  if (found.length === 0 || found.length !== text.split(certificateBegins).length - 1) return false;
  try {
    for (const certificate of found) new X509Certificate(certificate);
    return true;
  } catch {
    return false;
  }
}

function notCertificates(text: string): string {
  if (text.trim() === '') return 'the file is empty';
  return text.includes(certificateBegins)
    ? 'a certificate in it cannot be read'
    : 'there is no certificate in PEM in it';
}

function isKey(text: string): boolean {
  try {
    createPrivateKey(text);
    return true;
  } catch {
    return false;
  }
}
