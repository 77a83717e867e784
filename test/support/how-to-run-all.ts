import { kafkaBrokerOf } from './kafka.js';
import { isWhole } from './scope.js';

/** Mocha calls it when all tests are over: says once how to run those that are pending. */
export function mochaGlobalTeardown(): void {
  const isEverything = isWhole && process.env['RABBITMQ_URL'] !== undefined && kafkaBrokerOf(process.env) !== undefined;
  if (isEverything) return;
  process.stdout.write(
    'Pending is what needs a RabbitMQ or a Kafka broker, and long stories are told in short. Everything: npm run brokers -- npm run test:all\n',
  );
}
