import { percentile } from '../figures.js';
import type { Subject } from '../subject.js';
import { bareRequest } from './bare-rounds.js';

const apiConcurrency = 16;
const endpoints = 10;

/** Kubernetes services are rolled at once: how long until each new endpoint gets traffic, and no old one does. */
export const services: Subject = {
  name: 'services',
  what: 'Kubernetes services of ten endpoints each, all rolled at once: from the notifications to each reference; requests',
  run: async ({ stage, settings, note }) => {
    const count = settings.quick ? 50 : 1_000;
    const warmUp = 10;
    const world = await stage.startWorld({ loadBalancers: 0 });
    const analytics = await world.process.call('openServices', { routers: 0, tuples: 0, vrouters: 1 });
    note(`${count} services of ${endpoints}`);
    await world.process.call('openRollout', { services: count + warmUp, endpoints });
    const monitor = await stage.startMonitor(world, { analytics });
    await world.process.call('rolloutServed', undefined);
    await world.process.call('roll', { from: count, count: warmUp });
    const before = await monitor.process.call('usage', { collect: false });
    const account = await world.process.call('roll', { from: 0, count });
    const after = await monitor.process.call('usage', { collect: false });
    await stage.end(monitor.process);
    const bare = stage.launchBare();
    const requests = account.requests.map(bareRequest);
    const what = { url: world.url, concurrency: apiConcurrency, way: 'fresh' } as const;
    await bare.call('flood', { ...what, requests: requests.slice(0, 200) });
    const bareMs = (await bare.call('flood', { ...what, requests })).ms;
    await stage.end(bare);
    const changed = count * endpoints;
    const timed = (name: string, times: readonly number[], share: number) => ({
      name: `${name}, p${share * 100}`,
      value: percentile(times, share) / 1_000,
      unit: 's',
      baselines: [{ what: 'bare requests, all', value: bareMs / 1_000 }],
    });
    return {
      figures: [
        timed('new endpoint referenced', account.joinedMs, 0.5),
        timed('new endpoint referenced', account.joinedMs, 0.99),
        timed('old endpoint let go', account.leftMs, 0.5),
        timed('old endpoint let go', account.leftMs, 0.99),
        { name: 'writes per endpoint', value: account.writes / changed, unit: '', aim: { atMost: 2 } },
        { name: 'reads per endpoint', value: account.reads / changed, unit: '' },
        { name: 'useless writes', value: account.useless, unit: '', aim: { atMost: 0 } },
        { name: 'services that lead elsewhere', value: account.wrong.length, unit: '', aim: { atMost: 0 } },
        { name: 'processor time, monitor', value: (after.cpuMs - before.cpuMs) / 1_000, unit: 's' },
      ],
    };
  },
};
