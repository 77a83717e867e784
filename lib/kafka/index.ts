/**
 * What everything that speaks to Kafka shares: how a cluster is reached, a client that can be given up for good, failures without
 * secrets, and the mark of a gap. kafkajs is loaded only when a client is made.
 */
export { disposeKafka, type DisposeOptions } from './dispose.js';
export { kafkaFailure } from './kafka-failure.js';
export { openKafka, type KafkaClient, type KafkaLibrary } from './kafka-client.js';
export { gapMark, isGapMark, markHeader, type GapMark, type GapReason } from './mark.js';
export {
  type KafkaAddress,
  type KafkaConnectionOptions,
  type KafkaSaslOptions,
  type KafkaTlsOptions,
} from './options.js';
