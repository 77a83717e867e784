import type { BareRequest, BareWay } from '../baselines/bare.js';
import { median, type Figure } from '../figures.js';
import type { Subject } from '../subject.js';

const concurrency = 16;
const repeats = 5;

/** As small as the writes of the monitor, and changes nothing. */
const request: BareRequest = {
  method: 'POST',
  path: '/fqname-to-id',
  body: JSON.stringify({ type: 'domain', fq_name: ['default-domain'] }),
};

const ways: readonly BareWay[] = ['fresh', 'reused', 'node-fresh', 'node-reused'];

/** What does a request cost the process that sends it? */
export const http: Subject = {
  name: 'http',
  what: 'processor time of one small POST, 16 at once: on fresh and on reused connections, by undici and by Node’s own HTTP beneath axios',
  run: async ({ settings, stage }) => {
    const count = settings.quick ? 800 : 4_000;
    const { url } = await stage.startWorld({ loadBalancers: 1 });
    const bare = stage.launchBare();
    const requests = Array.from({ length: count }, () => request);
    const times = new Map<BareWay, number[]>(ways.map((way) => [way, []]));
    for (const way of ways) await bare.call('flood', { url, requests, concurrency, way });
    // In turn, so that a bad moment of the machine meets all of them.
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      for (const way of ways) {
        const { cpuMs } = await bare.call('flood', { url, requests, concurrency, way });
        times.get(way)?.push((cpuMs / count) * 1_000);
      }
    }
    const microseconds = (way: BareWay): number => median(times.get(way) ?? []);
    const node = (way: BareWay): NonNullable<Figure['baselines']>[number] => ({
      what: `Node's HTTP${way === 'node-fresh' ? '' : ', reused'}`,
      value: microseconds(way),
    });
    return {
      figures: [
        {
          name: 'processor time per request',
          value: microseconds('fresh'),
          unit: 'µs',
          baselines: [node('node-fresh')],
        },
        {
          name: 'processor time per request, reused',
          value: microseconds('reused'),
          unit: 'µs',
          baselines: [node('node-fresh'), node('node-reused'), { what: 'fresh', value: microseconds('fresh') }],
        },
      ],
    };
  },
};
