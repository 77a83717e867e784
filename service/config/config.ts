import type { ConfigApiAuth, ConfigApiOptions, ManagerSettings } from '../../lib/index.js';

/** TLS material, as PEM texts. */
export interface TlsConfig {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
}

/** How to reach RabbitMQ. */
export interface RabbitmqConfig {
  /** Each `host:port`, IPv6 addresses in brackets. */
  readonly brokers: readonly string[];
  readonly vhost: string;
  readonly username: string;
  readonly password: string;
  /** Absent: plain TCP. */
  readonly tls?: TlsConfig;
  readonly heartbeatSeconds: number;
  readonly prefetch: number;
  /** Absent: made from the host's name. */
  readonly queueName?: string;
  readonly exchange: string;
}

/** The configuration of the service, in the library's own terms: deep-frozen, durations in milliseconds, secrets and files read. */
export interface ServiceConfig {
  readonly configApi: ConfigApiOptions & { readonly auth: ConfigApiAuth };
  readonly rabbitmq: RabbitmqConfig;
  readonly rules: ManagerSettings;
  readonly workers: number;
  readonly resyncIntervalMs: number;
  readonly syncTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly http: { readonly host: string; readonly port: number };
  readonly log: { readonly level: LogLevel; readonly format: 'json' | 'text' };
}

/** The levels of log lines, from the most verbose. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
