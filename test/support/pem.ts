/** A certificate for 127.0.0.1 and localhost that signs itself and counts for a hundred years, and its key; for what only has to be PEM. */
export const selfSigned = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBYjCCAQigAwIBAgIBATAKBggqhkjOPQQDAjATMREwDwYDVQQDDAh0ZXN0IG9u
ZTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowEzERMA8GA1UEAwwI
dGVzdCBvbmUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATygGT9yjP0RHf7IeAG
r9rAH4juGxtJ7QrhuYuXfmJLsDKfxj6iwX3rj/9mS2Cr3+0Eq5fA4cytnyGOBKi8
kGmko0swSTAaBgNVHREEEzARhwR/AAABgglsb2NhbGhvc3QwDAYDVR0TBAUwAwEB
/zAdBgNVHQ4EFgQUm9P4hRdfJrg+dYTfRIWk+ScYkJEwCgYIKoZIzj0EAwIDSAAw
RQIgJvVLhhHdiacXu8pOQmXkR57Av0MiwpaW0g2jqXPzCH0CIQDtlMaewECTXjcg
Vc0727GWVBO4TO+vwjRR7OCi1GmMEA==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgA9SxR9ANJJv7EnWM
mg7kNfA+G5hZbAzJ5HlqAlNFp8ahRANCAATygGT9yjP0RHf7IeAGr9rAH4juGxtJ
7QrhuYuXfmJLsDKfxj6iwX3rj/9mS2Cr3+0Eq5fA4cytnyGOBKi8kGmk
-----END PRIVATE KEY-----
`,
};

/** The key of nobody's certificate. */
export const otherKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgOspSudD1M9VJq84u
ZvhHp/k6/OqXYGOKGPBjiFLWHw2hRANCAAR4CQ1u7l5qzWzV8u8RsvZbXEtv9s7J
g6xGKhRsYcVYfYz4i783nZ6T/cDj786f1YtPlmQIzsSzkIjT0jr1b0gV
-----END PRIVATE KEY-----
`;

/** The same key, with a passphrase. */
export const encryptedKey = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhQQpoD68OLIAICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEENTDoWOTpsArj4bYr5il4XAEgZDT
Hyj98/dm6H9FFRVV0gplWcW2RAXa3GjIh0wcQEwR4VKd3R+rcsGMjBbp8qKiE0Hs
zLHqUnLjYzHlUj8BiLyJernsDdysdK7wD9RFVFcjiynJvDZvjxhW+2tkl2g4DxcS
OB7dM2vSCMYwr9vU11Nhl4POQGG/daNZI7+1IFNk7NrO858n0qN+yzo+5LgBE1E=
-----END ENCRYPTED PRIVATE KEY-----
`;

/** A certificate that has expired. */
export const expiredCertificate = `-----BEGIN CERTIFICATE-----
MIIBYDCCAQagAwIBAgIBAjAKBggqhkjOPQQDAjATMREwDwYDVQQDDAh0ZXN0IG9s
ZDAeFw0yMDAxMDEwMDAwMDBaFw0yMTAxMDEwMDAwMDBaMBMxETAPBgNVBAMMCHRl
c3Qgb2xkMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEY+/G+E4DOZUzi29I+vLK
5f42lNi9+TYsuTMEFeUIOGKtnAqSTi/tZT6b4v2Wp0Y84yXUV2VzTrrjImROqL++
X6NLMEkwGgYDVR0RBBMwEYcEfwAAAYIJbG9jYWxob3N0MAwGA1UdEwQFMAMBAf8w
HQYDVR0OBBYEFA6vqaqTVm3Zhd8NG++NbN2dGpfrMAoGCCqGSM49BAMCA0gAMEUC
IQCLg3bBSQ5hlM35YhWZFuy2lbOuMhsOOPIIilJfVaiW5gIgeF84H0LNkCKu18DT
HUiJRVqLLpH3ogPuivkx+oZ2Tj0=
-----END CERTIFICATE-----
`;

/** The content of a file that a configuration may name, by its name: a key, a certificate or a password. */
export function contentOf(path: string): string {
  if (path.endsWith('key.pem')) return selfSigned.key;
  return path.endsWith('.pem') ? selfSigned.cert : 'content';
}
