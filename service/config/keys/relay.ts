import { duration, number, text } from '../../../lib/index.js';
import { key, optionalKey, hour, minute, second } from './key.js';

/** The keys of the section `relay`. */
export const relayKeys = {
  'relay.queue_name': key(
    text(),
    'opensdn-svc-monitor-relay',
    'Name of the relay’s queue in RabbitMQ. Of two relays with one name, one works and the other waits until the queue is free.',
  ),
  'relay.queue_expires': key(
    duration(second, 24 * hour),
    10 * minute,
    'How long RabbitMQ keeps the relay’s queue while no relay consumes from it. A relay that is back by then has missed nothing.',
  ),
  'relay.max_backlog': key(
    number(1, 10_000_000),
    100_000,
    'A queue with more messages than this is thrown away, and the consumers are told to read everything anew, which is cheaper.',
  ),
  'relay.topic_partitions': key(
    number(1, 1000),
    16,
    'Partitions of the topic, if the relay has to create it. Each monitor reads all of them.',
  ),
  'relay.topic_replication_factor': optionalKey(
    number(1, 100),
    'Replicas of each partition, if the relay has to create the topic; the cluster’s default if unset. Take 3 where there are 3 brokers.',
  ),
  'relay.topic_retention': key(
    duration(minute, 365 * 24 * hour),
    24 * hour,
    'How long the topic keeps changes, if the relay has to create it: how long a monitor may be away and go on without a full read.',
  ),
  'relay.send_timeout': key(
    duration(100, 5 * minute),
    10 * second,
    'Time for Kafka to confirm a batch. After that the connections are given up, and the batch is sent by a new producer.',
  ),
};
