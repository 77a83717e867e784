import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls';
import type { MaybeLive } from '../base/live/index.js';

/** Certificates and checks of a TLS connection; as Node.js names them. PEM texts, not file names. */
export type KafkaTlsOptions = Pick<
  TlsConnectionOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized' | 'minVersion'
>;

/** How to log in by SASL. */
export interface KafkaSaslOptions {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  /** Never appears in an error, a log line or the status. Asked for whenever a client is made. */
  readonly password: MaybeLive<string>;
}

/** Where a broker listens. */
export interface KafkaAddress {
  readonly host: string;
  readonly port: number;
}

/** How to reach a Kafka cluster. Only `brokers` has to be there. */
export interface KafkaConnectionOptions {
  /** Some brokers of the cluster, `host:port` each; the others are learned from them. */
  readonly brokers: readonly string[];
  /** Name under which the brokers know the client. Defaults to `opensdn-svc-monitor`. */
  readonly clientId?: string;
  /** Asked for at each connect. Defaults to none. */
  readonly tls?: boolean | MaybeLive<KafkaTlsOptions>;
  /** Defaults to none. PLAIN without TLS shows the password to whoever listens. */
  readonly sasl?: KafkaSaslOptions;
  /** Time for connecting to one broker, and for the login. Milliseconds; defaults to 3000. */
  readonly connectTimeoutMs?: number;
  /** Time for each answer of a broker. Milliseconds; defaults to 10000. */
  readonly requestTimeoutMs?: number;
  /**
   * Where to connect to for a broker, by what it calls itself: where its own address leads nowhere from here (a port forward, a tunnel).
   * Defaults to that address.
   */
  readonly route?: (broker: KafkaAddress) => KafkaAddress;
}
