import { expect } from 'chai';
import {
  connectionFailures,
  explainConnectionFailure,
  peers,
  type ConnectionFailureKind,
} from '../../../../lib/base/peer/index.js';

/** What Node.js 20 to 24, OpenSSL 3, undici, rabbitmq-client and web servers say. */
const said: { readonly [K in ConnectionFailureKind]: readonly (readonly [string, string])[] } = {
  'certificate-expired': [['CERT_HAS_EXPIRED', 'certificate has expired']],
  'certificate-not-yet-valid': [['CERT_NOT_YET_VALID', 'certificate is not yet valid']],
  'certificate-of-unknown-authority': [
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unable to get local issuer certificate'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate'],
  ],
  'certificate-of-another-name': [
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      "Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list:",
    ],
  ],
  'certificate-revoked-or-bad': [
    ['CERT_REVOKED', 'certificate revoked'],
    ['INVALID_PURPOSE', 'unsuitable certificate purpose'],
  ],
  'no-tls-there': [
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'error:0A00010B:SSL routines:ssl3_get_record:wrong version number'],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'error:0A0000C6:SSL routines:tls_get_more_records:packet length too long'],
  ],
  'client-certificate-wanted': [
    [
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      'error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required',
    ],
    [
      'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      'error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure',
    ],
  ],
  'client-certificate-refused': [
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'error:0A000412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate'],
    [
      'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
      'error:0A000415:SSL routines:ssl3_read_bytes:sslv3 alert certificate expired',
    ],
  ],
  'no-common-tls': [
    [
      'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
      'error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version',
    ],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'error:0A000102:SSL routines:ssl_choose_client_version:unsupported protocol'],
  ],
  'unknown-host': [['ENOTFOUND', 'getaddrinfo ENOTFOUND broker.example']],
  'resolver-away': [['EAI_AGAIN', 'getaddrinfo EAI_AGAIN broker.example']],
  refused: [
    ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5672'],
    ['ECONNREFUSED', ''],
  ],
  unreachable: [
    ['EHOSTUNREACH', 'connect EHOSTUNREACH 10.0.0.1:5672'],
    ['ENETUNREACH', 'connect ENETUNREACH 10.0.0.1:5672'],
  ],
  'no-answer': [
    ['ETIMEDOUT', 'connect ETIMEDOUT 10.0.0.1:5672'],
    ['UND_ERR_CONNECT_TIMEOUT', 'Connect Timeout Error'],
  ],
  'tls-wanted': [
    ['TLS_ALERT', 'Response does not match the HTTP/1.1 protocol'],
    ['TLS_PEER', 'it sends the first bytes of TLS'],
    ['', '<title>400 The plain HTTP request was sent to HTTPS port</title>'],
    ['', "Reason: You're speaking plain HTTP to an SSL-enabled server port."],
    ['', 'Client sent an HTTP request to an HTTPS server.'],
  ],
  'no-amqp-there': [['NO_AMQP', 'it sends something else']],
  'closed-without-answer': [
    ['UND_ERR_SOCKET', 'other side closed'],
    ['ECONNRESET', 'read ECONNRESET'],
  ],
};

describe('explainConnectionFailure', () => {
  it('should be tested for each kind', () => {
    expect(Object.keys(said)).to.have.members(Object.keys(connectionFailures));
  });

  for (const [kind, examples] of Object.entries(said)) {
    for (const [code, text] of examples) {
      it(`should take ${code} ${text.slice(0, 60)} for ${kind}, whoever the peer is`, () => {
        for (const peer of Object.values(peers)) {
          const explained = explainConnectionFailure(peer, code, text);
          expect(explained?.kind).to.equal(kind);
          expect(explained?.meaning).to.contain(peer.name);
          expect(Object.values<string>(peer.settings)).to.include(explained?.setting);
          expect(explained?.advice).to.not.equal('');
        }
      });
    }
  }

  it('should name the host that has no address', () => {
    for (const code of ['ENOTFOUND', 'EAI_AGAIN']) {
      const explained = explainConnectionFailure(peers.rabbitmq, code, `getaddrinfo ${code} broker.example`);
      expect(explained?.meaning).to.match(/broker\.example$/);
    }
  });

  it('should say nothing of what it does not know', () => {
    expect(explainConnectionFailure(peers.kafka, 'EIO', 'i/o error')).to.equal(undefined);
    expect(explainConnectionFailure(peers.kafka, '', '')).to.equal(undefined);
  });
});
