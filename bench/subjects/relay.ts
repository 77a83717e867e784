import { percentile } from '../figures.js';
import type { Subject } from '../subject.js';
import { takingRate } from '../taking-rate.js';
import { plainRate } from './plain-rate.js';

/** The way of the changes from RabbitMQ to Kafka. */
export const relay: Subject = {
  name: 'relay',
  what: 'relay from RabbitMQ to Kafka: messages a second; what it adds to the way of a single message',
  run: async ({ settings, stage, note }) => {
    const { rabbitmqUrl, kafkaBrokers } = settings;
    if (rabbitmqUrl === undefined || kafkaBrokers === undefined) return { skipped: 'no RabbitMQ, or no Kafka' };
    const count = settings.quick ? 10_000 : 100_000;
    const name = `bench.${process.pid}.${Date.now()}`;
    const source = { kind: 'rabbitmq', url: rabbitmqUrl, exchange: name } as const;
    const load = stage.launchLoad();
    await load.call('start', source);
    const measured = stage.launchRelay();
    const setup = { rabbitmqUrl, exchange: name, kafkaBrokers, topic: name };
    await measured.call('start', setup);
    note(`${count} messages`);
    const rate = await takingRate(load, count, {
      process: measured,
      untilTaken: (atLeast) => measured.call('untilCarried', { atLeast }),
      cpuMs: () => measured.call('cpuMs', undefined),
    });
    const probe = stage.launchRelayProbe();
    await probe.call('start', setup);
    note('single messages');
    const pace = settings.quick ? { count: 100, everyMs: 5 } : { count: 3_000, everyMs: 5 };
    const { added, kafkaAlone } = await probe.call('measure', pace);
    const maxRssMb = await measured.call('maxRssMb', undefined);
    await stage.end(measured);
    await stage.end(probe);
    await stage.end(load);
    const plain = await plainRate(stage, { ...source, exchange: `${name}.plain` }, count);
    return {
      figures: [
        {
          name: 'per second of one core',
          value: rate.perCpuSecond,
          unit: '/s',
          baselines: [{ what: 'plain consumer of RabbitMQ', value: plain.perCpuSecond }],
        },
        {
          name: 'per second',
          value: rate.perSecond,
          unit: '/s',
          aim: { atLeast: 10_000 },
          baselines: [{ what: 'plain consumer of RabbitMQ', value: plain.perSecond }],
        },
        {
          name: 'added latency, p50',
          value: percentile(added, 0.5),
          unit: 'ms',
          baselines: [{ what: 'straight to Kafka', value: percentile(kafkaAlone, 0.5) }],
        },
        {
          name: 'added latency, p99',
          value: percentile(added, 0.99),
          unit: 'ms',
          aim: { atMost: 20 },
          baselines: [{ what: 'straight to Kafka', value: percentile(kafkaAlone, 0.99) }],
        },
        { name: 'memory, most', value: maxRssMb, unit: 'MB' },
      ],
    };
  },
};
