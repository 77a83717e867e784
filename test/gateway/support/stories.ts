import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { ManualClock, SvcMonitorError } from '../../../lib/index.js';
import {
  ClusterApi,
  CloudProvider,
  differences,
  EmbeddedCloud,
  expectedState,
  NetworkUser,
  NeutronError,
  neutronReleases,
  Nova,
  observedState,
  Octavia,
  type KubernetesService,
  type LoadBalancer,
  type NeutronRelease,
  type OpenStackCluster,
  type Operation,
  type UserFloatingIp,
} from '../../../fixtures/index.js';
import { countedUuids, type FirstPort } from '../../support/counted-uuids.js';
import { GatewayedMonitor } from './gatewayed-monitor.js';
import { Plugin, type Answered } from './plugin.js';

const players = ['octavia', 'user', 'cloud provider', 'cluster api'] as const;
type Player = (typeof players)[number];

/** What happens. */
export type Event =
  /** One of them takes its next step, or begins what `next` says. It does not wait for those of the others. */
  | { readonly do: 'step'; readonly who: Player; readonly next: number }
  /** What is under way goes on a little. */
  | { readonly do: 'turns'; readonly count: number }
  /** The process of the monitor that leads is killed, with its gateway, and the other one leads; a new one stands by. */
  | { readonly do: 'kill'; readonly who: 'leader' | 'standby'; readonly turnsUntilLed: number };

/** A story of users, Octavia and two controllers of Kubernetes, through two gateways. */
export interface GatewayStory {
  readonly release: NeutronRelease;
  readonly first: FirstPort;
  readonly topology: 'SINGLE' | 'ACTIVE_STANDBY';
  readonly events: readonly Event[];
}

const step = (who: Player): fc.Arbitrary<Event> =>
  fc.record({ do: fc.constant('step' as const), who: fc.constant(who), next: fc.nat({ max: 11 }) });

/** Stories. */
export const gatewayStories: fc.Arbitrary<GatewayStory> = fc.record({
  release: fc.constantFrom(...neutronReleases),
  first: fc.constantFrom('vip' as const, 'newest amphora' as const),
  topology: fc.constantFrom('SINGLE' as const, 'ACTIVE_STANDBY' as const),
  events: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: step('octavia') },
      { weight: 3, arbitrary: step('user') },
      { weight: 4, arbitrary: step('cloud provider') },
      { weight: 4, arbitrary: step('cluster api') },
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 40 }) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constant('kill' as const),
          who: fc.constantFrom('leader' as const, 'standby' as const),
          turnsUntilLed: fc.nat({ max: 60 }),
        }),
      },
    ),
    { minLength: 20, maxLength: 80, size: 'max' },
  ),
});

const web: KubernetesService = { namespace: 'shop', name: 'web' };
const prod: OpenStackCluster = { namespace: 'capi', name: 'prod' };
const floatingIpSchema = z.object({
  id: z.string(),
  port_id: z.string().nullish(),
  fixed_ip_address: z.string().nullish(),
});
const storedSchema = z.object({
  uuid: z.string(),
  floating_ip_fixed_ip_address: z.string().nullish(),
  virtual_machine_interface_refs: z.array(z.object({ uuid: z.string() })).nullish(),
});
const patience = 3_000;

/** Plays a story to its end, and returns what is not as it should be: on the way, and then. */
export async function playGatewayStory(story: GatewayStory): Promise<readonly string[]> {
  const world = new World(story);
  try {
    await world.open();
    return await world.tell();
  } finally {
    await world.close();
  }
}

class World {
  private readonly cloud: EmbeddedCloud;
  private readonly clock = new ManualClock();
  private readonly plugin: Plugin;
  private readonly complaints: string[] = [];
  private readonly killed = new Set<string>();
  private readonly pending = new Map<Player, Promise<void>>();
  private readonly operations = new Map<Player, Operation<unknown>>();
  private readonly all: GatewayedMonitor[] = [];
  private readonly ever: GatewayedMonitor[] = [];
  private octavia!: Octavia;
  private user!: NetworkUser;
  private cloudProvider!: CloudProvider;
  private clusterApi!: ClusterApi;
  private leader!: GatewayedMonitor;
  private standby!: GatewayedMonitor;
  private generation = 0;
  private hasFreed = false;
  /** Ports whose delete was asked for: they are let go of. */
  private readonly departing = new Set<unknown>();

  public constructor(private readonly story: GatewayStory) {
    const { release, first } = story;
    const { clock } = this;
    this.cloud = new EmbeddedCloud({ clock, server: { neutron: release, newUuid: countedUuids(first) } });
    this.plugin = new Plugin({
      asked: (request) => this.asked(request),
      answered: (exchange, asked) => {
        this.answered(exchange, asked as Asked);
      },
    });
  }

  public async open(): Promise<void> {
    await this.cloud.start();
    await this.plugin.start();
    this.cloud.server.use(async (request, next) =>
      this.killed.has(request.userAgent) ? { status: 0, body: '', transport: { kind: 'reset' } } : next(),
    );
    this.cloud.server.pausePortDeletes((_step, port) => {
      this.lookedAt(port);
      return Promise.resolve();
    }, 'looked');
    const tenant = await this.cloud.createTenant({ name: 'shop' });
    this.leader = await this.startMonitor(true);
    this.standby = await this.startMonitor(false);
    const { url } = this.plugin;
    const delay = (): Promise<void> => Promise.resolve();
    this.octavia = new Octavia({ url, tenant, nova: new Nova({ url, tenant }), delay });
    this.user = new NetworkUser({ url, tenant });
    const { topology } = this.story;
    const common = { url, tenant, octavia: this.octavia, userFloatingIps: this.user.floatingIps };
    this.cloudProvider = new CloudProvider({ ...common, loadBalancer: { topology } });
    this.clusterApi = new ClusterApi({ ...common, loadBalancer: { topology }, delay });
    await this.octavia.createLoadBalancer({ topology }).run();
    await this.user.createFloatingIp().run();
    await this.cloud.settled();
  }

  public async tell(): Promise<readonly string[]> {
    for (const event of this.story.events) await this.happen(event);
    for (const who of players) {
      while (this.operations.has(who)) {
        await this.finished(who);
        this.begin(who);
      }
    }
    await this.cloud.settled();
    this.complaints.push(
      ...differences(
        expectedState({ loadBalancers: this.octavia.loadBalancers, floatingIps: this.floatingIps }),
        observedState(this.cloud.server),
      ),
    );
    await this.lookByPort();
    return this.complaints;
  }

  public async close(): Promise<void> {
    await this.plugin.stop();
    await this.cloud.during(Promise.all(this.all.map((one) => one.stop())));
    await this.cloud.during(this.cloud.stop());
  }

  private async happen(event: Event): Promise<void> {
    switch (event.do) {
      case 'step':
        await this.finished(event.who);
        if (!this.operations.has(event.who)) this.next(event.who, event.next);
        this.begin(event.who);
        return;
      case 'turns':
        for (let left = event.count; left > 0; left -= 1) await nextTurn();
        return;
      case 'kill':
        return this.kill(event.who, event.turnsUntilLed);
    }
  }

  private next(who: Player, choice: number): void {
    const begun = this.choose(who, choice);
    if (begun !== undefined) this.operations.set(who, begun);
  }

  private choose(who: Player, choice: number): Operation<unknown> | undefined {
    switch (who) {
      case 'octavia':
        return this.chooseFailover(choice);
      case 'user':
        return this.chooseForUser(choice);
      case 'cloud provider':
        if (choice < 1) return this.cloudProvider.ensureLoadBalancerDeleted(web);
        return choice < 5 ? this.cloudProvider.getLoadBalancer(web) : this.cloudProvider.ensureLoadBalancer(web);
      case 'cluster api':
        return choice < 1 ? this.clusterApi.deleteCluster(prod) : this.clusterApi.reconcile(prod);
    }
  }

  private chooseFailover(choice: number): Operation<unknown> | undefined {
    const alive = this.octavia.loadBalancers.filter(({ state, amphorae }) => state === 'active' && amphorae.length < 8);
    const loadBalancer = alive[choice % Math.max(alive.length, 1)];
    const old = loadBalancer?.amphorae.find(({ state }) => state === 'bound');
    if (loadBalancer === undefined || old === undefined) return undefined;
    if (choice === 9) return this.octavia.failoverLoadBalancer(loadBalancer);
    const revertsAfter = choice === 10 ? 'created' : choice === 11 ? 'bound' : undefined;
    return this.octavia.failoverAmphora(loadBalancer, old, {
      skipUnbind: choice % 2 === 0,
      ...(revertsAfter === undefined ? {} : { revertsAfter }),
    });
  }

  private chooseForUser(choice: number): Operation<unknown> | undefined {
    const [floatingIp] = this.user.floatingIps;
    const [loadBalancer] = this.octavia.loadBalancers;
    if (floatingIp === undefined || loadBalancer === undefined) return undefined;
    if (floatingIp.association === undefined) return this.user.associate(floatingIp, loadBalancer);
    if (choice < 2) return this.user.disassociate(floatingIp, choice === 0 ? 'port-null' : 'empty-update');
    return this.user.setDescription(floatingIp, `the ${choice}th`);
  }

  private begin(who: Player): void {
    const operation = this.operations.get(who);
    if (operation !== undefined) this.pending.set(who, this.stepOf(who, operation));
  }

  private async stepOf(who: Player, operation: Operation<unknown>): Promise<void> {
    try {
      if ((await operation.step()) === undefined || operation.isDone) this.operations.delete(who);
    } catch (error) {
      if (!NeutronError.is(error) && !(SvcMonitorError.is(error) && error.code === 'conflict')) throw error;
      this.operations.delete(who);
      this.complaints.push(...unexpected(who, error));
    }
  }

  // Time passes only if nothing else moves any more: for one whose answer is waited for, and who has died.
  private async finished(who: Player): Promise<void> {
    const pending = this.pending.get(who);
    if (pending === undefined) return;
    const state = { isOver: false, error: undefined as unknown };
    pending.then(
      () => (state.isOver = true),
      (error: unknown) => {
        state.isOver = true;
        state.error = error;
      },
    );
    for (let turns = 1; !state.isOver; turns += 1) {
      await nextTurn();
      if (turns % patience === 0) this.clock.step(50);
    }
    this.pending.delete(who);
    if (state.error !== undefined) throw state.error as Error;
  }

  private async kill(who: 'leader' | 'standby', turnsUntilLed: number): Promise<void> {
    while (this.plugin.isCreating) await nextTurn();
    // Whether it was freed or stripped nobody could tell who has not watched (docs/architecture.md, "Known limits").
    if (this.hasFreed) {
      for (const player of players) await this.finished(player);
      await this.cloud.settled();
    }
    this.hasFreed = false;
    const victim = who === 'leader' ? this.leader : this.standby;
    const survivor = who === 'leader' ? this.standby : this.leader;
    this.killed.add(victim.monitor.userAgent);
    victim.ownership.give(false);
    this.plugin.remove(victim.url);
    await this.cloud.during(victim.stop());
    this.all.splice(this.all.indexOf(victim), 1);
    for (let left = turnsUntilLed; left > 0; left -= 1) await nextTurn();
    survivor.ownership.give(true);
    this.leader = survivor;
    this.standby = await this.startMonitor(false);
  }

  private async startMonitor(leads: boolean): Promise<GatewayedMonitor> {
    this.generation += 1;
    const userAgent = `opensdn-svc-monitor-${this.generation}`;
    const started = await GatewayedMonitor.start(this.cloud, { leads, userAgent });
    this.all.push(started);
    this.ever.push(started);
    this.plugin.add(started.url);
    return started;
  }

  // As the controllers look theirs up.
  private async lookByPort(): Promise<void> {
    for (const { vipPortId, state } of this.octavia.loadBalancers) {
      if (state !== 'active') continue;
      const found = (await this.user.listFloatingIps(vipPortId)).map(({ id }) => id).sort();
      const wanted = this.floatingIps
        .filter(({ association }) => association?.portId === vipPortId)
        .map(({ id }) => id);
      if (found.join() !== wanted.sort().join()) {
        this.complaints.push(
          `by VIP port ${vipPortId} floating ips [${found.join()}] are found, not [${wanted.join()}]`,
        );
      }
    }
  }

  private get floatingIps(): readonly UserFloatingIp[] {
    return [...this.user.floatingIps, ...this.cloudProvider.floatingIps, ...this.clusterApi.floatingIps];
  }

  private isAmphoraPort(uuid: string): boolean {
    return this.octavia.loadBalancers.some(({ amphorae }) => amphorae.some(({ portId }) => portId === uuid));
  }

  // At that moment Neutron has decided which floating ips it empties.
  private lookedAt(port: string): void {
    if (!this.isAmphoraPort(port)) return;
    for (const { uuid, references, fixedIp } of this.stored()) {
      // One without a fixed ip is free: what it references was written too late.
      if (fixedIp !== undefined && references.includes(port))
        this.complaints.push(`strip: floating ip ${uuid} by the delete of port ${port}`);
    }
  }

  private stored(): readonly {
    readonly uuid: string;
    readonly references: readonly string[];
    readonly fixedIp: string | undefined;
  }[] {
    return z
      .array(storedSchema)
      .parse(this.cloud.server.list('floating-ip'))
      .map(({ uuid, floating_ip_fixed_ip_address: fixedIp, virtual_machine_interface_refs: refs }) => ({
        ...{ uuid, fixedIp: fixedIp ?? undefined, references: (refs ?? []).map((ref) => ref.uuid) },
      }));
  }

  private asked({ resource, operation, data }: Pick<Answered, 'resource' | 'operation' | 'data'>): Asked {
    if (resource === 'port' && operation === 'DELETE') this.departing.add(data['id']);
    const fields = (data['resource'] ?? {}) as Readonly<Record<string, unknown>>;
    const { port_id: port } = fields;
    if (resource !== 'floatingip' || !['CREATE', 'UPDATE'].includes(operation)) return { overBound: this.overBound() };
    if (port === null || Object.keys(fields).length === 0) this.hasFreed = true;
    const loadBalancer = this.octavia.loadBalancers.find(({ vipPortId }) => vipPortId === port);
    return {
      overBound: this.overBound(),
      ...(loadBalancer === undefined ? {} : { loadBalancer, carriers: carriersOf(loadBalancer) }),
    };
  }

  private answered({ resource, operation, status, answer }: Answered, asked: Asked): void {
    if (resource !== 'floatingip' || status !== 200) return;
    const shown = Array.isArray(answer) ? answer : [answer];
    for (const one of shown) {
      const floatingIp = floatingIpSchema.safeParse(one).data;
      if (floatingIp === undefined) continue;
      const { id, port_id: port } = floatingIp;
      if (typeof port === 'string' && this.isAmphoraPort(port)) {
        this.complaints.push(`wrong port: ${operation} shows floating ip ${id} at amphora port ${port}`);
      }
      if (asked.loadBalancer !== undefined) this.associated(id, operation, asked);
    }
  }

  private associated(id: string, operation: string, { loadBalancer, carriers = [], overBound }: Asked): void {
    if (loadBalancer === undefined || this.overBound() > overBound) return;
    const stored = this.stored().find(({ uuid }) => uuid === id);
    const still = carriersOf(loadBalancer).filter((port) => carriers.includes(port) && !this.departing.has(port));
    const missing = still.filter((port) => stored?.references.includes(port) !== true);
    if (missing.length > 0) {
      this.complaints.push(
        `too early: ${operation} of floating ip ${id} is answered, and it lacks ${missing.join(', ')}`,
      );
    }
  }

  private overBound(): number {
    return this.ever
      .map(({ metrics }) => metrics.count('gateway_waits_total', { for: 'wiring', outcome: 'over-bound' }))
      .reduce((sum, count) => sum + count, 0);
  }
}

interface Asked {
  readonly overBound: number;
  readonly loadBalancer?: LoadBalancer;
  readonly carriers?: readonly string[];
}

// That are sure to carry it until their delete begins.
function carriersOf({ amphorae }: LoadBalancer): readonly string[] {
  return amphorae.filter(({ state, hasPairs }) => state === 'bound' && hasPairs).map(({ portId }) => portId);
}

function unexpected(who: Player, error: unknown): readonly string[] {
  return NeutronError.is(error, 'FloatingIPPortAlreadyAssociated') ? [`${who}: ${error.message}`] : [];
}
