import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { SvcMonitorError } from '../../lib/index.js';

/** TLS of an endpoint, as PEM texts. */
export interface ListenTls {
  readonly cert: string;
  readonly key: string;
  /** By which the certificates of clients have to be signed. Absent: any client may connect. */
  readonly clientCa?: string;
}

interface Place {
  readonly name: string;
  /** The section of the configuration that its keys are in. */
  readonly section: string;
}

/** Where something could not listen, and which setting says so. */
interface ListenPlace {
  readonly name: string;
  /** The key or keys to look at, in words. */
  readonly setting: string;
  readonly host: string;
  readonly port: number;
}

/**
 * The options of a TLS server.
 *
 * @throws SvcMonitorError `invalid-configuration` if they cannot be used, with which keys
 */
export function tlsOptions(
  { cert, key, clientCa }: ListenTls,
  { name, section }: Place,
): SecureContextOptions & { readonly requestCert: boolean; readonly rejectUnauthorized: boolean } {
  const own = { cert, key, minVersion: 'TLSv1.2' } as const;
  usable(own, `${name} cannot use its certificate and key, see ${section}.tls.cert_file and ${section}.tls.key_file`);
  if (clientCa !== undefined)
    usable({ ca: clientCa }, `${name} cannot use the certificates of its clients, see ${section}.tls.client_ca_file`);
  return {
    ...own,
    ...(clientCa === undefined ? {} : { ca: clientCa }),
    requestCert: clientCa !== undefined,
    rejectUnauthorized: clientCa !== undefined,
  };
}

function usable(options: SecureContextOptions, failure: string): void {
  try {
    const { ca } = options;
    // OpenSSL passes over a text in which there is no certificate, and would then let nobody in.
    if (typeof ca === 'string' && !ca.includes('-----BEGIN CERTIFICATE-----')) throw new TypeError('there is none');
    createSecureContext(options);
  } catch (error) {
    const message = `${failure}: ${error instanceof Error ? error.message : String(error)}`;
    throw new SvcMonitorError('invalid-configuration', message, { cause: error, details: { problems: [message] } });
  }
}

const listenFailures: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EADDRNOTAVAIL: 'the address is none of this host',
  ENOTFOUND: 'there is no such host',
  EACCES: 'the port may not be used',
};

/** Why an endpoint cannot listen, and what to change. */
export function listenError(error: unknown, { name, setting, host, port }: ListenPlace): SvcMonitorError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = listenFailures[code] ?? 'listening failed';
  const message = `${name} cannot listen on ${host}:${port}: ${reason}; see ${setting}`;
  return new SvcMonitorError('invalid-configuration', message, { cause: error, details: { problems: [message] } });
}
