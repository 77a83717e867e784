import type { MonitorCommands } from '../measured/main.js';
import { median, type Figure } from '../figures.js';
import type { RemoteProcess } from '../processes/remote-process.js';
import type { Stage, World } from '../stage.js';
import type { Subject } from '../subject.js';

interface Plan {
  readonly loadBalancers: number;
  readonly takeOvers: number;
}

const full: Plan = { loadBalancers: 1_000, takeOvers: 7 };
const quick: Plan = { loadBalancers: 100, takeOvers: 2 };

const sessionTimeoutMs = 2_000;

/** How one take-over went. Milliseconds. */
interface TakeOver {
  /** From the end of the leader until the other one leads. */
  readonly leadingMs: number;
  /** From then until it has looked at every key. */
  readonly lookedMs: number;
}

/** Two monitors, of which ZooKeeper elects one: how long until the other one acts when that is told to stop, or freezes. */
export const takeOver: Subject = {
  name: 'take-over',
  what: 'two monitors and ZooKeeper: from the end of the one that leads to the other one leading, and all keys looked at',
  run: async ({ settings, stage, note }) => {
    const { zookeeperHosts } = settings;
    if (zookeeperHosts === undefined) return { skipped: 'no ZooKeeper' };
    const plan = settings.quick ? quick : full;
    const world = await stage.startWorld({ loadBalancers: plan.loadBalancers });
    const start = (): Promise<RemoteProcess<MonitorCommands>> => startMember(stage, world, zookeeperHosts);
    const measure = async (end: (leader: RemoteProcess<MonitorCommands>) => Promise<void>): Promise<TakeOver[]> => {
      const all: TakeOver[] = [];
      let leader = await start();
      await leader.call('untilLeading', undefined);
      for (let count = 0; count < plan.takeOvers; count += 1) {
        const standby = await start();
        all.push(await takeOverBy(standby, plan.loadBalancers, () => end(leader)));
        await stage.end(leader);
        leader = standby;
      }
      await stage.end(leader);
      return all;
    };
    note(`${plan.takeOvers} leaders are told to stop`);
    const stopped = await measure((leader) => stage.end(leader));
    note(`${plan.takeOvers} leaders freeze`);
    const frozen = await measure((leader) => {
      leader.halt();
      return Promise.resolve();
    });
    const typical = (name: string, values: readonly number[], more: Partial<Figure> = {}): Figure => ({
      name,
      value: median(values),
      unit: 'ms',
      ...more,
    });
    const session = { what: 'session', value: sessionTimeoutMs };
    return {
      figures: [
        typical(
          'told to stop, until another leads',
          stopped.map(({ leadingMs }) => leadingMs),
          { baselines: [session] },
        ),
        typical(
          'frozen, until another leads',
          frozen.map(({ leadingMs }) => leadingMs),
          { baselines: [session] },
        ),
        typical(
          'leading, until all is looked at',
          [...stopped, ...frozen].map(({ lookedMs }) => lookedMs),
          { aim: { atMost: 1_000 } },
        ),
      ],
    };
  },
};

async function startMember(
  stage: Stage,
  world: World,
  servers: readonly string[],
): Promise<RemoteProcess<MonitorCommands>> {
  const member = stage.launchMonitor();
  const stream = { kind: 'socket', port: world.feedPort } as const;
  const path = `/svc-monitor-bench-${process.pid}`;
  await member.call('start', { url: world.url, stream, election: { servers, path, sessionTimeoutMs } });
  await world.process.call('quiet', { quietMs: 200 });
  return member;
}

async function takeOverBy(
  standby: RemoteProcess<MonitorCommands>,
  keys: number,
  end: () => Promise<void>,
): Promise<TakeOver> {
  const names = ['reconciles_total'];
  const before = (await standby.call('counters', undefined))['reconciles_total'] ?? 0;
  const endedAt = performance.now();
  const ending = end();
  await standby.call('untilLeading', undefined);
  const leadingAt = performance.now();
  await standby.call('untilCounted', { names, atLeast: before + keys });
  const lookedAt = performance.now();
  await ending;
  return { leadingMs: leadingAt - endedAt, lookedMs: lookedAt - leadingAt };
}
