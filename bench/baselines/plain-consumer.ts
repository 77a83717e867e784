import { Connection } from 'rabbitmq-client';
import { openKafka, silentLogger } from '../../lib/index.js';
import type { BrokerTarget } from '../broker-target.js';
import { serve } from '../processes/serve.js';

const pollMs = 5;
/** As the monitor's own source has it. */
const prefetch = 256;

let close = (): Promise<void> => Promise.resolve();
let taken = 0;

async function consumeRabbitMq({ url, exchange }: Extract<BrokerTarget, { kind: 'rabbitmq' }>): Promise<void> {
  const connection = new Connection({ url, noDelay: true });
  const consumer = connection.createConsumer(
    {
      queue: `bench.plain.${process.pid}`,
      queueOptions: { exclusive: true, autoDelete: true },
      exchanges: [{ exchange, type: 'fanout', durable: false }],
      queueBindings: [{ exchange, routingKey: '' }],
      qos: { prefetchCount: prefetch },
    },
    (message) => {
      const body: unknown = message.body;
      JSON.parse(Buffer.isBuffer(body) ? body.toString() : 'null');
      taken += 1;
    },
  );
  close = async () => {
    await consumer.close();
    await connection.close();
  };
  await new Promise<void>((resolve) => consumer.once('ready', resolve));
}

async function consumeKafka({ brokers, topic }: Extract<BrokerTarget, { kind: 'kafka' }>): Promise<void> {
  const { kafka } = await openKafka({ brokers }, silentLogger);
  const consumer = kafka.consumer({ groupId: `bench.plain.${process.pid}`, sessionTimeout: 30_000 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const joined = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => {
      resolve();
    });
  });
  await consumer.run({
    eachBatch: ({ batch }) => {
      for (const { value } of batch.messages) {
        JSON.parse(value?.toString() ?? 'null');
        taken += 1;
      }
      return Promise.resolve();
    },
  });
  close = () => consumer.disconnect();
  await joined;
}

const commands = {
  /** Takes, parses and acknowledges what comes; resolves when it is connected. */
  start: (target: BrokerTarget): Promise<void> =>
    target.kind === 'rabbitmq' ? consumeRabbitMq(target) : consumeKafka(target),
  /** Resolves when so many messages were taken. */
  untilTaken: async (options: { readonly atLeast: number }): Promise<void> => {
    while (taken < options.atLeast) await new Promise((resolve) => setTimeout(resolve, pollMs));
  },
  /** Time of the processor, user and system. Milliseconds. */
  cpuMs: (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/** What the process that only takes messages can be asked to do. */
export type ConsumerCommands = typeof commands;

serve(commands, () => close());
