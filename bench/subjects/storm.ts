import { percentile } from '../figures.js';
import type { Subject } from '../subject.js';
import { bareRequest } from './bare-rounds.js';

const apiConcurrency = 16;

/** All load balancers lose an amphora at once. */
export const storm: Subject = {
  name: 'storm',
  what: 'failover storm: every load balancer gets a new amphora and loses an old one at once; live changes on others meanwhile',
  run: async ({ settings, stage, note }) => {
    const count = settings.quick ? 100 : 1_000;
    const live = settings.quick ? 20 : 100;
    const warmUp = 20;
    const world = await stage.startWorld({ loadBalancers: count + live + warmUp });
    const monitor = await stage.startMonitor(world);
    const single = await world.process.call('failOver', { from: count + live, count: warmUp });
    note(`a storm of ${count}`);
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
    const flood = { url: world.url, concurrency: apiConcurrency };
    await bare.call('flood', { ...flood, requests: requests.slice(0, 200) });
    const bareMs = await bare.call('flood', { ...flood, requests });
    const singleWrites = single.reduce((total, { writes }) => total + writes, 0) / single.length;
    const inTime = (ms: number): number => ms / 1_000;
    return {
      figures: [
        {
          name: 'last one done',
          value: inTime(account.doneMs),
          unit: 's',
          aim: { atMost: 3 },
          baselines: [{ what: 'bare requests', value: inTime(bareMs) }],
        },
        { name: 'last old port let go', value: inTime(account.letGoMs), unit: 's' },
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
        { name: 'processor time, monitor', value: inTime(after.cpuMs - before.cpuMs), unit: 's' },
        { name: 'processor time, embedded server', value: inTime(account.serverCpuMs), unit: 's' },
      ],
    };
  },
};
