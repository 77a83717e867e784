import { median, percentile, sum, type Figure } from '../figures.js';
import type { MeasuredMonitor, Stage, World } from '../stage.js';
import type { Subject } from '../subject.js';
import type { FailoverAccount, StepAccount } from '../world/scenarios/failovers.js';
import type { Reactions } from '../world/scenarios/spaced-changes.js';
import { roundsOf } from './bare-rounds.js';

interface Plan {
  readonly loadBalancers: number;
  readonly warmUp: number;
  readonly failovers: number;
  /** Of the poller: changes, and the pace at which they begin, so that they meet it at any moment of its interval. */
  readonly polls: readonly { readonly intervalMs: number; readonly changes: number; readonly everyMs: number }[];
}

const full: Plan = {
  loadBalancers: 1_000,
  warmUp: 30,
  failovers: 300,
  polls: [
    { intervalMs: 1_000, changes: 40, everyMs: 370 },
    { intervalMs: 10_000, changes: 40, everyMs: 1_700 },
  ],
};

const quick: Plan = {
  loadBalancers: 100,
  warmUp: 8,
  failovers: 24,
  polls: [{ intervalMs: 1_000, changes: 3, everyMs: 230 }],
};

const warmUpRuns = 30;

/** One failover at a time: how long until a new port is wired, until an old one is let go, and what it costs. */
export const failover: Subject = {
  name: 'failover',
  what: 'failovers one at a time: from notification published to floating-ip reference written; requests per amphora replaced',
  run: async ({ settings, stage, note }) => {
    const plan = settings.quick ? quick : full;
    const world = await stage.startWorld({ loadBalancers: plan.loadBalancers });
    const monitor = await stage.startMonitor(world);
    await world.process.call('failOver', { from: 0, count: plan.warmUp });
    note(`${plan.failovers} failovers`);
    const { accounts, cpuMs } = await measure(plan, world, monitor);
    await stage.end(monitor.process);
    const bare = {
      created: await bareTimes(stage, world, stepsOf(accounts, 'created')),
      unbound: await bareTimes(stage, world, stepsOf(accounts, 'unbound')),
    };
    const polled: { readonly intervalMs: number; readonly reactions: Reactions }[] = [];
    let from = plan.warmUp + plan.failovers;
    for (const poll of plan.polls) {
      note(`the poller every ${poll.intervalMs / 1_000} s`);
      polled.push({ intervalMs: poll.intervalMs, reactions: await pollReactions(stage, world, { ...poll, from }) });
      from += poll.changes;
    }
    const reaction = (step: 'created' | 'unbound', share: number): number =>
      percentile(
        stepsOf(accounts, step).map(({ reactionMs }) => reactionMs ?? NaN),
        share,
      );
    const baselines = (step: 'created' | 'unbound', share: number): Figure['baselines'] => [
      { what: 'bare requests', value: percentile(bare[step], share) },
      ...polled.map(({ intervalMs, reactions }) => ({
        what: `poller, ${intervalMs / 1_000} s`,
        value: percentile(step === 'created' ? reactions.wired : reactions.letGo, share),
      })),
    ];
    const timed = (name: string, step: 'created' | 'unbound', share: number, atMost?: number): Figure => ({
      name,
      value: reaction(step, share),
      unit: 'ms',
      ...(atMost === undefined ? {} : { aim: { atMost } }),
      baselines: baselines(step, share) ?? [],
    });
    const perFailover = (count: (account: FailoverAccount) => number): number =>
      sum(accounts.map(count)) / accounts.length;
    return {
      figures: [
        timed('new port wired, p50', 'created', 0.5, 10),
        timed('new port wired, p99', 'created', 0.99, 30),
        timed('leaving port let go, p50', 'unbound', 0.5),
        timed('leaving port let go, p99', 'unbound', 0.99, 30),
        { name: 'reads per amphora', value: perFailover(({ reads }) => reads), unit: '', aim: { atMost: 2 } },
        { name: 'writes per amphora', value: perFailover(({ writes }) => writes), unit: '', aim: { atMost: 4 } },
        { name: 'processor time per amphora', value: cpuMs / plan.failovers, unit: 'ms' },
      ],
    };
  },
};

async function measure(
  plan: Plan,
  world: World,
  monitor: MeasuredMonitor,
): Promise<{ readonly accounts: readonly FailoverAccount[]; readonly cpuMs: number }> {
  const before = await monitor.process.call('usage', { collect: false });
  const accounts = await world.process.call('failOver', { from: plan.warmUp, count: plan.failovers });
  const after = await monitor.process.call('usage', { collect: false });
  return { accounts, cpuMs: after.cpuMs - before.cpuMs };
}

function stepsOf(accounts: readonly FailoverAccount[], step: StepAccount['step']): readonly StepAccount[] {
  return accounts.flatMap(({ steps }) => steps.filter((account) => account.step === step));
}

/** How long the requests take that were under way until the reference was written, sent in the same rounds and nothing else. */
async function bareTimes(stage: Stage, world: World, steps: readonly StepAccount[]): Promise<readonly number[]> {
  const bare = stage.launchBare();
  const all = steps.map(({ requests, reactionMs = 0 }) =>
    roundsOf(requests.filter(({ startedAt }) => startedAt >= 0 && startedAt < reactionMs)),
  );
  // Both are measured warm.
  for (const rounds of all.slice(0, warmUpRuns)) await bare.call('rounds', { url: world.url, rounds });
  const times: number[] = [];
  for (const rounds of all) times.push(sum(await bare.call('rounds', { url: world.url, rounds })));
  await stage.end(bare);
  return times;
}

async function pollReactions(
  stage: Stage,
  world: World,
  poll: Plan['polls'][number] & { readonly from: number },
): Promise<Reactions> {
  const watcher = stage.launchCronWatcher();
  await watcher.call('start', { url: world.url, intervalMs: poll.intervalMs });
  const reactions = await world.process.call('changeAtPace', {
    from: poll.from,
    count: poll.changes,
    everyMs: poll.everyMs,
  });
  await stage.end(watcher);
  return reactions;
}

/** What one figure of a failover typically is, for subjects that compare sizes. Milliseconds. */
export function typicalReactionMs(accounts: readonly FailoverAccount[], step: 'created' | 'unbound'): number {
  return median(stepsOf(accounts, step).map(({ reactionMs }) => reactionMs ?? NaN));
}
