import { Connection } from 'rabbitmq-client';
import { KafkaPublisher } from '../../fixtures/index.js';
import type { BrokerTarget } from '../broker-target.js';

/** Sends bodies of notifications to a broker, as fast as that takes them. */
export interface BrokerWriter {
  /** Makes what has to be there before anybody consumes. */
  prepare(): Promise<void>;
  /** Resolves when the broker has all. */
  send(messages: readonly object[]): Promise<void>;
  close(): Promise<void>;
}

/** Messages that are handed to the socket before it is given time to send them. */
const batchSize = 500;

/** A writer for the target; connects at the first use. */
export function createWriter(target: BrokerTarget): BrokerWriter {
  switch (target.kind) {
    case 'rabbitmq':
      return rabbitMqWriter(target);
    case 'kafka':
      return kafkaWriter(target);
  }
}

function rabbitMqWriter({ url, exchange }: Extract<BrokerTarget, { kind: 'rabbitmq' }>): BrokerWriter {
  const connection = new Connection({ url, noDelay: true });
  // As the config API sends them: with an encoding named, the client does not parse the body for whoever consumes.
  const envelope = {
    ...{ exchange, routingKey: '', durable: true },
    ...{ contentType: 'application/json', contentEncoding: 'utf-8' },
  };
  return {
    prepare: async () => {
      await connection.exchangeDeclare({ exchange, type: 'fanout', durable: false });
    },
    send: async (messages) => {
      const channel = await connection.acquire();
      await channel.confirmSelect();
      for (let sent = 0; sent < messages.length; sent += batchSize) {
        const bodies = messages.slice(sent, sent + batchSize).map((message) => Buffer.from(JSON.stringify(message)));
        await Promise.all(bodies.map((body) => channel.basicPublish(envelope, body)));
      }
      await channel.close();
    },
    close: () => connection.close(),
  };
}

function kafkaWriter({ brokers, topic }: Extract<BrokerTarget, { kind: 'kafka' }>): BrokerWriter {
  const publisher = new KafkaPublisher({ brokers, topic });
  return {
    prepare: async () => {
      await publisher.start();
      await publisher.createTopic();
    },
    send: async (messages) => {
      for (const message of messages) publisher.publish(message);
      await publisher.flush();
    },
    close: async () => {
      await publisher.deleteTopic();
      await publisher.stop();
    },
  };
}
