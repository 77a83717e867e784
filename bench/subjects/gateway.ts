import { percentile, type Figure } from '../figures.js';
import type { Subject } from '../subject.js';
import type { BenchContext } from '../subject.js';

const perSecond = 200;
const gigabyte = 1_000_000_000;

/** As small as most of what Neutron asks, and changes nothing. */
const request = {
  path: '/neutron/floatingip',
  body: JSON.stringify({ context: { operation: 'READALL', is_admin: true }, data: { fields: [], filters: {} } }),
};

/** What does the way through the gateway cost, in time and in memory? */
export const gateway: Subject = {
  name: 'gateway',
  what: `a request through the gateway, ${perSecond}/s, beside one that goes straight to the API server, in turn; memory with long bodies and slow clients`,
  run: async (context) => {
    const added = await addedTime(context);
    return { figures: [...added, ...(await memory(context))] };
  },
};

async function addedTime({ settings, stage }: BenchContext): Promise<readonly Figure[]> {
  const count = settings.quick ? 1_000 : 12_000;
  const { url } = await stage.startWorld({ loadBalancers: 1 });
  const measured = stage.launchGateway();
  const through = await measured.call('start', { url });
  const load = stage.launchGatewayLoad();
  const pace = { ...request, direct: url, through, perSecond };
  await load.call('pace', { ...pace, count: perSecond });
  const times = await load.call('pace', { ...pace, count });
  for (const process of [measured, load]) await stage.end(process);
  const figure = (share: number, atMost: number): Figure => {
    const direct = percentile(times.direct, share);
    return {
      name: `added, p${share * 100}`,
      value: percentile(times.through, share) - direct,
      unit: 'ms',
      aim: { atMost },
      baselines: [{ what: 'straight', value: direct }],
    };
  };
  return [figure(0.5, 1), figure(0.99, 3)];
}

async function memory({ settings, stage, note }: BenchContext): Promise<readonly Figure[]> {
  const bytes = settings.quick ? gigabyte / 4 : gigabyte;
  const clients = 1_000;
  const load = stage.launchGatewayLoad();
  const bulk = await load.call('startBulk', undefined);
  const measured = stage.launchGateway();
  const url = await measured.call('start', { url: bulk });
  // What it takes to serve at all is not what the length of a body costs.
  await load.call('longBodies', { url, bytes: 10_000_000 });
  const before = await measured.call('rssMb', undefined);
  note(`${bytes / 1_000_000} MB in each direction`);
  await load.call('longBodies', { url, bytes });
  const withBodies = await measured.call('maxRssMb', undefined);
  note(`${clients} slow clients`);
  const settled = await measured.call('rssMb', undefined);
  await load.call('slowClients', { url, clients, bytes: 10_000_000 });
  const withClients = await measured.call('rssMb', undefined);
  return [
    { name: 'memory with long bodies', value: withBodies - before, unit: 'MB', aim: { atMost: 150 } },
    { name: 'memory with slow clients', value: withClients - settled, unit: 'MB', aim: { atMost: 300 } },
  ];
}
