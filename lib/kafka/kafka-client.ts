import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type * as KafkaJs from 'kafkajs';
import type { ISocketFactory, Kafka, KafkaConfig, LogEntry, SASLOptions } from 'kafkajs';
import { SvcMonitorError } from '../base/errors/index.js';
import { currentOf } from '../base/live/index.js';
import type { Logger } from '../base/log/index.js';
import type { KafkaConnectionOptions, KafkaSaslOptions } from './options.js';

/** The module of the client library. */
export type KafkaLibrary = typeof KafkaJs.default;

/** A client of a Kafka cluster, and a sure way to get rid of its connections. */
export interface KafkaClient {
  readonly kafka: Kafka;
  readonly library: KafkaLibrary;
  /**
   * Destroys every connection of the client, those that hang included, and lets no new one come up: whatever waits on one fails at once. The client library's own
   * `disconnect` waits for the other end. May be called twice.
   */
  destroy(): void;
}

const keepAliveMs = 10_000;

/**
 * The connections of a client. Once they are destroyed, new ones fail at once: the client library opens some on its own, and a consumer that
 * was stopped while it joined would go on for ever.
 */
class Sockets {
  private readonly open = new Set<Socket>();
  private ended = false;

  public add(socket: Socket): void {
    this.open.add(socket);
    socket.once('close', () => this.open.delete(socket));
    if (this.ended) this.end(socket);
  }

  public destroy(): void {
    this.ended = true;
    for (const socket of this.open) this.end(socket);
  }

  private end(socket: Socket): void {
    socket.destroy(new Error('the client was given up'));
  }
}

/**
 * Makes a client; connects nothing.
 *
 * @throws SvcMonitorError `invalid-configuration` if there are no brokers
 */
export async function openKafka(options: KafkaConnectionOptions, logger: Logger): Promise<KafkaClient> {
  if (options.brokers.length === 0) throw misconfigured('brokers: at least one is needed');
  // Loaded only where Kafka is used: every other start is the quicker for it. The default is the whole of the CommonJS module: of its
  // names, Node.js finds only some by itself.
  const library = (await import('kafkajs')).default;
  const sockets = new Sockets();
  const kafka = new library.Kafka({
    ...configOf(options),
    socketFactory: trackingSocketFactory(sockets, options),
    logLevel: logger.isDebugEnabled() ? library.logLevel.INFO : library.logLevel.NOTHING,
    // What it logs it also throws, and whoever handles that writes the line that counts.
    logCreator: () => (entry) => {
      logger.debug('kafkajs logs', fieldsOf(entry));
    },
  });
  return {
    kafka,
    library,
    destroy: () => {
      sockets.destroy();
    },
  };
}

function configOf(options: KafkaConnectionOptions): KafkaConfig {
  const { tls = false, sasl, connectTimeoutMs = 3_000, requestTimeoutMs = 10_000 } = options;
  return {
    brokers: [...options.brokers],
    clientId: options.clientId ?? 'opensdn-svc-monitor',
    connectionTimeout: connectTimeoutMs,
    authenticationTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    // Few and quick: who holds the client starts afresh, which mends more than asking again does.
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 5 },
    // What it is made of, the socket factory asks at each connect.
    ...(tls === false ? {} : { ssl: true }),
    ...(sasl === undefined ? {} : { sasl: saslOf(sasl) }),
  };
}

// The types of the client library want to know which mechanism it is.
function saslOf({ mechanism, username, password: given }: KafkaSaslOptions): SASLOptions {
  const password = currentOf(given);
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    case 'scram-sha-512':
      return { mechanism, username, password };
  }
}

function trackingSocketFactory(sockets: Sockets, { route, tls }: KafkaConnectionOptions): ISocketFactory {
  return ({ host, port, ssl, onConnect }) => {
    const address = route?.({ host, port }) ?? { host, port };
    // A name for the certificate to match; an address cannot be one.
    const serverName = isIP(host) === 0 ? { servername: host } : {};
    // The client library hands over nothing here for a plain connection, though its types say otherwise.
    const secure = Boolean(ssl);
    const socket = secure
      ? connectTls({ ...address, ...serverName, ...(typeof tls === 'object' ? currentOf(tls) : {}) }, onConnect)
      : connectTcp({ ...address, noDelay: true }, onConnect);
    socket.setKeepAlive(true, keepAliveMs);
    if (secure) socket.setNoDelay(true);
    sockets.add(socket);
    return socket;
  };
}

function misconfigured(problem: string): SvcMonitorError {
  return new SvcMonitorError('invalid-configuration', problem, { details: { problems: [problem] } });
}

function fieldsOf({ namespace, label, log }: LogEntry): Readonly<Record<string, unknown>> {
  const { message, broker, error } = log;
  return { namespace, severity: label, text: message, broker: textOf(broker), reason: textOf(error) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
