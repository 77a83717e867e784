import { randomUUID } from 'node:crypto';
import { AMQPChannelError, type Channel, type Connection } from 'rabbitmq-client';
import { SystemClock, withTimeout } from '../../base/clock/index.js';
import { hasCode, SvcMonitorError } from '../../base/errors/index.js';
import { openAmqpConnection } from './amqp-connection.js';
import { sourceFailure } from './amqp-failure.js';
import { brokersOf, queueSettingsOf, type AmqpSourceOptions, type Broker } from './amqp-options.js';

/** What a look at one broker has shown. */
export interface BrokerCheck {
  /** `host:port`. */
  readonly broker: string;
  /** Why it cannot be used: connecting, or the login, has failed. Undefined: it can. */
  readonly failure?: SvcMonitorError;
  /** Whether the exchange is there that the config API publishes to; undefined where the broker cannot be asked. */
  readonly exchange?: 'there' | 'missing';
}

/** A queue of one's own on the exchange, gone with its connection. */
export interface AmqpListening {
  /** Closes the connection, and with it the queue is gone. */
  close(): void;
}

const defaultTimeoutMs = 5_000;
const notFound = 'NOT_FOUND';

/**
 * Looks at each broker by itself: connects, logs in, and asks for the exchange without making one. It leaves nothing, and touches no queue.
 * Rejects with `aborted`, or `invalid-configuration` for brokers that are none.
 */
export async function checkBrokers(options: AmqpSourceOptions, signal: AbortSignal): Promise<readonly BrokerCheck[]> {
  const { exchange } = queueSettingsOf(options);
  const checks: BrokerCheck[] = [];
  for (const broker of brokersOf(options)) {
    const name = `${broker.hostname}:${broker.port}`;
    const probe = new AmqpProbe(broker, options);
    try {
      const channel = await probe.channel(signal);
      checks.push({ broker: name, exchange: (await probe.has(channel, exchange, signal)) ? 'there' : 'missing' });
    } catch (error) {
      if (!hasCode(error, 'source-failed')) throw error;
      checks.push({ broker: name, failure: error });
    } finally {
      probe.close();
    }
  }
  return checks;
}

/**
 * Listens to what the config API publishes, on a queue of its own that nobody else has, until it is closed: no running service misses a
 * message for it. Rejects with `source-failed` if no broker lets it, or `aborted`.
 */
export async function listenToExchange(
  options: AmqpSourceOptions,
  onMessage: (body: Uint8Array | string) => void,
  signal: AbortSignal,
): Promise<AmqpListening> {
  const { exchange } = queueSettingsOf(options);
  let failure: unknown = new SvcMonitorError('source-failed', 'there is no broker');
  for (const broker of brokersOf(options)) {
    const probe = new AmqpProbe(broker, options);
    try {
      const channel = await probe.channel(signal);
      await probe.listen(channel, { exchange, onMessage }, signal);
      return probe;
    } catch (error) {
      probe.close();
      if (!hasCode(error, 'source-failed')) throw error;
      failure = error;
    }
  }
  throw failure;
}

class AmqpProbe implements AmqpListening {
  private readonly connection: Connection;
  private readonly failed: Promise<never>;
  private readonly timeoutMs: number;

  public constructor(
    private readonly broker: Broker,
    private readonly options: AmqpSourceOptions,
  ) {
    this.timeoutMs = options.connectTimeoutMs ?? defaultTimeoutMs;
    this.connection = openAmqpConnection({
      broker,
      name: 'opensdn-svc-monitor check',
      timeoutMs: this.timeoutMs,
    });
    this.failed = new Promise((_, reject) => {
      // Stays attached for good: the client library may report more than one error of one loss.
      this.connection.on('error', (error: unknown) => {
        reject(sourceFailure(error, broker));
      });
    });
    // Whoever asks something is told; where nobody does any more, nobody needs to be.
    this.failed.catch(() => undefined);
  }

  public channel(signal: AbortSignal): Promise<Channel> {
    return this.ask(signal, () => this.connection.acquire());
  }

  /** Whether there is such an exchange. The channel is closed if there is not. */
  public async has(channel: Channel, exchange: string, signal: AbortSignal): Promise<boolean> {
    // The answer that there is none comes as an error of the channel, too.
    channel.on('error', () => undefined);
    return this.ask(signal, async () => {
      try {
        await channel.exchangeDeclare({ exchange, passive: true });
        return true;
      } catch (error) {
        if (error instanceof AMQPChannelError && error.code === notFound) return false;
        throw error;
      }
    });
  }

  public async listen(
    channel: Channel,
    to: { readonly exchange: string; readonly onMessage: (body: Uint8Array | string) => void },
    signal: AbortSignal,
  ): Promise<void> {
    const queue = `opensdn-svc-monitor.check.${randomUUID()}`;
    await this.ask(signal, async () => {
      await channel.queueDeclare({ queue, exclusive: true, autoDelete: true, durable: false });
      await channel.queueBind({ queue, exchange: to.exchange, routingKey: '' });
      await channel.basicConsume({ queue, noAck: true, exclusive: true }, ({ body }) => {
        if (typeof body === 'string' || body instanceof Uint8Array) to.onMessage(body);
        else to.onMessage(JSON.stringify(body));
      });
    });
  }

  public close(): void {
    this.connection.unsafeDestroy();
  }

  private async ask<T>(signal: AbortSignal, what: () => Promise<T>): Promise<T> {
    const clock = this.options.clock ?? new SystemClock();
    try {
      return await withTimeout(clock, this.timeoutMs, signal, () => Promise.race([what(), this.failed]));
    } catch (error) {
      if (hasCode(error, 'aborted', 'source-failed')) throw error;
      throw sourceFailure(hasCode(error, 'timeout') ? new Error('no answer in time') : error, this.broker);
    }
  }
}
