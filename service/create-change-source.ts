import {
  AmqpSource,
  everything,
  fieldsToWatch,
  KafkaGroup,
  KafkaSource,
  WatchSource,
  type ChangeSource,
  type Clock,
  type Logger,
  type Metrics,
  type Ownership,
} from '../lib/index.js';
import type { ServiceConfig } from './config/index.js';

/** What a change source shares with the rest of the service. */
export interface SharedParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The change source that the configuration asks for; nothing is connected yet. */
export function createChangeSource(config: ServiceConfig, shared: SharedParts): ChangeSource {
  const common = { ...shared, stopTimeoutMs: config.drainTimeoutMs };
  switch (config.source) {
    case 'amqp':
      return new AmqpSource({ ...config.rabbitmq, ...common });
    case 'kafka':
      return new KafkaSource({ ...config.kafka.connection, ...config.kafka, ...common });
    case 'watch':
      return new WatchSource({ configApi: config.configApi, kinds: fieldsToWatch(), ...config.watch, ...common });
  }
}

/** Which VIPs the monitor acts for, as the configuration says; nothing is connected yet. */
export function createOwnership({ kafka }: ServiceConfig, shared: SharedParts): Ownership {
  const { connection, topic, group, sessionTimeoutMs } = kafka;
  return kafka.shares ? new KafkaGroup({ ...connection, ...shared, topic, group, sessionTimeoutMs }) : everything;
}
