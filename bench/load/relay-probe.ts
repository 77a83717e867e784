import { setTimeout as wait } from 'node:timers/promises';
import type { Consumer as KafkaConsumer } from 'kafkajs';
import { Connection } from 'rabbitmq-client';
import { KafkaPublisher } from '../../fixtures/index.js';
import { openKafka, silentLogger } from '../../lib/index.js';
import type { RelaySetup } from '../measured/relay.js';
import { serve } from '../processes/serve.js';
import { foreignMessages } from './messages.js';

/** Times of single messages, milliseconds, all by the clock of one process. */
export interface ProbeResult {
  /** From when a message could be had from RabbitMQ to when it could be had from Kafka. */
  readonly added: readonly number[];
  /** From the call that publishes a message to Kafka to when it could be had there: what is in `added` without a relay. */
  readonly kafkaAlone: readonly number[];
}

const settleMs = 500;
const timeoutMs = 30_000;

let connection: Connection | undefined;
let consumer: KafkaConsumer | undefined;
let publisher: KafkaPublisher | undefined;
let setup: RelaySetup | undefined;
const fromRabbitMq = new Map<string, number>();
const fromKafka = new Map<string, number>();

function uuidOf(body: unknown): string {
  return typeof body === 'object' && body !== null && 'uuid' in body ? String(body.uuid) : '';
}

async function follow({ rabbitmqUrl, exchange, kafkaBrokers, topic }: RelaySetup): Promise<void> {
  connection = new Connection({ url: rabbitmqUrl, noDelay: true });
  const listener = connection.createConsumer(
    {
      queue: `bench.probe.${process.pid}`,
      queueOptions: { exclusive: true, autoDelete: true },
      exchanges: [{ exchange, type: 'fanout', durable: false }],
      queueBindings: [{ exchange, routingKey: '' }],
      noAck: true,
    },
    (message) => {
      fromRabbitMq.set(uuidOf(message.body), performance.now());
    },
  );
  await new Promise<void>((resolve) => listener.once('ready', resolve));
  const { kafka } = await openKafka({ brokers: kafkaBrokers }, silentLogger);
  const reader = kafka.consumer({ groupId: `bench.probe.${process.pid}`, maxWaitTimeInMs: 500 });
  consumer = reader;
  await reader.connect();
  await reader.subscribe({ topic, fromBeginning: false });
  const joined = new Promise<void>((resolve) => {
    reader.on(reader.events.GROUP_JOIN, () => {
      resolve();
    });
  });
  await reader.run({
    eachMessage: ({ message }) => {
      const body: unknown = JSON.parse(message.value?.toString() ?? 'null');
      fromKafka.set(uuidOf(body), performance.now());
      return Promise.resolve();
    },
  });
  await joined;
  publisher = await new KafkaPublisher({ brokers: kafkaBrokers, topic }).start();
}

async function untilArrived(uuids: readonly string[]): Promise<void> {
  const givenUpAt = performance.now() + timeoutMs;
  while (uuids.some((uuid) => !fromKafka.has(uuid))) {
    if (performance.now() > givenUpAt) throw new Error('messages did not arrive from Kafka');
    await wait(20);
  }
}

const commands = {
  /** Follows both sides of a relay. The topic has to be there. */
  start: async (relay: RelaySetup): Promise<void> => {
    setup = relay;
    await follow(relay);
    await wait(settleMs);
  },
  /** Sends single messages at a pace, through the relay and, for comparison, straight to Kafka. */
  measure: async (options: { readonly count: number; readonly everyMs: number }): Promise<ProbeResult> => {
    const sendAll = async (send: (message: object) => void): Promise<readonly string[]> => {
      const messages = foreignMessages(options.count);
      const startedAt = performance.now();
      for (const [index, message] of messages.entries()) {
        await wait(Math.max(0, startedAt + index * options.everyMs - performance.now()));
        send(message);
      }
      const uuids = messages.map(uuidOf);
      await untilArrived(uuids);
      return uuids;
    };
    const channel = await connection?.acquire();
    const relayed = await sendAll((message) => {
      const envelope = { exchange: setup?.exchange ?? '', routingKey: '', contentType: 'application/json' };
      void channel?.basicPublish(envelope, Buffer.from(JSON.stringify(message)));
    });
    const sentAt = new Map<string, number>();
    const straight = await sendAll((message) => {
      sentAt.set(uuidOf(message), performance.now());
      publisher?.publish(message);
    });
    return {
      added: relayed.map((uuid) => (fromKafka.get(uuid) ?? NaN) - (fromRabbitMq.get(uuid) ?? NaN)),
      kafkaAlone: straight.map((uuid) => (fromKafka.get(uuid) ?? NaN) - (sentAt.get(uuid) ?? NaN)),
    };
  },
};

/** What the process on both sides of a relay can be asked to do. */
export type ProbeCommands = typeof commands;

serve(commands, async () => {
  await publisher?.deleteTopic();
  await publisher?.stop();
  await consumer?.disconnect();
  await connection?.close();
});
