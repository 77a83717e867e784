import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  differences,
  EmbeddedCloud,
  expectedState,
  FaultEngine,
  liveAmphorae,
  NetworkUser,
  NeutronError,
  Nova,
  observedState,
  Octavia,
  seededRandom,
  type EmbeddedMonitor,
  type LoadBalancer,
  type NeutronPort,
  type Operation,
  type RequestFault,
  type UserFloatingIp,
} from '../../fixtures/index.js';
import { ManualClock } from '../../lib/index.js';
import { seededUuids } from '../support/seeded-uuids.js';
import type { Command, Scenario } from './script.js';

/** A cloud, its actors and its monitors, that plays the commands of a scenario. */
export class World {
  private readonly clock = new ManualClock();
  private readonly cloud: EmbeddedCloud;
  private readonly faults: FaultEngine;
  private readonly octavias: Octavia[] = [];
  private readonly users: NetworkUser[] = [];
  private readonly running = new Map<LoadBalancer, Operation<unknown>>();
  private readonly refused: string[] = [];
  private bystanders: readonly string[] = [];
  private web: NeutronPort | undefined;

  private constructor(private readonly scenario: Scenario) {
    this.cloud = new EmbeddedCloud({
      server: { schema: scenario.schema, newUuid: seededUuids(scenario.seed) },
      clock: this.clock,
    });
    this.faults = new FaultEngine(this.cloud.server, { seed: scenario.seed });
  }

  /** Plays the scenario to its end, and returns what is not as it should be then. */
  public static async play(scenario: Scenario): Promise<readonly string[]> {
    const world = new World(scenario);
    try {
      await world.prepare();
      for (const command of scenario.commands) await world.carryOut(command);
      return await world.complaints();
    } finally {
      await world.cloud.stop();
    }
  }

  private async prepare(): Promise<void> {
    await this.cloud.start();
    const { url } = this.cloud;
    const tenant = await this.cloud.createTenant({ name: 'one', cidrs: ['10.107.0.0/24', 'fd00:107::/64'] });
    const octavia = new Octavia({ url, tenant, nova: new Nova({ url, tenant }), delay: () => Promise.resolve() });
    const user = new NetworkUser({ url, tenant });
    this.octavias.push(octavia);
    this.users.push(user);
    for (let count = 0; count < this.scenario.monitors; count += 1) await this.startMonitor(count);
    const vipPort = await user.createVipPort().run();
    const v6 = tenant.subnets[1]?.id ?? '';
    await octavia.createLoadBalancer({ additionalSubnetIds: [v6] }).run();
    await octavia.createLoadBalancer({ topology: 'SINGLE', pairsFirst: true, vipPort }).run();
    for (let count = 0; count < 3; count += 1) await user.createFloatingIp().run();
    this.web = await user.createServerPort().run();
    await this.prepareBystanders();
    for (const [index, loadBalancer] of this.loadBalancers.entries()) {
      const floatingIp = this.floatingIps[index];
      if (floatingIp !== undefined) await user.associate(floatingIp, loadBalancer).run();
    }
    await this.settle();
    for (const monitor of this.monitors) if (this.scenario.way === 'held') monitor.channel.hold();
    if (this.scenario.faults) this.addFaults();
  }

  // What a config API does on a bad day. Some of the requests that fail have been carried out.
  private addFaults(): void {
    for (let index = 0; index < this.scenario.monitors; index += 1) {
      const match = { userAgent: userAgentOf(index) };
      const add = (probability: number, fault: RequestFault): void => {
        this.faults.add({ on: 'request', match, probability, fault });
      };
      add(0.04, { kind: 'error', status: 503, carriedOut: false });
      add(0.02, { kind: 'error', status: 500, carriedOut: true });
      add(0.03, { kind: 'reset', carriedOut: false });
      add(0.03, { kind: 'reset', carriedOut: true });
      add(0.02, { kind: 'truncate' });
      add(0.1, { kind: 'latency', ms: { min: 0, max: 3 }, carriedOut: false });
      add(0.1, { kind: 'latency', ms: { min: 0, max: 3 }, carriedOut: true });
    }
  }

  // A look-alike port with a floating ip of its own: nothing of it may ever be touched.
  private async prepareBystanders(): Promise<void> {
    const [user] = this.users;
    const vip = this.loadBalancers[0]?.vips[0];
    if (user === undefined || vip === undefined) return;
    const lookAlike = await user.createLookAlikePort(vip.address).run();
    const floatingIp = await user.createFloatingIp().run();
    await user.move(floatingIp, lookAlike).run();
    this.bystanders = [floatingIp.id, lookAlike.id];
  }

  private async startMonitor(index: number): Promise<void> {
    const { way, seed } = this.scenario;
    const random = seededRandom(seed + index);
    await this.cloud.startMonitor({
      userAgent: userAgentOf(index),
      random: seededRandom(seed + index),
      settings: { stripWindowMs: 2_000 },
      ...(way === 'disturbed' ? { disturbance: { random, duplicate: 0.3, delay: 0.4 } } : {}),
    });
  }

  private async carryOut(command: Command): Promise<void> {
    // Disassociation and strip can be told apart while they race, by the order of what is heard. Other updates by users cannot, and out of
    // order neither can (see the known limits in docs/architecture.md).
    const isOrdered = this.scenario.way === 'held';
    switch (command.do) {
      case 'step':
        return this.step(command.which);
      case 'deliver':
        for (const monitor of this.monitors) monitor.channel.release(command.count);
        return;
      case 'turns':
        for (let left = command.count; left > 0; left -= 1) {
          await nextTurn();
          // What the faults delay by milliseconds goes on.
          this.clock.step(1);
        }
        return;
      case 'restart':
        // With a second monitor at work meanwhile, what tells a strip after a restart may be written over (the same limits).
        return isOrdered || this.scenario.monitors > 1 ? undefined : this.restart(command);
      case 'failover':
        this.begin(command.loadBalancer, (octavia, loadBalancer) => {
          const amphorae = liveAmphorae(loadBalancer);
          const amphora = amphorae[command.amphora % amphorae.length];
          return amphora && octavia.failoverAmphora(loadBalancer, amphora, { skipUnbind: command.early });
        });
        return;
      case 'delete':
        this.begin(command.loadBalancer, (octavia, loadBalancer) => octavia.deleteLoadBalancer(loadBalancer));
        return;
      default:
        if (isOrdered && ['disassociate', 'remove'].includes(command.do)) return this.userDoes(command);
        await this.settle();
        await this.userDoes(command);
        return this.settle();
    }
  }

  private async userDoes(command: Extract<Command, { readonly floatingIp: number }>): Promise<void> {
    const [user] = this.users;
    const floatingIps = this.floatingIps.filter(({ id, isDeleted }) => !isDeleted && !this.bystanders.includes(id));
    const floatingIp = floatingIps[command.floatingIp % floatingIps.length];
    if (user === undefined || floatingIp === undefined) return;
    try {
      switch (command.do) {
        case 'associate': {
          const loadBalancer = this.loadBalancers[command.loadBalancer % this.loadBalancers.length];
          if (loadBalancer === undefined || loadBalancer.isVipPortDeleted || loadBalancer.state === 'deleted') return;
          const vips = loadBalancer.vips.filter(({ address }) => !address.includes(':'));
          await user.associate(floatingIp, loadBalancer, vips[0]).run();
          return;
        }
        case 'disassociate':
          await user.disassociate(floatingIp, command.form).run();
          return;
        case 'describe':
          // Of a floating ip that is detached at this moment it cannot be told from a disassociation (see the architecture's limits).
          if (this.isAttached(floatingIp)) await user.setDescription(floatingIp, 'x').run();
          return;
        case 'move':
          if (this.web !== undefined) await user.move(floatingIp, this.web).run();
          return;
        case 'remove':
          await user.deleteFloatingIp(floatingIp).run();
      }
    } catch (error) {
      // Neutron refuses a second floating ip on one address, and ports that are gone: that is between it and the user.
      if (!(error instanceof NeutronError)) throw error;
    }
  }

  private begin(
    index: number,
    operation: (octavia: Octavia, loadBalancer: LoadBalancer) => Operation<unknown> | undefined,
  ): void {
    const [octavia] = this.octavias;
    const loadBalancer = this.loadBalancers[index % this.loadBalancers.length];
    if (octavia === undefined || loadBalancer?.state !== 'active' || this.running.has(loadBalancer)) return;
    const begun = operation(octavia, loadBalancer);
    if (begun !== undefined) this.running.set(loadBalancer, begun);
  }

  private async step(which: number): Promise<void> {
    const entries = [...this.running];
    const entry = entries[which % entries.length];
    if (entry === undefined) return;
    const [loadBalancer, operation] = entry;
    try {
      await operation.step();
    } catch (error) {
      this.refused.push(`${operation.name}: ${String(error)}`);
    }
    if (operation.isDone) this.running.delete(loadBalancer);
  }

  private async restart({ which, steps }: Extract<Command, { readonly do: 'restart' }>): Promise<void> {
    const monitor = this.monitors[which % this.monitors.length];
    if (monitor === undefined) return;
    await this.settle();
    await this.cloud.stopMonitor(monitor);
    for (let left = steps; left > 0; left -= 1) await this.step(which);
    await this.startMonitor(which % this.scenario.monitors);
  }

  private async settle(): Promise<void> {
    for (const monitor of this.monitors) monitor.channel.flush();
    await this.cloud.settled();
  }

  private async complaints(): Promise<readonly string[]> {
    while (this.running.size > 0) await this.step(0);
    this.faults.clear();
    for (const monitor of this.monitors) {
      monitor.channel.disturb(undefined);
      monitor.channel.resume();
    }
    await this.cloud.settled();
    const complaints = [
      ...this.refused,
      ...differences(
        expectedState({ loadBalancers: this.loadBalancers, floatingIps: this.floatingIps }),
        observedState(this.cloud.server),
      ),
      ...this.monitors.flatMap((monitor) => monitor.unrelaxedReferences().map((path) => `not relaxed: ${path}`)),
      ...this.touchedBystanders(),
    ];
    const writes = this.cloud.countWrites();
    for (const monitor of this.monitors) await monitor.resync();
    await this.cloud.settled();
    const more = this.cloud.countWrites() - writes;
    return more === 0 ? complaints : [...complaints, `${more} writes in a quiet system`];
  }

  private touchedBystanders(): readonly string[] {
    return this.monitors
      .flatMap((monitor) => monitor.writes())
      .filter(({ path, body }) =>
        this.bystanders.some((id) => path.includes(id) || JSON.stringify(body ?? '').includes(id)),
      )
      .map(({ method, path, body }) => `touched: ${method} ${path} ${JSON.stringify(body)}`);
  }

  private isAttached(floatingIp: UserFloatingIp): boolean {
    const object = this.cloud.server.read('floating-ip', floatingIp.id);
    const references = object?.['virtual_machine_interface_refs'];
    return Array.isArray(references) && references.length > 0 && object?.['floating_ip_fixed_ip_address'] !== undefined;
  }

  private get monitors(): readonly EmbeddedMonitor[] {
    return this.cloud.monitors;
  }

  private get loadBalancers(): readonly LoadBalancer[] {
    return this.octavias.flatMap((octavia) => octavia.loadBalancers);
  }

  private get floatingIps(): readonly UserFloatingIp[] {
    return this.users.flatMap((user) => user.floatingIps);
  }
}

function userAgentOf(monitor: number): string {
  return `opensdn-svc-monitor-${monitor}`;
}
