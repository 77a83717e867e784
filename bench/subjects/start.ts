import type { Figure } from '../figures.js';
import type { BenchContext, Subject, SubjectResult } from '../subject.js';
import type { CloudSize } from '../world/cloud.js';
import { bareRequest } from './bare-rounds.js';

/** What a start is held to. */
interface StartAims {
  readonly readySeconds: number;
  readonly rssMb: number;
}

/** A start with load balancers in place, wired already. */
export const start: Subject = {
  name: 'start',
  what: 'start with load balancers in place: ready; writes; memory',
  run: (context) =>
    measureStart(context, { loadBalancers: context.settings.quick ? 1_000 : 10_000 }, { readySeconds: 15, rssMb: 400 }),
};

/** A start with many ports of others beside them. */
export const startAmongOthers: Subject = {
  name: 'start-among-others',
  what: 'start with 100,000 ports of others beside the load balancers: ready; memory',
  run: (context) => {
    const { quick } = context.settings;
    const size = { loadBalancers: quick ? 50 : 10_000, otherPorts: quick ? 3_000 : 100_000 };
    return measureStart(context, size, { readySeconds: 60, rssMb: 1_024 });
  },
};

async function measureStart({ stage, note }: BenchContext, size: CloudSize, aims: StartAims): Promise<SubjectResult> {
  note(`${size.loadBalancers} load balancers, ${size.otherPorts ?? 0} other ports`);
  const world = await stage.startWorld(size);
  await world.process.call('totals', undefined);
  const monitor = await stage.startMonitor(world);
  const requests = await world.process.call('requests', undefined);
  const usage = await monitor.process.call('usage', { collect: false });
  const collected = await monitor.process.call('usage', { collect: true });
  await stage.end(monitor.process);
  const reads = requests.filter(({ access }) => access === 'read');
  const bare = stage.launchBare();
  const { ms: bareMs } = await bare.call('flood', { url: world.url, requests: reads.map(bareRequest), concurrency: 1 });
  const figures: readonly Figure[] = [
    {
      name: 'ready',
      value: monitor.readyMs / 1_000,
      unit: 's',
      aim: { atMost: aims.readySeconds },
      baselines: [{ what: 'bare requests', value: bareMs / 1_000 }],
    },
    { name: 'reads', value: reads.length, unit: '' },
    { name: 'writes', value: requests.length - reads.length, unit: '', aim: { atMost: 0 } },
    { name: 'memory, most', value: usage.maxRssMb, unit: 'MB', aim: { atMost: aims.rssMb } },
    { name: 'memory, ready', value: usage.rssMb, unit: 'MB' },
    { name: 'heap, ready', value: collected.heapMb, unit: 'MB' },
    { name: 'processor time', value: usage.cpuMs / 1_000, unit: 's' },
  ];
  return { figures };
}
