import { withTimeout, type Clock } from '../base/clock/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import type { KafkaClient } from './kafka-client.js';

/** What is to be given up, and how much time there is for leaving in good order. */
export interface DisposeOptions {
  readonly client: KafkaClient;
  /** Consumers, admins, producers of the client. */
  readonly parts: readonly ({ disconnect(): Promise<void> } | undefined)[];
  /** Milliseconds. A broker that is away or hangs never answers. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Ends a client for good: a consumer leaves its group if that is possible at once. Never rejects. */
export async function disposeKafka({ client, parts, timeoutMs, clock, logger }: DisposeOptions): Promise<void> {
  try {
    await withTimeout(clock, timeoutMs, new AbortController().signal, () =>
      Promise.all(parts.map(async (part) => part?.disconnect())),
    );
  } catch (error) {
    logger.debug('a Kafka client could not be disconnected in good order', errorFields(error));
  } finally {
    client.destroy();
  }
}
