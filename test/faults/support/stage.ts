import { randomUUID } from 'node:crypto';
import {
  differences,
  expectedState,
  FaultEngine,
  NetworkUser,
  Nova,
  observedState,
  Octavia,
  seededRandom,
  type Amphora,
  type EmbeddedMonitor,
  type EmbeddedMonitorOptions,
  type FailoverOptions,
  type FrontEndOptions,
  type LoadBalancer,
  type LoadBalancerOptions,
  type LoggedRequest,
  type NotificationMessage,
  type Operation,
  type SchemaName,
  type TenantOptions,
  type UserFloatingIp,
} from '../../../fixtures/index.js';
import { ManualClock } from '../../../lib/index.js';
import { KeptLog, KeptMetrics } from '../../support/kept.js';
import { seededUuids } from '../../support/seeded-uuids.js';
import { Shop } from '../../support/shop.js';

/** The schemas on which each fault has to be survived. */
const schemas: readonly SchemaName[] = ['stock'];

/** Describes a fault of the list, by its number, once for each schema. */
export function describeFault(title: string, body: (schema: SchemaName) => void): void {
  describe(title, () => {
    for (const schema of schemas) {
      describe(`on the ${schema} schema`, () => {
        body(schema);
      });
    }
  });
}

/** How to open a {@link FaultStage}. */
export interface FaultStageOptions {
  readonly schema: SchemaName;
  /** More of the monitor's options: clock, log, metrics and schema are there already. */
  readonly monitor?: EmbeddedMonitorOptions;
  /** Further config API servers, which the monitor knows, too. Defaults to none. */
  readonly frontEnds?: readonly FrontEndOptions[];
  readonly tenant?: Partial<TenantOptions>;
  /** The project of the amphora ports. Defaults to the tenant's own. */
  readonly amphoraProjectId?: string;
  /** Whether somebody is there whom nobody may touch. Defaults to true. */
  readonly bystanders?: boolean;
  /** Of the faults. Defaults to 1. */
  readonly seed?: number;
}

/** Who works for a tenant. */
export interface Actors {
  readonly octavia: Octavia;
  readonly user: NetworkUser;
}

/** A load balancer and the floating ip that its user attached to it. */
export interface Served {
  readonly loadBalancer: LoadBalancer;
  readonly floatingIp: UserFloatingIp;
}

/**
 * Where a fault is played: a cloud with one tenant, a monitor whose time stands still unless it is stepped, and bystanders that nobody
 * may touch. Its oracle is the same for all faults: {@link FaultStage.complaints}.
 */
export class FaultStage {
  public readonly clock: ManualClock;
  public readonly log: KeptLog;
  public readonly metrics: KeptMetrics;
  /** What befalls requests and notifications. Its time is the monitor's. */
  public readonly faults: FaultEngine;
  private readonly actors: Actors[];
  private bystanders: readonly string[] = [];

  private constructor(
    public readonly shop: Shop,
    parts: Pick<FaultStage, 'clock' | 'log' | 'metrics'> & { readonly seed: number },
  ) {
    this.clock = parts.clock;
    this.log = parts.log;
    this.metrics = parts.metrics;
    this.actors = [shop];
    this.faults = new FaultEngine(shop.cloud.server, { seed: parts.seed, clock: parts.clock });
  }

  /** Opens it; the monitor has read everything, which is nothing but the bystanders' tenant. */
  public static async open(options: FaultStageOptions): Promise<FaultStage> {
    const parts = { clock: new ManualClock(), log: new KeptLog(), metrics: new KeptMetrics() };
    const { schema, monitor = {}, frontEnds, tenant, amphoraProjectId, seed = 1 } = options;
    const shop = await Shop.open({
      server: { schema, newUuid: seededUuids(seed) },
      clock: parts.clock,
      ...(frontEnds === undefined ? {} : { frontEnds }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(amphoraProjectId === undefined ? {} : { amphoraProjectId }),
      monitor: {
        logger: parts.log,
        metrics: parts.metrics,
        random: seededRandom(seed),
        ...monitor,
        settings: { schema, ...monitor.settings },
      },
    });
    const stage = new FaultStage(shop, { ...parts, seed });
    if (options.bystanders !== false) await stage.addBystanders();
    return stage;
  }

  public get monitor(): EmbeddedMonitor {
    return this.shop.monitor;
  }

  /** Makes one more tenant, and those who work for it. */
  public async addTenant(options: TenantOptions): Promise<Actors> {
    const { url } = this.shop.cloud;
    const tenant = await this.shop.cloud.createTenant(options);
    const octavia = new Octavia({ url, tenant, nova: new Nova({ url, tenant }), delay: () => Promise.resolve() });
    const actors: Actors = { octavia, user: new NetworkUser({ url, tenant }) };
    this.actors.push(actors);
    return actors;
  }

  /** Makes a load balancer with a floating ip attached, and waits until the monitor has done its part. */
  public async serve(options: LoadBalancerOptions = {}, { octavia, user }: Actors = this.shop): Promise<Served> {
    const loadBalancer = await octavia.createLoadBalancer(options).run();
    const floatingIp = await user.createFloatingIp().run();
    await user.associate(floatingIp, loadBalancer).run();
    await this.shop.cloud.settled();
    return { loadBalancer, floatingIp };
  }

  /** What is not as it should be after what all actors have done. */
  public differences(): readonly string[] {
    return differences(
      expectedState({
        loadBalancers: this.actors.flatMap(({ octavia }) => octavia.loadBalancers),
        floatingIps: this.actors.flatMap(({ user }) => user.floatingIps),
      }),
      observedState(this.shop.cloud.server),
    );
  }

  /** Replaces one amphora of a load balancer, the oldest that lives, without a pause: its port's delete mostly comes before our writes. */
  public failover(loadBalancer: LoadBalancer, options: FailoverOptions = {}): Promise<Amphora> {
    return this.beginFailover(loadBalancer, options).run();
  }

  /** The same at the pace of a cloud: see {@link FaultStage.calmly}. */
  public async failoverCalmly(
    loadBalancer: LoadBalancer,
    pause?: () => Promise<void>,
    options: FailoverOptions = {},
  ): Promise<void> {
    await this.calmly(this.beginFailover(loadBalancer, options), pause);
  }

  /** Takes the steps of an operation with a pause after each: by default the monitor settles. */
  public async calmly<T>(operation: Operation<T>, pause: () => Promise<void> = () => this.rest()): Promise<T> {
    while ((await operation.step()) !== undefined) await pause();
    return operation.result;
  }

  /** Tells the running monitors that an object was changed, as a request of somebody else does. */
  public announce(kind: string, uuid: string, oper: NotificationMessage['oper'] = 'UPDATE'): void {
    const message = {
      'request-id': `req-${randomUUID()}`,
      oper,
      type: kind.replaceAll('-', '_'),
      uuid,
      fq_name: [uuid],
    };
    for (const monitor of this.shop.cloud.monitors) monitor.channel.inject(message);
  }

  /** Lets time pass for the monitor, in steps; after each, what it has begun comes to its end as far as no more time is needed. */
  public async pass(ms: number, stepMs = 100): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.step(Math.min(stepMs, left));
      await this.calm();
    }
  }

  /** Resolves when nothing moves any more without time passing: requests that hang do not count. */
  public calm(): Promise<void> {
    return this.shop.cloud.still();
  }

  /** The writes of the running monitors on an object, or that name it. */
  public writesOn(uuid: string): readonly LoggedRequest[] {
    return this.shop.cloud.monitors.flatMap((monitor) => monitor.writes()).filter((request) => names(request, uuid));
  }

  /**
   * What is not as it is after an undisturbed run, once all monitors have settled; empty if nothing is wrong. The end state follows from what
   * the actors did alone: no association is lost, none that its user ended is back, and nothing is left over. Beyond it, no
   * bystander was touched, nothing that was written can block a delete, and a full read finds nothing more to write.
   */
  public async complaints(): Promise<readonly string[]> {
    const { cloud } = this.shop;
    await cloud.settled();
    const complaints = [
      ...this.differences(),
      ...cloud.monitors.flatMap((monitor) => monitor.unrelaxedReferences()).map((path) => `not relaxed: ${path}`),
      ...this.bystanders
        .flatMap((uuid) => this.writesOn(uuid))
        .map(({ method, path, body }) => `touched: ${method} ${path} ${JSON.stringify(body)}`),
    ];
    const writes = cloud.countWrites();
    for (const monitor of cloud.monitors) await monitor.resync();
    await cloud.settled();
    const more = cloud.countWrites() - writes;
    return more === 0 ? complaints : [...complaints, `${more} writes in a quiet system`];
  }

  /** Waits for something, and gives time to whatever waits for that: drains, timeouts. */
  public whileTimePasses<T>(work: Promise<T>): Promise<T> {
    return this.shop.cloud.during(work);
  }

  /** Closes it: what waits for time is given it. */
  public async close(): Promise<void> {
    this.faults.close();
    await this.whileTimePasses(this.shop.close());
  }

  // Before time passes: what needs none is to be done in none, however slow the machine is.
  private async rest(): Promise<void> {
    await this.calm();
    await this.shop.cloud.settled();
  }

  private beginFailover(loadBalancer: LoadBalancer, options: FailoverOptions): Operation<Amphora> {
    const amphora = loadBalancer.amphorae.find(({ state }) => state === 'bound');
    if (amphora === undefined) throw new Error('the load balancer has no amphora to replace');
    return this.shop.octavia.failoverAmphora(loadBalancer, amphora, options);
  }

  // A floating ip of a server with an address pair: it looks a little like an amphora, and is none.
  private async addBystanders(): Promise<void> {
    const { cloud, user, tenant } = this.shop;
    const cidr = tenant.subnets[0]?.cidr ?? '';
    const port = await user.createLookAlikePort(cidr).run();
    const floatingIp = await user.createFloatingIp().run();
    await user.move(floatingIp, port).run();
    await cloud.settled();
    this.bystanders = [port.id, floatingIp.id];
  }
}

function names({ path, body }: LoggedRequest, uuid: string): boolean {
  return path.includes(uuid) || JSON.stringify(body ?? '').includes(uuid);
}
