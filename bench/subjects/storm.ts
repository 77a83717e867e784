import { percentile, type Figure } from '../figures.js';
import type { BenchContext, Subject } from '../subject.js';
import { bareRequest } from './bare-rounds.js';

const apiConcurrency = 16;

const inSeconds = (ms: number): number => ms / 1_000;

/** A storm with a monitor whose connections are fresh or reused, and the same requests bare. */
async function oneStorm({ settings, stage, note }: BenchContext, keepAlive: boolean): Promise<readonly Figure[]> {
  const count = settings.quick ? 100 : 1_000;
  const live = settings.quick ? 20 : 100;
  const warmUp = 20;
  const world = await stage.startWorld({ loadBalancers: count + live + warmUp });
  const monitor = await stage.startMonitor(world, { keepAlive });
  const single = await world.process.call('failOver', { from: count + live, count: warmUp });
  note(`a storm of ${count}, ${keepAlive ? 'reused' : 'fresh'} connections`);
  const before = await monitor.process.call('usage', { collect: false });
  const account = await world.process.call('storm', {
    targets: { from: 0, count },
    live: { from: count, count: live },
  });
  const after = await monitor.process.call('usage', { collect: false });
  const differences = await world.process.call('differences', undefined);
  await stage.end(monitor.process);
  const bare = stage.launchBare();
  const requests = account.requests.map(bareRequest);
  const flood = async (way: 'fresh' | 'reused' | 'node-fresh'): Promise<number> => {
    const what = { url: world.url, concurrency: apiConcurrency, way };
    await bare.call('flood', { ...what, requests: requests.slice(0, 200) });
    return inSeconds((await bare.call('flood', { ...what, requests })).ms);
  };
  const own = { what: 'bare requests', value: await flood(keepAlive ? 'reused' : 'fresh') };
  const old = { what: "bare, Node's HTTP, fresh", value: await flood('node-fresh') };
  await stage.end(bare);
  await stage.end(world.process);
  const singleWrites = single.reduce((total, { writes }) => total + writes, 0) / single.length;
  return [
    {
      name: 'last one done',
      value: inSeconds(account.doneMs),
      unit: 's',
      aim: { atMost: 3 },
      baselines: [own, old],
    },
    { name: 'last old port let go', value: inSeconds(account.letGoMs), unit: 's' },
    {
      name: 'writes per amphora',
      value: account.writes / count,
      unit: '',
      aim: { atMost: singleWrites },
      baselines: [{ what: 'one at a time', value: singleWrites }],
    },
    { name: 'reads per amphora', value: account.reads / count, unit: '' },
    { name: 'live change meanwhile, p50', value: percentile(account.live, 0.5), unit: 'ms' },
    { name: 'live change meanwhile, p99', value: percentile(account.live, 0.99), unit: 'ms', aim: { atMost: 200 } },
    { name: 'live changes', value: account.live.length, unit: '' },
    { name: 'left undone', value: differences.length, unit: '', aim: { atMost: 0 } },
    { name: 'processor time, monitor', value: inSeconds(after.cpuMs - before.cpuMs), unit: 's' },
    { name: 'processor time, embedded server', value: inSeconds(account.serverCpuMs), unit: 's' },
  ];
}

/** What a storm on reused connections shows besides: the rest is as it is on fresh ones. */
const comparable: ReadonlySet<string> = new Set(['last one done', 'left undone', 'processor time, monitor']);

/** All load balancers lose an amphora at once. */
export const storm: Subject = {
  name: 'storm',
  what: 'failover storm: every load balancer gets a new amphora and loses an old one at once; live changes on others meanwhile',
  run: async (context) => {
    const fresh = await oneStorm(context, false);
    const reused = await oneStorm(context, true);
    return {
      figures: [
        ...fresh,
        ...reused
          .filter(({ name }) => comparable.has(name))
          .map((figure) => ({ ...figure, name: `${figure.name}, reused connections` })),
      ],
    };
  },
};
