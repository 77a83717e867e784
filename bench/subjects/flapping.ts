import type { Subject } from '../subject.js';

/** Ports of amphorae that lose and regain their instances again and again. */
export const flapping: Subject = {
  name: 'flapping',
  what: 'amphora ports that flap: changes a second, and how many of them one read answers for',
  run: async ({ settings, stage, note }) => {
    const ports = settings.quick ? 20 : 50;
    const changes = settings.quick ? 8_000 : 50_000;
    const world = await stage.startWorld({ loadBalancers: ports });
    const monitor = await stage.startMonitor(world);
    await world.process.call('flap', { from: 0, count: ports, changes: ports * 20 });
    await world.process.call('quiet', { quietMs: 300 });
    await world.process.call('totals', undefined);
    note(`${changes} changes of ${ports} ports`);
    const counted = (await monitor.process.call('counters', undefined))['changes_total'] ?? 0;
    const before = await monitor.process.call('usage', { collect: false });
    const startedAt = performance.now();
    const flapped = world.process.call('flap', { from: 0, count: ports, changes });
    // Those that our own writes cause come on top: they are a small part.
    await monitor.process.call('untilCounted', { names: ['changes_total'], atLeast: counted + changes });
    const wallMs = performance.now() - startedAt;
    await flapped;
    const after = await monitor.process.call('usage', { collect: false });
    await world.process.call('quiet', { quietMs: 2_500, timeoutMs: 90_000 });
    const { reads, writes } = await world.process.call('totals', undefined);
    const differences = await world.process.call('differences', undefined);
    return {
      figures: [
        { name: 'changes taken', value: (changes / wallMs) * 1_000, unit: '/s', aim: { atLeast: 2_000 } },
        {
          name: 'changes per second of one core',
          value: (changes / (after.cpuMs - before.cpuMs)) * 1_000,
          unit: '/s',
        },
        { name: 'changes per read', value: changes / Math.max(1, reads), unit: '' },
        { name: 'writes per port', value: writes / ports, unit: '' },
        { name: 'left undone', value: differences.length, unit: '', aim: { atMost: 0 } },
      ],
    };
  },
};
