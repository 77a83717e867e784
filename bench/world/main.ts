import { differences, EmbeddedOpenSdn, expectedState, observedState } from '../../fixtures/index.js';
import { serve } from '../processes/serve.js';
import { seedCloud, type CloudSize, type SeededLoadBalancer } from './cloud.js';
import { NotificationFeed } from './feed.js';
import { Journal, type JournalRequest } from './journal.js';
import { FixedLatency } from './latency.js';
import { failOver, type FailoverAccount } from './scenarios/failovers.js';
import { flap } from './scenarios/flapping.js';
import { outage, type OutageAccount } from './scenarios/outage.js';
import { changeAtPace, type Reactions } from './scenarios/spaced-changes.js';
import { Soak, type SoakAccount } from './scenarios/soak.js';
import { storm, type StormAccount } from './scenarios/storm.js';
import { ServiceCommands } from './services/commands.js';
import type { ReactionAccount } from './services/reactions.js';
import type { RolloutSize } from './services/rollout-cloud.js';
import type { RolloutAccount } from './services/rollout.js';
import type { ServicesSize } from './services/service-cloud.js';

/** Where the measured process finds the cloud. */
export interface CloudAddress {
  readonly url: string;
  /** Of the change stream on loopback. */
  readonly feedPort: number;
}

/** Which of the cloud's load balancers. */
export interface Selection {
  readonly from: number;
  readonly count: number;
}

const server = new EmbeddedOpenSdn({ requestLogSize: 1 });
const latency = new FixedLatency(0);
const feed = new NotificationFeed();
const journal = new Journal(server, feed, latency);
const services = new ServiceCommands(server, journal, feed);
let soaking: Soak | undefined;
let cloud: readonly SeededLoadBalancer[] = [];
server.notifications.subscribe((message) => {
  feed.publish(message);
});

const select = ({ from, count }: Selection): readonly SeededLoadBalancer[] => cloud.slice(from, from + count);

const commands = {
  /** Starts the server with a cloud in place. */
  start: async (options: { readonly latencyMs: number; readonly size: CloudSize }): Promise<CloudAddress> => {
    latency.latencyMs = options.latencyMs;
    await server.start();
    cloud = await seedCloud(server, options.size);
    return { url: server.url, feedPort: await feed.start() };
  },
  /** Replaces one amphora of each, one after the other. */
  failOver: async (selection: Selection): Promise<readonly FailoverAccount[]> => {
    const accounts: FailoverAccount[] = [];
    for (const target of select(selection)) accounts.push(await failOver(target, journal));
    return accounts;
  },
  /** Replaces one amphora of each at a fixed pace. */
  changeAtPace: async (options: Selection & { readonly everyMs: number }): Promise<Reactions> => {
    journal.clear();
    return changeAtPace(select(options), options, journal);
  },
  /** Replaces one amphora of each at once; live changes go on on others meanwhile. */
  storm: (options: { readonly targets: Selection; readonly live: Selection }): Promise<StormAccount> =>
    storm(select(options.targets), select(options.live), { feed, journal }),
  /** Replaces one amphora of each while the change stream is down. */
  outage: (selection: Selection): Promise<OutageAccount> => outage(select(selection), { feed, journal }),
  /** Changes one amphora port of each again and again. */
  flap: async (options: Selection & { readonly changes: number }): Promise<void> => {
    journal.clear(false);
    await flap(select(options), options.changes, { server, feed });
  },
  /** Begins to work on the cloud at random, with faults, until `checkSoak` is called. */
  soak: (options: { readonly changesPerSecond: number; readonly seed: number }): void => {
    journal.clear(false);
    soaking ??= new Soak(server, cloud, { ...options, feed });
    soaking.resume();
  },
  /** Cuts the change stream: what is announced until the measured process has connected again is lost to it. */
  cutStream: async (): Promise<void> => {
    await soaking?.withoutUsers(() => {
      feed.cut();
    });
  },
  /** Lets the work rest, and tells what it came to. */
  checkSoak: async (options: { readonly settleMs: number }): Promise<SoakAccount> => {
    if (soaking === undefined) throw new Error('nothing was begun');
    return soaking.check(options.settleMs);
  },
  /** Puts in place what wants services; resolves to where analytics is asked. */
  openServices: (size: ServicesSize): Promise<string> => services.open(size),
  /** Sets the gateways of routers, one after the other. */
  setGateways: (selection: Selection): Promise<readonly ReactionAccount[]> => services.setGateways(selection),
  /** Puts all interfaces into port tuples, one after the other. */
  fillTuples: (selection: Selection): Promise<readonly ReactionAccount[]> => services.fillTuples(selection),
  /** Sets the gateway of the first router, and keeps what the measured process writes for it. */
  recordPattern: (): Promise<void> => services.recordPattern(),
  /** Makes more routers, so many, and for each of them what was written for the first one. */
  repeatPattern: (count: number): Promise<void> => services.repeatPattern(count),
  /** Puts Kubernetes services in place. */
  openRollout: (size: RolloutSize): Promise<void> => services.openRollout(size),
  /** Resolves when all Kubernetes services lead to their endpoints. */
  rolloutServed: (): Promise<void> => services.rolloutServed(),
  /** Rolls Kubernetes services, all at once. */
  roll: (selection: Selection): Promise<RolloutAccount> => services.roll(selection),
  /** Resolves when the measured processes have asked for nothing for that long. Milliseconds. */
  quiet: (options: { readonly quietMs: number; readonly timeoutMs?: number }): Promise<void> =>
    journal.quiet(options.quietMs, options.timeoutMs),
  /** Reads and writes of the measured processes since the last call, or since the last scenario began. */
  totals: (): { readonly reads: number; readonly writes: number } => {
    const { totals } = journal;
    journal.clear();
    return totals;
  },
  /** The requests of the measured processes since the last scenario began, or `totals` was called. */
  requests: (): readonly JournalRequest[] => journal.requests.slice(),
  /** How the floating ips and virtual-ips differ from what the actors' deeds ask for, a line each. */
  differences: (): readonly string[] =>
    differences(
      expectedState({
        loadBalancers: cloud.map(({ loadBalancer }) => loadBalancer),
        floatingIps: cloud.map(({ floatingIp }) => floatingIp),
      }),
      observedState(server),
    ),
};

/** What the process with the cloud can be asked to do. */
export type WorldCommands = typeof commands;

serve(commands, async () => {
  await services.stop();
  await feed.stop();
  await server.stop();
});
