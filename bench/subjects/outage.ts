import type { Subject } from '../subject.js';
import { bareRequest } from './bare-rounds.js';

const apiConcurrency = 16;

/** The change stream is down while amphorae are replaced, and comes back. */
export const outage: Subject = {
  name: 'outage',
  what: 'the change stream is down while amphorae are replaced: until all is right after it is back',
  run: async ({ settings, stage, note }) => {
    const [loadBalancers, replaced] = settings.quick ? [200, 10] : [1_000, 50];
    const world = await stage.startWorld({ loadBalancers });
    const monitor = await stage.startMonitor(world);
    note(`${replaced} amphorae of ${loadBalancers} load balancers`);
    const account = await world.process.call('outage', { from: 0, count: replaced });
    const differences = await world.process.call('differences', undefined);
    await stage.end(monitor.process);
    const bare = stage.launchBare();
    const requests = account.requests.map(bareRequest);
    const { ms: bareMs } = await bare.call('flood', { url: world.url, requests, concurrency: apiConcurrency });
    return {
      figures: [
        { name: 'reading anew', value: account.connectedMs / 1_000, unit: 's', aim: { atMost: 1 } },
        {
          name: 'all right again',
          value: account.doneMs / 1_000,
          unit: 's',
          aim: { atMost: 2 },
          baselines: [{ what: 'bare requests', value: bareMs / 1_000 }],
        },
        { name: 'requests', value: requests.length, unit: '' },
        { name: 'left undone', value: differences.length, unit: '', aim: { atMost: 0 } },
      ],
    };
  },
};
