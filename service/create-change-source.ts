import {
  AmqpSource,
  fieldsToWatch,
  KafkaSource,
  WatchSource,
  type ChangeSource,
  type Clock,
  type Logger,
  type Metrics,
  type Outages,
} from '../lib/index.js';
import type { ServiceConfig } from './config/index.js';

/** What a change source shares with the rest of the service. */
export interface SharedParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told when the change stream is lost. Defaults to nobody. */
  readonly outages?: Outages;
}

/** The change source that the configuration asks for; nothing is connected yet. */
export function createChangeSource(config: ServiceConfig, shared: SharedParts): ChangeSource {
  const common = { ...shared, stopTimeoutMs: config.drainTimeoutMs };
  // A dry run looks on beside the service, with the same configuration: it must not take its place.
  const isTemporary = config.dryRun;
  switch (config.source) {
    case 'amqp':
      return new AmqpSource({ ...config.rabbitmq, ...common, isTemporary });
    case 'kafka':
      return new KafkaSource({ ...config.kafka.connection, ...config.kafka, ...common, isTemporary });
    case 'watch':
      return new WatchSource({ configApi: config.configApi, kinds: fieldsToWatch(), ...config.watch, ...common });
  }
}
