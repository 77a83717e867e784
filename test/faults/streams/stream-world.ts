import {
  differences,
  EmbeddedCloud,
  expectedState,
  liveAmphorae,
  NetworkUser,
  Nova,
  observedState,
  Octavia,
  type Amphora,
  type ApiRequest,
  type LoadBalancer,
  type Operation,
  type Tenant,
  type UserFloatingIp,
} from '../../../fixtures/index.js';
import {
  createMonitor,
  type ChangeSource,
  type Clock,
  type ManualClock,
  type Monitor,
  type MonitorOptions,
} from '../../../lib/index.js';
import { eventually } from '../../support/eventually.js';
import { KeptLog, KeptMetrics } from '../../support/kept.js';
import { turns } from '../../support/turns.js';
import type { StreamStage } from './stream-stage.js';

const userAgent = 'opensdn-svc-monitor';

/** Which requests a {@link StreamWorld} holds back. */
export type Held = (request: ApiRequest) => boolean;

/** Requests for a list of objects, as a full read sends them. */
export const lists: Held = ({ method, path }) =>
  path === '/list-bulk-collection' || (method === 'GET' && /^\/[a-z-]+s$/.test(path));

/** Reads of single objects. */
export const singleReads: Held = ({ method, path }) => method === 'GET' && /^\/[a-z-]+\/[\da-f-]{36}$/.test(path);

/** How to open a {@link StreamWorld}. */
export interface StreamWorldOptions {
  /** Load balancers with a floating ip each. Defaults to 5. */
  readonly size?: number;
  /** The time of the source alone. Defaults to the machine's. */
  readonly sourceClock?: Clock;
  /** Deliveries at once. */
  readonly concurrency?: number;
  readonly configApi?: Partial<MonitorOptions['configApi']>;
  readonly resyncIntervalMs?: number;
}

/** An OpenSDN that publishes on a stage's stream, those who work on it, and a monitor that follows the stream. */
export class StreamWorld {
  public readonly log = new KeptLog();
  public readonly metrics = new KeptMetrics();
  public readonly monitor: Monitor;
  public readonly source: ChangeSource;
  public readonly octavia: Octavia;
  public readonly user: NetworkUser;

  private constructor(
    public readonly stage: StreamStage,
    public readonly cloud: EmbeddedCloud,
    tenant: Tenant,
    options: StreamWorldOptions,
  ) {
    const { url } = cloud;
    this.octavia = new Octavia({ url, tenant, nova: new Nova({ url, tenant }), delay: () => Promise.resolve() });
    this.user = new NetworkUser({ url, tenant });
    const { sourceClock, concurrency, resyncIntervalMs } = options;
    const shared = { logger: this.log, metrics: this.metrics };
    this.source = stage.source({
      ...shared,
      ...(sourceClock === undefined ? {} : { clock: sourceClock }),
      ...(concurrency === undefined ? {} : { concurrency }),
    });
    this.monitor = createMonitor({
      ...shared,
      configApi: { urls: [url], ...options.configApi },
      source: this.source,
      settings: { stripWindowMs: 300 },
      ...(resyncIntervalMs === undefined ? {} : { resyncIntervalMs }),
    });
  }

  /** Opens it; everything is wired. */
  public static async open(stage: StreamStage, options: StreamWorldOptions = {}): Promise<StreamWorld> {
    const cloud = await new EmbeddedCloud().start();
    const world = new StreamWorld(stage, cloud, await cloud.createTenant({ name: 'streams' }), options);
    cloud.server.notifications.subscribe((message) => {
      stage.publish(message);
    });
    await world.monitor.start(new AbortController().signal);
    for (let made = 0; made < (options.size ?? 5); made += 1) await world.addLoadBalancer();
    await world.converged();
    return world;
  }

  /** Whether the monitor follows the stream now. */
  public get isConnected(): boolean {
    return this.monitor.status().source.connected;
  }

  /** How many full reads have ended well. */
  public get resyncs(): number {
    return this.metrics.count('resyncs_total', { outcome: 'success' });
  }

  /** How many writes the monitor has sent. */
  public get writes(): number {
    return this.cloud.server.requests.count({ userAgent, access: 'write' });
  }

  /** How many objects of a kind the monitor has read one by one. */
  public reads(kind: string): number {
    return this.cloud.server.requests.count({ userAgent, operation: 'read', kind });
  }

  /** One more load balancer, with a floating ip. */
  public async addLoadBalancer(): Promise<LoadBalancer> {
    const loadBalancer = await this.octavia.createLoadBalancer().run();
    await this.user.associate(await this.user.createFloatingIp().run(), loadBalancer).run();
    return loadBalancer;
  }

  /** The load balancer with that number. */
  public loadBalancer(index: number): LoadBalancer {
    return entry(this.octavia.loadBalancers, index);
  }

  /** The floating ip of the load balancer with that number. */
  public floatingIp(index: number): UserFloatingIp {
    return entry(this.user.floatingIps, index);
  }

  /** Begins to replace an amphora of the load balancer with that number. */
  public failover(index: number): Operation<Amphora> {
    const loadBalancer = this.loadBalancer(index);
    return this.octavia.failoverAmphora(loadBalancer, entry(liveAmphorae(loadBalancer), 0));
  }

  /** What is not as it should be after what the actors have done. */
  public differences(): readonly string[] {
    const { loadBalancers } = this.octavia;
    const { floatingIps } = this.user;
    return differences(expectedState({ loadBalancers, floatingIps }), observedState(this.cloud.server));
  }

  /** Resolves when everything is as it should be. */
  public async converged(): Promise<void> {
    try {
      await eventually('all is as it should be', () => this.differences().length === 0);
    } catch (error) {
      throw new Error(this.differences().join('\n'), { cause: error });
    }
  }

  /** Resolves when the monitor follows the stream. */
  public async connected(): Promise<void> {
    await eventually('the stream is followed', () => this.isConnected);
  }

  /** Holds the monitor's requests of a kind back before the server has seen them, or their answers. */
  public hold(held: Held, what: 'requests' | 'answers' = 'requests'): Hold {
    const hold = new Hold();
    const end = this.cloud.server.use(async (request, next) => {
      if (request.userAgent !== userAgent || !held(request)) return next();
      if (what === 'requests') await hold.pass();
      const answer = await next();
      if (what === 'answers') await hold.pass();
      return answer;
    });
    hold.whenReleased(end);
    return hold;
  }

  /** Stops everything, the stage included. */
  public async close(): Promise<void> {
    await this.monitor.stop();
    await this.cloud.stop();
    await this.stage.close();
  }
}

/** What is held back, until it is released. */
export class Hold {
  private readonly waiting: (() => void)[] = [];
  private readonly enders: (() => void)[] = [];
  private count = 0;
  private released = false;

  /** How many requests have been held back. */
  public get held(): number {
    return this.count;
  }

  /** Resolves when it is released. */
  public async pass(): Promise<void> {
    if (this.released) return;
    this.count += 1;
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Calls `end` when it is released. */
  public whenReleased(end: () => void): void {
    this.enders.push(end);
  }

  /** Lets go on what is held back now; goes on holding back what comes. */
  public letGo(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Lets everything go on, and holds nothing back any more. */
  public release(): void {
    this.released = true;
    for (const end of this.enders.splice(0)) end();
    this.letGo();
  }
}

/** Lets so much time of the clock pass, in steps of a quarter of a second, with what is ready running in between. */
export async function letPass(clock: ManualClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 250) {
    clock.step(Math.min(left, 250));
    await turns(3);
  }
}

/** Steps the clock until the condition holds. */
export async function stepUntil(clock: ManualClock, what: string, condition: () => boolean): Promise<void> {
  await eventually(what, () => {
    if (condition()) return true;
    clock.step(10);
    return false;
  });
}

function entry<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`there is no entry ${index}`);
  return found;
}
