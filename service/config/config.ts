import type {
  ConfigApiAuth,
  ConfigApiOptions,
  KafkaConnectionOptions,
  ManagerSettings,
  MaybeLive,
  TlsMaterial,
} from '../../lib/index.js';
import type { FilePaths } from './files.js';

/** How to reach RabbitMQ. */
export interface RabbitmqConfig {
  /** Each `host:port`, IPv6 addresses in brackets. */
  readonly brokers: readonly string[];
  readonly vhost: string;
  readonly username: string;
  readonly password: MaybeLive<string>;
  /** Absent: plain TCP. */
  readonly tls?: MaybeLive<TlsMaterial>;
  readonly heartbeatSeconds: number;
  readonly checkIntervalMs: number;
  readonly prefetch: number;
  readonly queueExpiresMs: number;
  /** Absent: made from the host's name. */
  readonly queueName?: string;
  readonly exchange: string;
}

/** How to reach Kafka, which topic has the config changes, and as whom it is read. */
export interface KafkaConfig {
  readonly connection: KafkaConnectionOptions;
  readonly topic: string;
  readonly group: string;
  /** Absent: the host's name. */
  readonly instance?: string;
  readonly sessionTimeoutMs: number;
  readonly stallTimeoutMs: number;
}

/** How the config API's own stream of changes is followed; where it is, and how to log in, is the same as for its client. */
export interface WatchConfig {
  readonly keepaliveIntervalMs: number;
  readonly connectTimeoutMs: number;
  readonly concurrency: number;
}

/** What the relay does beyond connecting. */
export interface RelayConfig {
  readonly queueName: string;
  readonly queueExpiresMs: number;
  readonly maxBacklog: number;
  /** How the topic is created where there is none. */
  readonly createTopic: {
    readonly partitions: number;
    /** Absent: the cluster's default. */
    readonly replicationFactor?: number;
    readonly retentionMs: number;
  };
  readonly sendTimeoutMs: number;
}

/** Which of several instances acts. */
export interface LeadershipConfig {
  readonly mode: 'none' | 'zookeeper' | 'kafka';
  readonly path: string;
  readonly zookeeper: {
    /** Each `host:port`. */
    readonly servers: readonly string[];
    readonly sessionTimeoutMs: number;
  };
}

/** Where something listens. */
export interface ListenConfig {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** PEM texts. Absent: plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
}

/** How requests pass the gateway. */
export interface GatewayConfig extends ListenConfig {
  readonly maxRequests: number;
  readonly maxHeld: number;
  readonly changeTimeoutMs: number;
  readonly wiringTimeoutMs: number;
  readonly departureTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** How log lines are written. */
export interface LogConfig {
  readonly level: LogLevel;
  readonly format: 'json' | 'text' | 'contrail';
  /** Written besides the standard output. */
  readonly file?: { readonly path: string; readonly maxBytes: number; readonly backupCount: number };
}

/** The configuration of the service, in the library's own terms: deep-frozen, durations in milliseconds, secrets and files read. */
export interface ServiceConfig {
  readonly configApi: ConfigApiOptions & { readonly auth: ConfigApiAuth };
  /** Where the files are that it was read from, by the keys that name them. */
  readonly files: FilePaths;
  /** Which of the three the changes come from. */
  readonly source: 'amqp' | 'kafka' | 'watch';
  readonly rabbitmq: RabbitmqConfig;
  readonly kafka: KafkaConfig;
  readonly watch: WatchConfig;
  readonly relay: RelayConfig;
  /** The names of those who act. */
  readonly managers: readonly string[];
  /** The settings of all managers. */
  readonly rules: ManagerSettings;
  readonly dryRun: boolean;
  readonly workers: number;
  readonly resyncIntervalMs: number;
  readonly syncTimeoutMs: number;
  readonly drainTimeoutMs: number;
  /** 0: the change stream is not tested. */
  readonly selfTestIntervalMs: number;
  readonly leadership: LeadershipConfig;
  readonly http: ListenConfig & { readonly allowedHosts: readonly string[] };
  /** Absent: nothing listens there. */
  readonly introspect?: ListenConfig;
  /** Absent: there is none. */
  readonly gateway?: GatewayConfig;
  readonly log: LogConfig;
  /** Absent: no traces. */
  readonly tracing?: { readonly endpoint: string };
}

/** The levels of log lines, from the most verbose. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
