import type { Context } from 'mocha';

const howTo =
  'no RabbitMQ broker: `.ci/rabbitmq start` starts one; set RABBITMQ_URL to what it prints; `.ci/rabbitmq stop` ends it';

/**
 * The URL of the RabbitMQ broker for tests, from `RABBITMQ_URL`. Call it inside `before`: without a broker the tests of the suite
 * are pending; under CI, where a broker is part of the job, they fail.
 */
export function rabbitmqUrl(context: Context): string {
  const url = process.env['RABBITMQ_URL'];
  if (url !== undefined && url !== '') return url;
  if (process.env['CI'] === 'true') throw new Error(howTo);
  return context.skip();
}
