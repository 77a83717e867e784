import type { SvcMonitorError } from '../base/errors/index.js';
import type { Change, DecodedMessage } from './change.js';

/**
 * Where a source delivers to.
 *
 * The contract of every source: `connected` or `resumed` before the first change of each connection; `deliver` is called for the changes of one
 * object in the order in which the server sent them, without waiting for the calls before it; for each at least once; nothing
 * acknowledged to the broker before its `deliver` has resolved; at most a bounded number of deliveries at once.
 */
export interface ChangeSink {
  /** The stream is followed from now on; what came before may have been missed, so everything is read anew. Returns at once. */
  connected(): void;
  /**
   * The stream is followed again, from the place where it was left: nothing was missed. Only after a `connected`, and only from sources
   * whose stream keeps what was sent. Returns at once.
   */
  resumed(): void;
  /** The stream itself says that changes may have been lost on their way into it: everything is read anew. Returns at once. */
  missed(): void;
  /** The stream is not followed any more; the source goes on trying. */
  disconnected(reason: SvcMonitorError): void;
  /**
   * Takes a change: notes its place among the others at once, in the call; resolves when the cache holds it and its VIPs are queued.
   * Rejects only with `closed` or `aborted`.
   */
  deliver(change: Change): Promise<void>;
  /** Takes note of a message that is ignored or cannot be understood. */
  skipped(message: Exclude<DecodedMessage, { readonly outcome: 'change' }>): void;
}

/** How a source fares. */
export interface SourceStatus {
  readonly name: string;
  readonly connected: boolean;
  /** Why it is not connected, or the last failure. */
  readonly lastError?: string;
}

/** A stream of config changes: RabbitMQ, Kafka, the API server's watch, or memory. */
export interface ChangeSource {
  readonly name: string;
  /**
   * Begins to follow the stream. Resolves when the first connection stands; rejects with `aborted` if the signal fires before.
   * Failures to connect are reported to the sink and tried again for ever. `already-started` on a second call.
   */
  start(sink: ChangeSink, signal: AbortSignal): Promise<void>;
  /** Takes no more messages, waits for deliveries under way, closes the connection. May be called twice. */
  stop(): Promise<void>;
  status(): SourceStatus;
  /** Gives up the connection that stands, for that reason, and makes another. Without it, there is nothing to be begun afresh. */
  reconnect?(reason: SvcMonitorError): void;
}
