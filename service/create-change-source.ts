import {
  AmqpSource,
  fieldsToWatch,
  KafkaSource,
  WatchSource,
  type ChangeSource,
  type Clock,
  type Logger,
  type Metrics,
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
