import type { BrokerTarget } from '../broker-target.js';
import type { BenchContext, Subject, SubjectResult } from '../subject.js';
import { takingRate } from '../taking-rate.js';
import { plainRate } from './plain-rate.js';

const loadBalancers = 10;

/** Changes of kinds that do not concern the monitor, from RabbitMQ. */
export const foreignChangesRabbitMq: Subject = {
  name: 'foreign-changes-rabbitmq',
  what: 'changes that do not concern us, from RabbitMQ: how many a second one core takes',
  run: (context) => {
    const { rabbitmqUrl: url } = context.settings;
    if (url === undefined) return Promise.resolve({ skipped: 'no RabbitMQ' });
    return measure(context, (name) => ({ kind: 'rabbitmq', url, exchange: name }));
  },
};

/** The same from Kafka. */
export const foreignChangesKafka: Subject = {
  name: 'foreign-changes-kafka',
  what: 'changes that do not concern us, from Kafka: how many a second one core takes',
  run: (context) => {
    const { kafkaBrokers: brokers } = context.settings;
    if (brokers === undefined) return Promise.resolve({ skipped: 'no Kafka' });
    return measure(context, (name) => ({ kind: 'kafka', brokers, topic: name }));
  },
};

async function measure(
  { settings, stage, note }: BenchContext,
  targetFor: (name: string) => BrokerTarget,
): Promise<SubjectResult> {
  const count = settings.quick ? 20_000 : 100_000;
  const world = await stage.startWorld({ loadBalancers });
  const name = `bench.${process.pid}.${Date.now()}`;
  note(`${count} messages to the monitor`);
  const stream = targetFor(`${name}.monitor`);
  const load = stage.launchLoad();
  await load.call('start', stream);
  const monitor = stage.launchMonitor();
  await monitor.call('start', { url: world.url, stream });
  const rate = await takingRate(load, count, {
    process: monitor,
    untilTaken: (atLeast) => monitor.call('untilCounted', { names: ['changes_ignored_total'], atLeast }),
    cpuMs: async () => (await monitor.call('usage', { collect: false })).cpuMs,
  });
  const { maxRssMb } = await monitor.call('usage', { collect: false });
  await stage.end(monitor);
  await stage.end(load);
  note(`${count} messages to a plain consumer`);
  const plain = await plainRate(stage, targetFor(`${name}.plain`), count);
  const what = 'plain consumer';
  return {
    figures: [
      {
        name: 'per second of one core',
        value: rate.perCpuSecond,
        unit: '/s',
        aim: { atLeast: 10_000 },
        baselines: [{ what, value: plain.perCpuSecond }],
      },
      { name: 'per second', value: rate.perSecond, unit: '/s', baselines: [{ what, value: plain.perSecond }] },
      { name: 'memory, most', value: maxRssMb, unit: 'MB' },
    ],
  };
}
