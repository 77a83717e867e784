/**
 * The relay: what OpenSDN publishes on RabbitMQ, carried to a Kafka topic.
 *
 * `Intake` takes from RabbitMQ, `Outbox` holds, `Carrier` writes through a `RecordWriter`, which for Kafka is `KafkaWriter`.
 */
export { Relay, type RelayOptions, type RelayStatus } from './relay.js';
export { type OpenWriter, type RecordWriter } from './writer.js';
export { type RelayRecord } from './record.js';
