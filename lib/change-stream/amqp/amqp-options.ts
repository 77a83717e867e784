import { randomUUID, X509Certificate } from 'node:crypto';
import { hostname } from 'node:os';
import { createSecureContext, type ConnectionOptions as TlsConnectionOptions } from 'node:tls';
import type { Clock } from '../../base/clock/index.js';
import { defaultConcurrency } from '../delivery-window.js';
import { SvcMonitorError } from '../../base/errors/index.js';
import { currentOf, type MaybeLive } from '../../base/live/index.js';
import type { Logger } from '../../base/log/index.js';
import type { Metrics } from '../../base/metrics/index.js';
import type { Outages } from '../../base/problems/index.js';

/** Certificates and checks of a TLS connection; as Node.js names them. PEM texts, not file names. */
export type AmqpTlsOptions = Pick<
  TlsConnectionOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized' | 'minVersion'
>;

/** What an `AmqpSource` is made of. Only `brokers` has to be there. */
export interface AmqpSourceOptions {
  /**
   * The nodes of the RabbitMQ cluster, tried in turn: `host`, `host:port`, `[ipv6]:port`, or
   * `amqp[s]://[user[:password]@]host[:port][/vhost]`. What stands in a URL goes before the options beside it.
   */
  readonly brokers: readonly string[];
  /** Defaults to `guest`. */
  readonly username?: string;
  /** Defaults to `guest`. Never appears in an error, a log line or the status. Asked for at each connect. */
  readonly password?: MaybeLive<string>;
  /** Defaults to `/`. */
  readonly vhost?: string;
  /**
   * TLS for brokers that are not given as a URL, and the certificates for those that are `amqps`. Asked for at each connect: a connection that
   * stands is not touched by new ones. Defaults to none.
   */
  readonly tls?: boolean | MaybeLive<AmqpTlsOptions>;
  /** Stands in the status and in metrics. Defaults to `amqp`. */
  readonly name?: string;
  /** Defaults to `vnc_config.object-update`, where OpenSDN's config API publishes. */
  readonly exchange?: string;
  /** Defaults to `opensdn-svc-monitor.<host name>`. Instances that run at the same time need different names. */
  readonly queueName?: string;
  /**
   * Whether the queue is this connection's alone, under a name that no other has, and goes with it: for whoever only looks on beside an
   * instance of the same name. Defaults to false.
   */
  readonly isTemporary?: boolean;
  /**
   * How long the broker keeps the queue when nobody consumes from it. Milliseconds; defaults to 60000. Long enough for a restart
   * of the service, short enough not to fill the memory of a broker that the config API needs.
   */
  readonly queueExpiresMs?: number;
  /** A left-over queue with more messages than this is deleted: reading everything anew is cheaper. Defaults to 10000. */
  readonly maxBacklog?: number;
  /**
   * A queue that grows longer than this while it is consumed from is deleted as well: the broker's memory is the config API's, too.
   * Defaults to 100000 messages, some 100 MB, or `maxBacklog` if that is more.
   */
  readonly maxQueueLength?: number;
  /** Time between looks at the queue: whether it is there, bound, and not too long. Milliseconds; defaults to 10000. */
  readonly checkIntervalMs?: number;
  /** Messages that the broker sends ahead of their acknowledgement; also the deliveries at once. Defaults to 1024. */
  readonly prefetch?: number;
  /** A connection that is silent for twice this time is given up (at 1: after 2.5 s). Seconds, at least 1; defaults to 5. */
  readonly heartbeatSeconds?: number;
  /** Time for connecting, and for each exchange with the broker. Milliseconds; defaults to 5000. */
  readonly connectTimeoutMs?: number;
  /** Wait after each broker was tried once in vain; doubles with each round. Milliseconds; defaults to 100. */
  readonly retryLowMs?: number;
  /** The longest wait between two rounds. Milliseconds; defaults to 1000. */
  readonly retryHighMs?: number;
  /** Time that stopping waits for deliveries under way, and for the broker. Milliseconds; defaults to 5000. */
  readonly stopTimeoutMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** Told when the stream is lost, and when it is followed again. Defaults to nobody. */
  readonly outages?: Outages;
}

/** One broker and how to log in to it. */
export interface Broker {
  readonly hostname: string;
  readonly port: number;
  readonly username: string;
  readonly password: MaybeLive<string>;
  readonly vhost: string;
  readonly tls: false | MaybeLive<AmqpTlsOptions>;
}

/** What the source needs to know of the queue. */
export interface QueueSettings {
  readonly exchange: string;
  readonly name: string;
  /** It is the connection's alone, and goes with it. */
  readonly isTemporary: boolean;
  readonly expiresMs: number;
  readonly maxBacklog: number;
  readonly maxLength: number;
  readonly checkIntervalMs: number;
  readonly prefetch: number;
}

/**
 * The brokers of the options.
 *
 * @throws SvcMonitorError `invalid-configuration`, naming an entry by its number only: it may hold a password. Also for certificates
 * and keys that are none, or do not belong together
 */
export function brokersOf(options: AmqpSourceOptions): readonly Broker[] {
  const problems: string[] = [];
  const brokers: Broker[] = [];
  options.brokers.forEach((entry, index) => {
    const broker = parseBroker(entry, options);
    if (broker === undefined) problems.push(`brokers.${index}: neither host:port nor an amqp URL`);
    else brokers.push(broker);
  });
  if (options.brokers.length === 0) problems.push('brokers: at least one is needed');
  if (typeof options.tls === 'object') problems.push(...tlsProblems(currentOf(options.tls)));
  if (problems.length > 0) {
    throw new SvcMonitorError('invalid-configuration', 'the brokers of the change source cannot be used', {
      details: { problems },
    });
  }
  return brokers;
}

/** The queue of the options, with the defaults. */
export function queueSettingsOf(options: AmqpSourceOptions): QueueSettings {
  const { queueName = `opensdn-svc-monitor.${hostname()}`, isTemporary = false } = options;
  return {
    exchange: options.exchange ?? 'vnc_config.object-update',
    name: isTemporary ? `${queueName}.temporary.${randomUUID()}` : queueName,
    isTemporary,
    expiresMs: options.queueExpiresMs ?? 60_000,
    maxBacklog: options.maxBacklog ?? 10_000,
    maxLength: options.maxQueueLength ?? Math.max(100_000, options.maxBacklog ?? 0),
    checkIntervalMs: options.checkIntervalMs ?? 10_000,
    prefetch: options.prefetch ?? defaultConcurrency,
  };
}

// At a connect the same would be thrown, again and again.
function tlsProblems(tls: AmqpTlsOptions): readonly string[] {
  try {
    createSecureContext(tls);
    // Which takes a text that is no certificate for none at all.
    for (const ca of [tls.ca ?? []].flat()) new X509Certificate(ca);
    return [];
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    return [`tls: certificates or key cannot be used (${reason})`];
  }
}

function parseBroker(entry: string, options: AmqpSourceOptions): Broker | undefined {
  const isUrl = entry.includes('://');
  if (isUrl && !/^amqps?:\/\//.test(entry)) return undefined;
  const address = isUrl ? entry : `${options.tls ? 'amqps' : 'amqp'}://${entry}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || url.hostname === '') return undefined;
  const secure = url.protocol === 'amqps:';
  return {
    // Node.js wants an IPv6 address without the brackets of the URL.
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 5671 : 5672) : Number(url.port),
    username: decode(url.username) ?? options.username ?? 'guest',
    password: decode(url.password) ?? options.password ?? 'guest',
    vhost: decode(url.pathname.slice(1)) ?? options.vhost ?? '/',
    tls: secure ? (typeof options.tls === 'object' ? options.tls : {}) : false,
  };
}

/** The decoded part of a URL; undefined if it is empty. A stray percent sign stands for itself. */
function decode(part: string): string | undefined {
  if (part === '') return undefined;
  return /%(?![\da-fA-F]{2})/.test(part) ? part : decodeURIComponent(part);
}
