/**
 * Change streams: what OpenSDN announces about its config objects, as {@link Change}s delivered to a {@link ChangeSink}.
 *
 * A source says only that something changed; who listens reads the object. Guaranteed by every source: `connected` or `resumed` before
 * the first change of each connection, the changes of one object in their order, each at least once while the source is connected,
 * acknowledged only once the sink has taken it, a bounded number in memory, and no message that stops the others.
 * Not guaranteed: that nothing is missed between connections. So after each `connected` everything is read anew. Only a stream that
 * keeps what was sent (Kafka) can say `resumed` instead.
 */
export { type Change, type DecodedMessage, type RejectedMessage } from './change.js';
export { type ChangeSink, type ChangeSource, type SourceStatus } from './source.js';
export { decodeNotification, decodeNotificationValue, maxNotificationBytes } from './notification.js';
export { MemorySource, type DisconnectOptions, type MemorySourceOptions } from './memory/memory-source.js';
export { checkBrokers, listenToExchange, type AmqpListening, type BrokerCheck } from './amqp/amqp-probe.js';
export { AmqpSource } from './amqp/amqp-source.js';
export { type AmqpSourceOptions, type AmqpTlsOptions } from './amqp/amqp-options.js';
export { KafkaSource } from './kafka/kafka-source.js';
export { type KafkaSourceOptions } from './kafka/kafka-source-options.js';
export { WatchSource } from './watch/watch-source.js';
export { type WatchedFields, type WatchSourceOptions } from './watch/watch-options.js';
export { decodeWatchedChange, type ServerSentEvent } from './watch/watch-event.js';
export { streamPart } from './lifecycle.js';
