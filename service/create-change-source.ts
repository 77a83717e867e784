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
import { actingManagers } from './acting-managers.js';
import type { ServiceConfig } from './config/index.js';

/** What a change source shares with the rest of the service. */
export interface SharedParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told when the change stream is lost. Defaults to nobody. */
  readonly outages?: Outages;
}

/**
 * The change source that the configuration asks for; nothing is connected yet.
 *
 * @param isOnlooker whether it is for a monitor that never acts: it looks on beside the service, with the same configuration, and must not take its
 * place. So does a dry run
 */
export function createChangeSource(
  config: ServiceConfig,
  shared: SharedParts,
  isOnlooker = config.dryRun,
): ChangeSource {
  const common = { ...shared, stopTimeoutMs: config.drainTimeoutMs };
  switch (config.source) {
    case 'amqp':
      return new AmqpSource({ ...config.rabbitmq, ...common, isTemporary: isOnlooker });
    case 'kafka':
      return new KafkaSource({ ...config.kafka.connection, ...config.kafka, ...common, isTemporary: isOnlooker });
    case 'watch':
      return new WatchSource({
        configApi: config.configApi,
        kinds: fieldsToWatch(actingManagers(config)),
        ...config.watch,
        ...common,
      });
  }
}
