import { setTimeout as wait } from 'node:timers/promises';
import { median } from '../figures.js';
import type { Subject } from '../subject.js';

const sampleMs = 1_000;

/** Nothing happens: what does it cost? */
export const idle: Subject = {
  name: 'idle',
  what: 'nothing happens: processor, requests and memory, full reads at their default interval included',
  run: async ({ settings, stage, note }) => {
    const world = await stage.startWorld({ loadBalancers: settings.quick ? 500 : 10_000 });
    const monitor = await stage.startMonitor(world);
    await world.process.call('totals', undefined);
    // Longer than the interval of full reads by a moment: one of them falls into the time.
    const seconds = settings.quick ? 3 : 310;
    note(`${seconds} s of nothing`);
    const collected = await monitor.process.call('usage', { collect: true });
    const first = await monitor.process.call('usage', { collect: false });
    const quiet: number[] = [];
    let last = first;
    for (let second = 0; second < seconds; second += 1) {
      await wait(sampleMs);
      const usage = await monitor.process.call('usage', { collect: false });
      const isReading = await monitor.process.call('isResyncing', undefined);
      if (!isReading) quiet.push((usage.cpuMs - last.cpuMs) / (usage.atMs - last.atMs));
      last = usage;
    }
    const share = (last.cpuMs - first.cpuMs) / (last.atMs - first.atMs);
    const end = await monitor.process.call('usage', { collect: true });
    const { reads, writes } = await world.process.call('totals', undefined);
    return {
      figures: [
        { name: 'processor', value: share * 100, unit: '%', aim: { atMost: 1 } },
        { name: 'processor between full reads', value: median(quiet) * 100, unit: '%' },
        { name: 'reads', value: reads, unit: '' },
        { name: 'writes', value: writes, unit: '', aim: { atMost: 0 } },
        { name: 'heap, growth', value: end.heapMb - collected.heapMb, unit: 'MB', aim: { atMost: 1 } },
        { name: 'memory', value: end.rssMb, unit: 'MB' },
      ],
    };
  },
};
