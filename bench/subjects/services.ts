import type { Figure } from '../figures.js';
import type { MeasuredMonitor, World } from '../stage.js';
import type { BenchContext, Subject } from '../subject.js';
import type { ServicesSize } from '../world/services/service-cloud.js';
import { bareRequest } from './bare-rounds.js';
import { originalWrites } from './original-writes.js';
import { bareTimes, reactionFigures, type ReactionNames } from './reactions.js';

interface Plan {
  readonly warmUp: number;
  readonly measured: number;
}

/** The gateway of a router is set: how long until its SNAT is made, and what it costs. */
export const snat: Subject = {
  name: 'snat',
  what: 'gateways set, one at a time: from the notification of the router to the first write and to the last; requests',
  run: async (context) => {
    const plan: Plan = context.settings.quick ? { warmUp: 2, measured: 8 } : { warmUp: 10, measured: 100 };
    const { writes } = await originalWrites(60, () => false);
    const size = { routers: plan.warmUp + plan.measured, tuples: 0 };
    return {
      figures: await reactionsTo('setGateways', { context, plan, size, names: { per: 'router', original: writes } }),
    };
  },
};

/** Interfaces enter a port tuple: how long until they have their shared addresses, and what it costs. */
export const portTuple: Subject = {
  name: 'port-tuple',
  what: 'port tuples filled with four interfaces, one tuple at a time: from the notification of the first interface to the first write and to the last; requests',
  run: async (context) => {
    const plan: Plan = context.settings.quick ? { warmUp: 2, measured: 8 } : { warmUp: 10, measured: 100 };
    const { writes, deeds } = await originalWrites(
      70,
      ({ path, request }) => path === '/ref-update' && JSON.stringify(request).includes('"port-tuple"'),
    );
    const size = { routers: 0, tuples: plan.warmUp + plan.measured };
    const names = { per: 'tuple', original: (writes / deeds) * interfacesPerTuple };
    return { figures: await reactionsTo('fillTuples', { context, plan, size, names }) };
  },
};

/** A start with routers whose SNAT is complete. */
export const routersAtStart: Subject = {
  name: 'routers-at-start',
  what: 'start with routers whose SNAT is complete: ready, all looked at; writes; memory',
  run: async (context) => {
    const { stage, settings, note } = context;
    const routers = settings.quick ? 100 : 1_000;
    const { world, analytics, monitor } = await startServices(context, { routers: 1, tuples: 0 });
    await world.process.call('recordPattern', undefined);
    await stage.end(monitor.process);
    note(`${routers} routers`);
    await world.process.call('repeatPattern', routers - 1);
    const again = await stage.startMonitor(world, { analytics });
    const lookedMs = await again.process.call('untilRests', { name: 'reconciles_total', restMs: 500 });
    await world.process.call('quiet', { quietMs: 200 });
    const requests = await world.process.call('requests', undefined);
    const usage = await again.process.call('usage', { collect: false });
    const collected = await again.process.call('usage', { collect: true });
    const reads = requests.filter(({ access }) => access === 'read');
    await stage.end(again.process);
    const bare = stage.launchBare();
    const flood = { url: world.url, requests: reads.map(bareRequest), concurrency: 1 };
    const baselines = [{ what: 'bare requests', value: (await bare.call('flood', flood)).ms / 1_000 }];
    const figures: readonly Figure[] = [
      { name: 'ready', value: again.readyMs / 1_000, unit: 's', baselines },
      { name: 'all looked at', value: lookedMs / 1_000, unit: 's', aim: { atMost: 10 }, baselines },
      { name: 'reads', value: reads.length, unit: '' },
      { name: 'writes', value: requests.length - reads.length, unit: '', aim: { atMost: 0 } },
      { name: 'memory, most', value: usage.maxRssMb, unit: 'MB' },
      { name: 'heap', value: collected.heapMb, unit: 'MB' },
      { name: 'processor time', value: usage.cpuMs / 1_000, unit: 's' },
    ];
    return { figures };
  },
};

const interfacesPerTuple = 4;
const vrouters = 20;

async function startServices(
  { stage }: BenchContext,
  size: Omit<ServicesSize, 'vrouters'>,
): Promise<{ readonly world: World; readonly analytics: string; readonly monitor: MeasuredMonitor }> {
  const world = await stage.startWorld({ loadBalancers: 0 });
  const analytics = await world.process.call('openServices', { ...size, vrouters });
  const monitor = await stage.startMonitor(world, { analytics });
  return { world, analytics, monitor };
}

async function reactionsTo(
  deed: 'setGateways' | 'fillTuples',
  options: {
    readonly context: BenchContext;
    readonly plan: Plan;
    readonly size: Omit<ServicesSize, 'vrouters'>;
    readonly names: ReactionNames;
  },
): Promise<readonly Figure[]> {
  const { context, plan, size, names } = options;
  const { stage, note } = context;
  const { world, monitor } = await startServices(context, size);
  await world.process.call(deed, { from: 0, count: plan.warmUp });
  note(`${plan.measured} times`);
  const before = await monitor.process.call('usage', { collect: false });
  const accounts = await world.process.call(deed, { from: plan.warmUp, count: plan.measured });
  const after = await monitor.process.call('usage', { collect: false });
  await stage.end(monitor.process);
  const bare = await bareTimes(stage, world, accounts);
  const cpuMs = (after.cpuMs - before.cpuMs) / plan.measured;
  return [
    ...reactionFigures(accounts, bare, names),
    { name: `processor time per ${names.per}`, value: cpuMs, unit: 'ms' },
  ];
}
