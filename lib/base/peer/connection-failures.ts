import type { Remedy } from '../errors/index.js';
import type { Peer } from './peer.js';

/** A failure to connect in words. */
export interface ExplainedFailure extends Remedy {
  /** Which one it is; see {@link connectionFailures}. */
  readonly kind: ConnectionFailureKind;
  /** What it means, with the name of the peer. */
  readonly meaning: string;
  readonly setting: string;
  readonly advice: string;
}

interface Row {
  /** Matched with `<code>: <text>` of Node.js, of OpenSSL or of the client library. */
  readonly said: RegExp;
  /** Follows the name of the peer, or stands for itself. */
  readonly meaning: (peer: string, said: string) => string;
  readonly setting: (settings: Peer['settings']) => string;
  readonly advice: (peer: Peer) => string;
}

const address = ({ address: key }: Peer['settings']): string => key;
const hostIn = (said: string): string => /getaddrinfo \w+ (\S+)/.exec(said)?.[1] ?? 'the host';

/**
 * What Node.js, OpenSSL and the client libraries say when there is no connection, or it breaks before it is of use, and what that means for
 * whoever set it up. The first row that fits counts.
 */
export const connectionFailures = {
  'certificate-expired': {
    said: /^CERT_HAS_EXPIRED:/,
    meaning: (peer) => `the certificate of ${peer} has expired`,
    setting: address,
    advice: ({ name }) => `renew the certificate of ${name}; look at the clock of this machine, too`,
  },
  'certificate-not-yet-valid': {
    said: /^CERT_NOT_YET_VALID:/,
    meaning: (peer) => `the certificate of ${peer} is not valid yet`,
    setting: address,
    advice: ({ name }) => `look at the clock of this machine and at the beginning of the certificate of ${name}`,
  },
  'certificate-of-unknown-authority': {
    said: /^(UNABLE_TO_(GET_ISSUER_CERT(_LOCALLY)?|VERIFY_LEAF_SIGNATURE)|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|CERT_SIGNATURE_FAILURE):/,
    meaning: (peer) => `the certificate of ${peer} is signed by nobody who is trusted: check the CA certificates`,
    setting: ({ ca }) => ca,
    advice: ({ settings }) => `put the certificate of the authority that has signed it into the file of ${settings.ca}`,
  },
  'certificate-of-another-name': {
    said: /^ERR_TLS_CERT_ALTNAME_INVALID:/,
    meaning: (peer) => `the certificate of ${peer} is for another name than the one that it is reached by`,
    setting: ({ serverName, address: key }) => serverName ?? key,
    advice: ({ settings: { serverName, address: key } }) =>
      serverName === undefined
        ? `name it in ${key} as its certificate does`
        : `set ${serverName} to a name of the certificate, or name it in ${key} so`,
  },
  'certificate-revoked-or-bad': {
    said: /^(CERT_(REVOKED|REJECTED|UNTRUSTED|CHAIN_TOO_LONG)|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED):/,
    meaning: (peer) => `the certificate of ${peer} is not to be trusted`,
    setting: ({ ca }) => ca,
    advice: ({ name, settings }) => `look at the certificate of ${name} and at the file of ${settings.ca}`,
  },
  'no-tls-there': {
    said: /wrong version number|packet length too long|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)/i,
    meaning: (peer) => `${peer} does not speak TLS on this port`,
    setting: ({ tls }) => tls,
    advice: ({ switchTls }) => `${switchTls.off}, or name the port that speaks TLS`,
  },
  'client-certificate-wanted': {
    said: /^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE):|certificate required/i,
    meaning: (peer) => `${peer} asks for a client certificate, or for TLS settings that are not ours`,
    setting: ({ certificate }) => certificate,
    advice: ({ settings }) => `set ${settings.certificate} and the key_file beside it`,
  },
  'client-certificate-refused': {
    said: /^ERR_SSL_.*ALERT_.*(CERTIFICATE|_CA)/,
    meaning: (peer) => `${peer} does not accept the client certificate`,
    setting: ({ certificate }) => certificate,
    advice: ({ name, settings }) =>
      `look whether ${name} trusts the authority of the certificate in ${settings.certificate}, and whether it has expired`,
  },
  'no-common-tls': {
    said: /^ERR_SSL_(.*ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|NO_CIPHERS?_.*|DH_KEY_TOO_SMALL)/,
    meaning: (peer) => `${peer} speaks no version of TLS that is spoken here`,
    setting: ({ tls }) => tls,
    advice: ({ name }) => `have ${name} speak TLS 1.2 or later`,
  },
  'unknown-host': {
    said: /^ENOTFOUND:|getaddrinfo ENOTFOUND/,
    meaning: (peer, said) => `the host of ${peer} is not known: no address for ${hostIn(said)}`,
    setting: address,
    advice: ({ settings }) => `check the name in ${settings.address}, and that the resolver of this machine knows it`,
  },
  'resolver-away': {
    said: /^(EAI_AGAIN|ESERVFAIL|ETIMEOUT):|getaddrinfo EAI_AGAIN/,
    meaning: (peer, said) => `the resolver does not answer for the host of ${peer}: ${hostIn(said)}`,
    setting: address,
    advice: () => 'check the name servers of this machine',
  },
  refused: {
    said: /^ECONNREFUSED:|ECONNREFUSED/,
    meaning: (peer) => `nobody listens at the address of ${peer}`,
    setting: address,
    advice: ({ name, settings }) => `check host and port in ${settings.address}, and that ${name} runs`,
  },
  unreachable: {
    said: /^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EHOSTDOWN):/,
    meaning: (peer) => `there is no way to the address of ${peer}`,
    setting: address,
    advice: ({ settings }) => `check the address in ${settings.address} and the routes of this machine`,
  },
  'no-answer': {
    said: /^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|CONNECTION_TIMEOUT):/,
    meaning: (peer) => `the address of ${peer} does not answer`,
    setting: address,
    advice: ({ settings }) => `check the address in ${settings.address}, and firewalls on the way`,
  },
  'tls-wanted': {
    said: /^TLS_(ALERT|PEER):|HTTP request (was )?sent to (an )?HTTPS|speaking plain HTTP to an SSL|HTTP request to an HTTPS|plain HTTP request/i,
    meaning: (peer) => `${peer} speaks TLS on this port`,
    setting: ({ tls }) => tls,
    advice: ({ switchTls }) => `${switchTls.on}, or name the port without TLS`,
  },
  'no-amqp-there': {
    said: /^NO_AMQP:/,
    meaning: (peer) => `what listens at the address of ${peer} does not speak AMQP`,
    setting: address,
    advice: ({ settings }) => `check host and port in ${settings.address}`,
  },
  'closed-without-answer': {
    said: /^(UND_ERR_SOCKET|ECONNRESET|EPIPE):/,
    meaning: (peer) => `${peer} closed the connection without an answer`,
    setting: ({ tls }) => tls,
    advice: ({ name, settings }) =>
      `look at the log of ${name}; a port that speaks TLS does so to plain connections, see ${settings.tls}`,
  },
} as const satisfies Readonly<Record<string, Row>>;

/** The name of a row of {@link connectionFailures}. */
export type ConnectionFailureKind = keyof typeof connectionFailures;

/** Whether the failure is one of TLS: of certificates, of versions, or of a port that speaks it where it should not, or the other way round. */
export function isAboutTls(kind: ConnectionFailureKind): boolean {
  return kind.startsWith('certificate-') || kind.includes('tls') || kind.startsWith('client-certificate-');
}

/**
 * A failure to connect in words; undefined for one that no row knows.
 *
 * @param code the name that Node.js, OpenSSL or the client library gives it; may be empty
 * @param text its message, or what was answered
 */
export function explainConnectionFailure(peer: Peer, code: string, text: string): ExplainedFailure | undefined {
  const said = `${code}: ${text}`;
  for (const [kind, row] of Object.entries(connectionFailures) as readonly [ConnectionFailureKind, Row][]) {
    if (!row.said.test(said)) continue;
    return {
      kind,
      meaning: row.meaning(peer.name, said),
      setting: row.setting(peer.settings),
      advice: row.advice(peer),
    };
  }
  return undefined;
}
