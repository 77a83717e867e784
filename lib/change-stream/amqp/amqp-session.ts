import type { AsyncMessage, Channel, Connection } from 'rabbitmq-client';
import { sleep, withTimeout, type Clock } from '../../base/clock/index.js';
import { hasCode, SvcMonitorError } from '../../base/errors/index.js';
import { openAmqpConnection } from './amqp-connection.js';
import { sourceFailure } from './amqp-failure.js';
import type { Broker, QueueSettings } from './amqp-options.js';

/** A message of the queue, to be settled once. */
export interface QueueMessage {
  readonly body: Uint8Array | string;
  /** Tells the broker that it is done with. Does nothing once the session is lost: the broker delivers it again. */
  readonly acknowledge: () => void;
  /** Tells the broker to throw it away. */
  readonly drop: () => void;
}

/** What an {@link AmqpSession} is made of. */
export interface AmqpSessionOptions {
  readonly broker: Broker;
  readonly queue: QueueSettings;
  readonly heartbeatSeconds: number;
  readonly timeoutMs: number;
  /** Whether a consumer that is found on the queue may be pushed aside: it can be the dead other end of our own last connection. */
  readonly mayTakeOver: boolean;
  readonly clock: Clock;
  /** Takes the messages, in their order. Must not throw. */
  readonly onMessage: (message: QueueMessage) => void;
}

const taken = {
  code: 'QUEUE_TAKEN',
  message: 'another instance consumes from the queue: give each its own queue name',
};

/** How a session ended. */
export interface SessionLoss {
  readonly error: SvcMonitorError;
  /** The broker took the consumer away: somebody deleted the queue. */
  readonly cancelled: boolean;
}

/**
 * One connection to one broker, with one channel and one consumer, from connecting to its loss. It does not recover: whoever
 * holds it opens another. So there is one way back after a reset, a missed heartbeat, a closed channel, a deleted queue alike.
 *
 * A broker that is short of memory or disk blocks connections that publish. One that only consumes it neither blocks nor tells:
 * changes come late then, when the config API may publish again.
 */
export class AmqpSession {
  /** Resolves when the session is lost, for whatever reason; never rejects. */
  public readonly lost: Promise<SessionLoss>;
  private readonly options: AmqpSessionOptions;
  private readonly connection: Connection;
  private channel: Channel | undefined;
  private consumerTag: string | undefined;
  private live = true;
  private hasConsumed = false;
  private hasMadeExchange = false;
  private asking = 0;
  /** Ends the looking at the queue: when the session is lost, or stops consuming. */
  private readonly checking = new AbortController();
  private lose: (loss: SessionLoss) => void = () => undefined;

  /** Connects, in the background. Call {@link consume} next, and {@link destroy} in the end. */
  public constructor(options: AmqpSessionOptions) {
    this.options = options;
    this.lost = new Promise((resolve) => {
      this.lose = (loss) => {
        this.live = false;
        this.checking.abort(loss.error);
        resolve(loss);
      };
    });
    this.connection = openAmqpConnection({
      broker: options.broker,
      name: options.queue.name,
      timeoutMs: options.timeoutMs,
      // The client library gives up after 2 to 2.5 of its heartbeats.
      heartbeatSeconds: Math.max(1, Math.floor(options.heartbeatSeconds * 0.8)),
    });
    // Stays attached for good: the client library may report more than one error of one loss.
    this.connection.on('error', (error: unknown) => {
      this.fail(error);
    });
  }

  /** Whether the broker may have a consumer of this session, or had one. */
  public get consumed(): boolean {
    return this.hasConsumed;
  }

  /** Whether the exchange was not there before. */
  public get madeExchange(): boolean {
    return this.hasMadeExchange;
  }

  /**
   * Declares exchange and queue and begins to consume. The first messages can arrive just before it resolves.
   *
   * @throws SvcMonitorError `source-failed` with what the broker or the network says; `aborted`
   */
  public async consume(signal: AbortSignal): Promise<void> {
    const { queue } = this.options;
    let channel = await this.declareExchange(await this.openChannel(signal), signal);
    channel = await this.declareQueue(channel, signal);
    await this.ask(signal, () => channel.queueBind({ queue: queue.name, exchange: queue.exchange, routingKey: '' }));
    await this.ask(signal, () => channel.basicQos({ prefetchCount: queue.prefetch }));
    channel.once('basic.cancel', () => {
      this.lose({
        cancelled: true,
        error: this.failure('the broker cancelled the consumer: the queue was deleted or moved'),
      });
    });
    this.hasConsumed = true;
    const { consumerTag } = await this.ask(signal, () =>
      // Exclusive: two consumers on one queue would each see half of the changes, and neither would know.
      channel.basicConsume({ queue: queue.name, exclusive: true }, (message) => {
        if (this.live) this.options.onMessage(this.settleable(channel, message));
      }),
    );
    if (!channel.active) throw this.failure('the channel was closed');
    this.channel = channel;
    this.consumerTag = consumerTag;
    void this.keepChecking(channel);
  }

  /** Stops consuming; what was delivered can still be acknowledged. Does nothing on a lost session. */
  public async cancel(signal: AbortSignal): Promise<void> {
    const { channel, consumerTag } = this;
    if (!this.live || channel === undefined || consumerTag === undefined) return;
    this.checking.abort();
    await this.ask(signal, () => channel.basicCancel({ consumerTag }));
  }

  /** Deletes the queue unless somebody else consumes from it, and closes the connection in good order. */
  public async close(signal: AbortSignal): Promise<void> {
    const { channel } = this;
    if (!this.live || channel === undefined) return;
    // From here on the end of the channel is no loss.
    this.channel = undefined;
    await this.ask(signal, () => channel.queueDelete({ queue: this.options.queue.name, ifUnused: true }));
    await this.ask(signal, () => channel.close());
    await this.ask(signal, () => this.connection.close());
  }

  /** Ends the session as lost, for that reason. */
  public giveUp(error: SvcMonitorError): void {
    this.lose({ cancelled: false, error });
  }

  /** Ends the session at once, whatever state it is in. May be called twice. */
  public destroy(): void {
    this.lose({ cancelled: false, error: this.failure('the session was ended') });
    this.connection.unsafeDestroy();
  }

  /**
   * Looks at the queue every `checkIntervalMs`, until the session ends or stops consuming. A broker says nothing when an exchange is deleted, and the
   * binding with it: the queue just stays empty. Never rejects: what is amiss ends the session.
   */
  private async keepChecking(channel: Channel): Promise<void> {
    const { clock, queue } = this.options;
    const { signal } = this.checking;
    try {
      for (;;) {
        await sleep(clock, queue.checkIntervalMs, signal);
        await this.check(channel, signal);
      }
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  private async check(channel: Channel, signal: AbortSignal): Promise<void> {
    const { queue } = this.options;
    // Refused, which closes the channel, if it is not there.
    await this.ask(signal, () => channel.exchangeDeclare({ exchange: queue.exchange, passive: true }));
    const found = await this.ask(signal, () => channel.queueDeclare({ queue: queue.name, passive: true }));
    if (found.consumerCount === 0) throw this.failure('the broker has lost the consumer');
    if (found.messageCount > queue.maxLength) {
      throw this.failure(`${found.messageCount} messages wait: the queue is dropped, and everything read anew`);
    }
    // Does nothing if it is bound. If the exchange was deleted and declared anew, it is not.
    await this.ask(signal, () => channel.queueBind({ queue: queue.name, exchange: queue.exchange, routingKey: '' }));
  }

  private async openChannel(signal: AbortSignal): Promise<Channel> {
    const channel = await this.ask(signal, () => this.connection.acquire({ emitErrorsFromChannel: true }));
    let failed = false;
    channel.on('error', (error: unknown) => {
      failed = true;
      this.fail(error);
    });
    channel.on('close', () => {
      // Whoever asks the broker something just now is told why. And when the connection is lost, its channels close first, and its
      // error comes right after.
      if (!failed && this.asking === 0 && channel === this.channel)
        queueMicrotask(() => {
          this.fail(new Error('the channel was closed'));
        });
    });
    return channel;
  }

  /** Looks whether the exchange is there before it makes one: one that was not may be the wrong one. */
  private async declareExchange(channel: Channel, signal: AbortSignal): Promise<Channel> {
    const { exchange } = this.options.queue;
    let usable = channel;
    try {
      await this.ask(signal, () => channel.exchangeDeclare({ exchange, passive: true }));
    } catch (error) {
      if (!SvcMonitorError.is(error) || error.details['reason'] !== 'NOT_FOUND') throw error;
      this.hasMadeExchange = true;
      usable = await this.openChannel(signal);
    }
    await this.ask(signal, () =>
      // Word for word as OpenSDN declares it: another declaration would be refused by the broker, or make it refuse OpenSDN's.
      usable.exchangeDeclare({ exchange, type: 'fanout', durable: false, autoDelete: false }),
    );
    return usable;
  }

  /**
   * Takes over a left-over queue: with what it holds, so that a restart or a short cut of the network loses nothing, not even the
   * request-ids. But deletes it first if it
   * - was declared with other arguments,
   * - holds so much that reading everything anew is cheaper,
   * - has a consumer that can be the dead other end of our own last connection, and that would go on drawing messages.
   *
   * Any other consumer is another instance under the same name, and came first: it keeps the queue.
   */
  private async declareQueue(channel: Channel, signal: AbortSignal): Promise<Channel> {
    const { queue, mayTakeOver } = this.options;
    const { name, isTemporary, expiresMs } = queue;
    const declaration = {
      queue: name,
      durable: false,
      exclusive: isTemporary,
      autoDelete: isTemporary,
      ...(isTemporary ? {} : { arguments: { 'x-expires': expiresMs } }),
    };
    let usable = channel;
    let ifUnused = true;
    try {
      const found = await this.ask(signal, () => channel.queueDeclare(declaration));
      if (found.consumerCount > 0 && !mayTakeOver) throw this.failure(taken.message, taken.code);
      if (found.consumerCount === 0 && found.messageCount <= queue.maxBacklog) return channel;
      ifUnused = found.consumerCount === 0;
    } catch (error) {
      if (!SvcMonitorError.is(error) || error.details['reason'] !== 'PRECONDITION_FAILED') throw error;
      usable = await this.openChannel(signal);
    }
    await this.ask(signal, () => usable.queueDelete({ queue: name, ifUnused }));
    await this.ask(signal, () => usable.queueDeclare(declaration));
    return usable;
  }

  private settleable(channel: Channel, message: AsyncMessage): QueueMessage {
    const { deliveryTag } = message;
    const settle = (action: () => void): void => {
      if (this.live && channel.active) action();
    };
    return {
      body: rawBody(message.body),
      acknowledge: () => {
        settle(() => {
          channel.basicAck({ deliveryTag });
        });
      },
      drop: () => {
        settle(() => {
          channel.basicNack({ deliveryTag, requeue: false });
        });
      },
    };
  }

  /** One exchange with the broker: in time, and given up as soon as the session is lost. */
  private async ask<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const { clock, timeoutMs, broker } = this.options;
    const lost = async (): Promise<never> => {
      throw (await this.lost).error;
    };
    this.asking += 1;
    try {
      return await withTimeout(clock, timeoutMs, signal, () => Promise.race([work(), lost()]));
    } catch (error) {
      if (hasCode(error, 'timeout')) throw this.failure('the broker did not answer in time');
      throw SvcMonitorError.is(error) ? error : sourceFailure(error, broker);
    } finally {
      this.asking -= 1;
    }
  }

  private fail(error: unknown): void {
    const reason = SvcMonitorError.is(error) ? error : sourceFailure(error, this.options.broker);
    this.lose({ cancelled: false, error: reason });
  }

  private failure(message: string, code?: string): SvcMonitorError {
    const error = new Error(message);
    return sourceFailure(code === undefined ? error : Object.assign(error, { code }), this.options.broker);
  }
}

/** The client library parses JSON that comes without a content encoding; OpenSDN's comes with one. */
function rawBody(body: unknown): Uint8Array | string {
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  return JSON.stringify(body);
}
