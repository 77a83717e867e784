import { Relay } from '../../lib/index.js';
import { serve } from '../processes/serve.js';

/** Between which exchange and which topic. */
export interface RelaySetup {
  readonly rabbitmqUrl: string;
  readonly exchange: string;
  readonly kafkaBrokers: readonly string[];
  readonly topic: string;
}

const pollMs = 2;
const startTimeoutMs = 30_000;

let relay: Relay | undefined;

const commands = {
  /** Starts a relay; resolves when both sides are connected. */
  start: async ({ rabbitmqUrl, exchange, kafkaBrokers, topic }: RelaySetup): Promise<void> => {
    relay = new Relay({
      amqp: { brokers: [rabbitmqUrl], exchange, queueName: `bench.relay.${process.pid}`, queueExpiresMs: 10_000 },
      kafka: { brokers: kafkaBrokers },
      topic,
      createTopic: { partitions: 4, replicationFactor: 1 },
    });
    relay.start();
    const givenUpAt = performance.now() + startTimeoutMs;
    for (let status = relay.status(); !(status.rabbitmq.connected && status.kafka.connected); status = relay.status()) {
      if (performance.now() > givenUpAt) throw new Error('the relay does not connect');
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  },
  /** Resolves when so many messages were carried. */
  untilCarried: async ({ atLeast }: { readonly atLeast: number }): Promise<void> => {
    while ((relay?.status().carried ?? 0) < atLeast) await new Promise((resolve) => setTimeout(resolve, pollMs));
  },
  /** Time of the processor, user and system. Milliseconds. */
  cpuMs: (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  /** The most resident memory that it ever had. MB. */
  maxRssMb: (): number => process.resourceUsage().maxRSS / 1024,
};

/** What the process with the relay can be asked to do. */
export type RelayCommands = typeof commands;

serve(commands, async () => {
  await relay?.stop();
});
