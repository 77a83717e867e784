import type { Figure } from '../figures.js';
import type { BenchContext, Subject } from '../subject.js';
import { typicalReactionMs } from './failover.js';

interface Size {
  readonly loadBalancers: number;
  readonly wiredMs: number;
  readonly letGoMs: number;
  readonly readyMs: number;
  readonly heapMb: number;
}

/** What changes when everything becomes ten and a hundred times as much. */
export const growth: Subject = {
  name: 'growth',
  what: 'the same at 1×, 10×, 100× load balancers: flat per event, linear in memory and start',
  run: async (context) => {
    const unit = context.settings.quick ? 10 : 100;
    const sizes: Size[] = [];
    for (const factor of [1, 10, 100]) sizes.push(await measureAt(context, unit * factor));
    return { figures: sizes.flatMap((size) => figuresOf(size, sizes[0] ?? size)) };
  },
};

async function measureAt({ settings, stage, note }: BenchContext, loadBalancers: number): Promise<Size> {
  note(`${loadBalancers} load balancers`);
  const [warmUp, failovers] = settings.quick ? [3, 7] : [20, 60];
  const world = await stage.startWorld({ loadBalancers });
  const monitor = await stage.startMonitor(world);
  await world.process.call('failOver', { from: 0, count: warmUp });
  const accounts = await world.process.call('failOver', { from: warmUp, count: failovers });
  const { heapMb } = await monitor.process.call('usage', { collect: true });
  await stage.endAll();
  return {
    loadBalancers,
    wiredMs: typicalReactionMs(accounts, 'created'),
    letGoMs: typicalReactionMs(accounts, 'unbound'),
    readyMs: monitor.readyMs,
    heapMb,
  };
}

function figuresOf(size: Size, smallest: Size): readonly Figure[] {
  const { loadBalancers } = size;
  const flat = (name: string, value: number, base: number): Figure => ({
    name: `${name} at ${loadBalancers}`,
    value,
    unit: 'ms',
    ...(size === smallest ? {} : { baselines: [{ what: `at ${smallest.loadBalancers}`, value: base }] }),
  });
  return [
    flat('new port wired, p50', size.wiredMs, smallest.wiredMs),
    flat('leaving port let go, p50', size.letGoMs, smallest.letGoMs),
    { name: `ready at ${loadBalancers}`, value: size.readyMs / 1_000, unit: 's' },
    { name: `ready per load balancer at ${loadBalancers}`, value: size.readyMs / loadBalancers, unit: 'ms' },
    { name: `heap at ${loadBalancers}`, value: size.heapMb, unit: 'MB' },
  ];
}
