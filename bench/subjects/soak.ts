import { setTimeout as wait } from 'node:timers/promises';
import { slope } from '../figures.js';
import type { Subject } from '../subject.js';
import type { SoakAccount } from '../world/scenarios/soak.js';

const changesPerSecond = 50;
const seed = 20_260_401;
const sampleMs = 10_000;

/** Work and faults for a long time: nothing may be lost, and nothing may grow. */
export const soak: Subject = {
  name: 'soak',
  what: 'work at 50 changes a second with faults: memory, associations lost, other divergences',
  run: async ({ settings, stage, note }) => {
    const seconds = settings.quick ? 4 : 1_800;
    const checkEveryMs = settings.quick ? 4_000 : 120_000;
    const world = await stage.startWorld({ loadBalancers: settings.quick ? 50 : 200, wired: false });
    const monitor = await stage.startMonitor(world);
    const startedAt = performance.now();
    const heap: { readonly x: number; readonly y: number }[] = [];
    const divergences: string[] = [];
    let account: SoakAccount | undefined;
    const passed = (): number => performance.now() - startedAt;
    while (passed() < seconds * 1_000) {
      const until = passed() + checkEveryMs;
      await world.process.call('soak', { changesPerSecond, seed });
      await wait(Math.min(2_000, checkEveryMs / 3));
      await world.process.call('cutStream', undefined);
      while (passed() < until) {
        await wait(Math.min(sampleMs, Math.max(1, until - passed())));
        const usage = await monitor.process.call('usage', { collect: true });
        heap.push({ x: passed() / 60_000, y: usage.heapMb });
      }
      account = await world.process.call('checkSoak', { settleMs: 30_000 });
      divergences.push(...account.differences);
      note(
        `${Math.round(passed() / 1_000)} s: ${account.changes} changes, ${account.faults} faults, ${divergences.length} divergences`,
      );
      if (account.differences.length > 0) note(await monitor.process.call('status', undefined));
      for (const difference of account.differences) note(difference);
    }
    if (account === undefined) throw new Error('it was over before it began');
    const usage = await monitor.process.call('usage', { collect: true });
    const lost = divergences.filter((difference) => difference.startsWith('floating ip'));
    const settled = heap.filter(({ x }) => x > seconds / 60 / 3);
    return {
      figures: [
        { name: 'changes', value: account.changes, unit: '' },
        { name: 'changes per second', value: (account.changes / passed()) * 1_000, unit: '/s' },
        { name: 'failovers', value: account.failovers, unit: '' },
        { name: 'strips', value: account.strips, unit: '' },
        { name: 'faults', value: account.faults, unit: '' },
        { name: 'floating ips lost or wrong', value: lost.length, unit: '', aim: { atMost: 0 } },
        { name: 'divergences', value: divergences.length, unit: '', aim: { atMost: 0 } },
        { name: 'heap, slope after a third', value: slope(settled), unit: 'MB/min' },
        { name: 'heap at the end', value: usage.heapMb, unit: 'MB' },
        { name: 'memory at the end', value: usage.rssMb, unit: 'MB' },
      ],
    };
  },
};
