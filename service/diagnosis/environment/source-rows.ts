import {
  checkBrokers,
  kafkaFailure,
  openKafka,
  silentLogger,
  SystemClock,
  withTimeout,
  type BrokerCheck,
} from '../../../lib/index.js';
import type { ServiceConfig } from '../../config/index.js';
import { failedRow, saidBy, type CheckRow } from './check-row.js';

const kafkaTimeoutMs = 20_000;

/** The source of changes: whether it can be reached, lets us in, and has what we listen to. Throws bugs, and what was called off. */
export async function sourceRows(config: ServiceConfig, signal: AbortSignal): Promise<readonly CheckRow[]> {
  switch (config.source) {
    case 'amqp':
      return rabbitmqRows(config, signal);
    case 'kafka':
      return [await kafkaRow(config, signal)];
    // Its stream is the config API's own: the round trip tells whether it comes.
    case 'watch':
      return [];
  }
}

async function rabbitmqRows(config: ServiceConfig, signal: AbortSignal): Promise<readonly CheckRow[]> {
  const { exchange } = config.rabbitmq;
  let checks: readonly BrokerCheck[];
  try {
    checks = await checkBrokers(config.rabbitmq, signal);
  } catch (error) {
    return [failedRow('RabbitMQ', error, { setting: 'rabbitmq.hosts' })];
  }
  const brokers = checks.map((check): CheckRow => {
    const what = `RabbitMQ ${check.broker}`;
    if (check.failure === undefined) return { what, state: 'ok', answered: 'it lets the account in' };
    return failedRow(what, check.failure, adviceOnBroker(saidBy(check.failure)));
  });
  const asked = checks.find((check) => check.exchange !== undefined);
  if (asked === undefined) return brokers;
  return [
    ...brokers,
    asked.exchange === 'there'
      ? { what: 'exchange', state: 'ok', answered: `${exchange} is there` }
      : {
          what: 'exchange',
          state: 'missing',
          answered: `there is no exchange ${exchange} on ${asked.broker} in the vhost ${config.rabbitmq.vhost}`,
          setting: 'rabbitmq.exchange',
          advice: 'It is made by the config API: look whether this is its RabbitMQ, and its vhost (rabbitmq.vhost).',
        },
  ];
}

function adviceOnBroker(answered: string): Pick<CheckRow, 'setting' | 'advice'> {
  if (/refuses the login|ACCESS_REFUSED/i.test(answered)) {
    return { setting: 'rabbitmq.password', advice: 'Check rabbitmq.username and rabbitmq.password.' };
  }
  if (/vhost|NOT_ALLOWED/i.test(answered)) {
    return { setting: 'rabbitmq.vhost', advice: 'Check the vhost, and that the account may use it.' };
  }
  if (/certificate|TLS/i.test(answered)) {
    return { setting: 'rabbitmq.tls', advice: 'Check the keys of rabbitmq.tls, and that the port is the one for TLS.' };
  }
  return { setting: 'rabbitmq.hosts', advice: 'Check rabbitmq.hosts and rabbitmq.port, and that RabbitMQ runs.' };
}

async function kafkaRow({ kafka }: ServiceConfig, signal: AbortSignal): Promise<CheckRow> {
  const { connection, topic } = kafka;
  const what = `Kafka topic ${topic}`;
  const where = {
    setting: 'kafka.brokers',
    advice: 'Check kafka.brokers, kafka.tls and kafka.sasl, and that Kafka runs.',
  };
  try {
    const client = await openKafka(connection, silentLogger);
    const admin = client.kafka.admin({ retry: { retries: 1 } });
    try {
      const partitions = await withTimeout(new SystemClock(), kafkaTimeoutMs, signal, async () => {
        await admin.connect();
        const topics = await admin.listTopics();
        if (!topics.includes(topic)) return 0;
        const found = await admin.fetchTopicMetadata({ topics: [topic] });
        return found.topics[0]?.partitions.length ?? 0;
      });
      if (partitions > 0) return { what, state: 'ok', answered: `it is there, with ${partitions} partitions` };
      return {
        what,
        state: 'missing',
        answered: 'there is no such topic',
        setting: 'kafka.topic',
        advice: 'The relay makes it: run opensdn-svc-monitor relay beside RabbitMQ.',
      };
    } finally {
      client.destroy();
    }
  } catch (error) {
    return failedRow(what, kafkaFailure(error, connection), where);
  }
}
