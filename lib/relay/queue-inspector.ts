import type { Connection } from 'rabbitmq-client';
import { openAmqpConnection } from '../change-stream/amqp/amqp-connection.js';
import type { Broker } from '../change-stream/amqp/amqp-options.js';
import { sourceFailure } from '../change-stream/amqp/amqp-failure.js';
import { withTimeout, type Clock } from '../base/clock/index.js';
import { hasCode, SvcMonitorError } from '../base/errors/index.js';

/** What the broker says of a queue. */
export interface QueueFound {
  /** Messages that wait; those that were delivered and not acknowledged apart. */
  readonly messages: number;
  readonly consumers: number;
}

/** What a {@link QueueInspector} is made of. */
export interface QueueInspectorOptions {
  readonly broker: Broker;
  readonly queueName: string;
  /** Time for connecting, and for each answer. Milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * Looks at a queue, over a connection of its own: the broker closes the channel of whoever asks for a queue that is not there. Each look
 * puts off the moment at which an unused queue expires.
 */
export class QueueInspector {
  private readonly connection: Connection;
  private error: unknown;

  /** Connects, in the background. Call {@link destroy} in the end. */
  public constructor(private readonly options: QueueInspectorOptions) {
    const { broker, timeoutMs, queueName } = options;
    this.connection = openAmqpConnection({ broker, name: `${queueName} (inspector)`, timeoutMs });
    this.connection.on('error', (error: unknown) => {
      this.error ??= error;
      // What waits for a channel would wait for a connection that nobody makes.
      this.connection.unsafeDestroy();
    });
  }

  /** What there is now; undefined if there is no such queue. @throws SvcMonitorError `source-failed`, `aborted` */
  public async inspect(signal: AbortSignal): Promise<QueueFound | undefined> {
    const { clock, timeoutMs, broker, queueName } = this.options;
    try {
      return await withTimeout(clock, timeoutMs, signal, async () => {
        const channel = await this.connection.acquire({ emitErrorsFromChannel: true });
        channel.on('error', () => {
          // The question that was refused rejects as well.
        });
        try {
          const found = await channel.queueDeclare({ queue: queueName, passive: true });
          await channel.close();
          return { messages: found.messageCount, consumers: found.consumerCount };
        } catch (error) {
          if (error instanceof Error && 'code' in error && error.code === 'NOT_FOUND') return undefined;
          throw error;
        }
      });
    } catch (caught) {
      if (hasCode(caught, 'timeout')) throw sourceFailure(new Error('the broker did not answer in time'), broker);
      throw SvcMonitorError.is(caught) ? caught : sourceFailure(this.error ?? caught, broker);
    }
  }

  /** Closes the connection at once. May be called twice. */
  public destroy(): void {
    this.connection.unsafeDestroy();
  }
}
