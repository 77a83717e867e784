import { kafkaBrokerOf } from './kafka.js';
import { isWhole } from './scope.js';

/** Mocha calls it when all tests are over: says once how to run those that are pending. */
export function mochaGlobalTeardown(): void {
  const hasServers = ['RABBITMQ_URL', 'ZOOKEEPER_HOSTS'].every((name) => process.env[name] !== undefined);
  const isEverything = isWhole && hasServers && kafkaBrokerOf(process.env) !== undefined;
  if (isEverything) return;
  process.stdout.write(
    'Pending is what needs a RabbitMQ or a Kafka broker or ZooKeeper, and long stories are told in short. Everything: npm run brokers -- npm run test:all\n',
  );
}
