import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  differences,
  EmbeddedCloud,
  expectedState,
  FaultEngine,
  NeutronError,
  observedState,
  seededRandom,
  type EmbeddedMonitor,
  type FrontEnd,
  type LoadBalancer,
  type LoggedRequest,
  type NeutronPort,
  type Operation,
  type RequestFault,
  type UserFloatingIp,
  type UserPort,
} from '../../fixtures/index.js';
import { ManualClock } from '../../lib/index.js';
import { seededUuids } from '../support/seeded-uuids.js';
import { People } from './people.js';
import type { Setting } from './setting.js';

/** A cloud, its people and its monitors. What happens in it, commands say. */
export class World {
  public readonly cloud: EmbeddedCloud;
  public readonly people: People;
  /** Whether a user may act while notifications wait: in order, what he does can be told from a strip. */
  public readonly isOrdered: boolean;
  /** Whether a user has done something that monitors may not have heard of. */
  public hasUserActed = false;
  /** A port of an instance of the first tenant. */
  public web: NeutronPort | undefined;
  private readonly clock = new ManualClock();
  private readonly faults: FaultEngine;
  private readonly running: { readonly operation: Operation<unknown>; readonly of?: LoadBalancer }[] = [];
  private readonly refused: string[] = [];
  private readonly endPauses: (() => void)[] = [];
  private aside: FrontEnd | undefined;
  private bystanders: readonly string[] = [];
  private names = 0;

  public constructor(public readonly setting: Setting) {
    this.cloud = new EmbeddedCloud({
      server: { schema: setting.schema, newUuid: seededUuids(setting.seed) },
      clock: this.clock,
    });
    this.faults = new FaultEngine(this.cloud.server, { seed: setting.seed });
    this.people = new People(this.cloud, setting);
    this.isOrdered = setting.way === 'held';
  }

  /** Two load balancers with a floating ip each, bystanders, and monitors beside them or after them. */
  public async prepare(): Promise<void> {
    await this.cloud.start();
    if (this.setting.isApart) this.aside = await this.cloud.server.addFrontEnd({ reads: 'heard' });
    await this.people.settleDown();
    if (this.setting.start === 'followed') await this.startMonitors();
    const { octavia, user, tenant } = this.people.first;
    const vipPort = await user.createVipPort().run();
    const additionalSubnetIds = tenant.subnets.slice(1).map(({ id }) => id);
    await octavia.createLoadBalancer({ additionalSubnetIds }).run();
    await octavia.createLoadBalancer({ topology: 'SINGLE', pairsFirst: true, vipPort }).run();
    for (let count = 0; count < 3; count += 1) await user.createFloatingIp().run();
    this.web = await user.createServerPort().run();
    await this.prepareBystanders();
    for (const [index, loadBalancer] of octavia.loadBalancers.entries()) {
      const floatingIp = user.floatingIps[index];
      if (floatingIp !== undefined) await user.associate(floatingIp, loadBalancer).run();
    }
    if (this.setting.start !== 'followed') {
      await this.wireByHand();
      await this.startMonitors();
    }
    await this.settle();
    for (const monitor of this.monitors) if (this.isOrdered) monitor.channel.hold();
    if (this.setting.faults) this.addFaults();
    this.addPauses();
  }

  public async startMonitor(index: number): Promise<void> {
    const { way, seed, hears, schema, knowsSchema } = this.setting;
    const random = seededRandom(seed + index);
    await this.cloud.startMonitor({
      userAgent: userAgentOf(index),
      random: seededRandom(seed + index),
      hears,
      configApi: { urls: this.cloud.urls.toReversed() },
      settings: {
        stripWindowMs: 2_000,
        amphoraProjects: [...this.people.trustedNames],
        ...(knowsSchema ? { schema } : {}),
      },
      ...(way === 'disturbed' ? { disturbance: { random, duplicate: 0.3, delay: 0.4 } } : {}),
    });
  }

  /** The monitors' own API server is killed, things go on, and it is back. */
  public async outage(steps: number): Promise<void> {
    await this.aside?.kill();
    for (let left = steps; left > 0; left -= 1) await this.step(left);
    await this.aside?.revive();
  }

  /** Lets something happen when all that came before is done, and waits until all that follows from it is. */
  public async calmly(deed: () => Promise<void>): Promise<void> {
    await this.settle();
    await this.attempt(deed);
    await this.settle();
  }

  /** What Neutron refuses is between it and whoever asked: a second floating ip on one address, a port that is gone. */
  public async attempt(deed: () => Promise<void>): Promise<void> {
    this.hasUserActed = true;
    try {
      await deed();
    } catch (error) {
      if (!(error instanceof NeutronError)) throw error;
    }
  }

  /** All that was heard of is done. */
  public async settle(): Promise<void> {
    for (const monitor of this.monitors) monitor.channel.flush();
    await this.cloud.settled();
    this.hasUserActed = false;
  }

  /** A name that no port has. */
  public newName(what: string): string {
    this.names += 1;
    return `${what}-${this.names}`;
  }

  /** Goes on a little. */
  public async turns(count: number): Promise<void> {
    for (let left = count; left > 0; left -= 1) {
      await nextTurn();
      // What the faults delay by milliseconds goes on.
      this.clock.step(1);
    }
  }

  /** Whether something is done to the load balancer. */
  public isBusy(loadBalancer: LoadBalancer): boolean {
    return this.running.some((entry) => entry.of === loadBalancer);
  }

  /** Something begins; whatever steps are taken, take some of its. */
  public begin(operation: Operation<unknown> | undefined, of?: LoadBalancer): void {
    if (operation !== undefined) this.running.push({ operation, ...(of === undefined ? {} : { of }) });
  }

  /** One step of what has begun. */
  public async step(which: number): Promise<void> {
    const entry = pick(this.running, which);
    if (entry === undefined) return;
    try {
      await entry.operation.step();
    } catch (error) {
      // A VIP port cannot be made anew if somebody has its address by now.
      if (!NeutronError.is(error, 'IpAddressInUse')) this.refused.push(`${entry.operation.name}: ${String(error)}`);
    }
    if (entry.operation.isDone) this.running.splice(this.running.indexOf(entry), 1);
  }

  /** All steps that are left of what is done to the load balancer. */
  public async finish(loadBalancer: LoadBalancer): Promise<void> {
    for (;;) {
      const index = this.running.findIndex((entry) => entry.of === loadBalancer);
      if (index < 0) return;
      await this.step(index);
    }
  }

  /** The load balancers that are not deleted. */
  public get loadBalancers(): readonly LoadBalancer[] {
    return this.people.loadBalancers.filter(({ state }) => state !== 'deleted');
  }

  /** A load balancer to which nothing is done. */
  public idle(index: number): LoadBalancer | undefined {
    return pick(
      this.loadBalancers.filter((entry) => entry.state === 'active' && !this.isBusy(entry)),
      index,
    );
  }

  /** The first tenant's floating ips, but the bystanders'. */
  public get floatingIps(): readonly UserFloatingIp[] {
    const { floatingIps } = this.people.first.user;
    return floatingIps.filter(({ id, isDeleted }) => !isDeleted && !this.bystanders.includes(id));
  }

  /** The first tenant's ports, but the bystanders'. */
  public get ports(): readonly UserPort[] {
    return this.people.first.user.ports.filter(({ id, isDeleted }) => !isDeleted && !this.bystanders.includes(id));
  }

  public get monitors(): readonly EmbeddedMonitor[] {
    return this.cloud.monitors;
  }

  /** Everything comes to its end. Returns what is not as it should be then. */
  public async complaints(): Promise<readonly string[]> {
    while (this.running.length > 0) await this.step(0);
    for (const end of this.endPauses) end();
    this.faults.clear();
    for (const monitor of this.monitors) {
      monitor.channel.disturb(undefined);
      monitor.channel.resume();
    }
    await this.cloud.settled();
    const complaints = [
      ...this.refused,
      ...differences(expectedState(this.people.model()), observedState(this.cloud.server, this.forged)),
      ...this.monitors.flatMap((monitor) => monitor.unrelaxedReferences()).map((path) => `not relaxed: ${path}`),
      ...this.touchedBystanders(),
    ];
    const before = this.writes().length;
    for (const monitor of this.monitors) await monitor.resync();
    await this.cloud.settled();
    // Those that a full read shows to be of no VIP are cleared away: that is their maker's own doing.
    const isForged = (path: string): boolean => this.forged.some((uuid) => path.includes(uuid));
    const more = this.writes()
      .slice(before)
      .filter(({ path }) => !isForged(path));
    return [...complaints, ...more.map(({ method, path, body }) => `quiet: ${method} ${path} ${JSON.stringify(body)}`)];
  }

  /** Ends it. */
  public async stop(): Promise<void> {
    for (const end of this.endPauses) end();
    this.faults.clear();
    await this.cloud.stop();
  }

  private async startMonitors(): Promise<void> {
    for (let count = 0; count < this.setting.monitors; count += 1) await this.startMonitor(count);
  }

  // As a cron job does it that this project replaces (recording 03), and what Neutron may have made of it since (recording 18).
  private async wireByHand(): Promise<void> {
    const { octavia, user, operator } = this.people.first;
    const { start } = this.setting;
    for (const [index, { amphorae }] of octavia.loadBalancers.entries()) {
      const id = user.floatingIps[index]?.id ?? '';
      for (const { portId } of amphorae) await operator.updateReference({ kind: 'floating-ip', id }, portId, 'ADD');
      if (start === 'wired') continue;
      const fixedIp = start === 'wired, spoiled' ? (amphorae[0]?.address ?? null) : null;
      await operator.setProperties('floating-ip', id, { floating_ip_fixed_ip_address: fixedIp });
    }
  }

  // What a config API does on a bad day. Some of the requests that fail have been carried out.
  private addFaults(): void {
    for (let index = 0; index < this.setting.monitors; index += 1) {
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

  // Between the steps of a port delete monitors hear, and write: too late to keep what Neutron has looked at (recording 57).
  private addPauses(): void {
    const { pauses } = this.setting;
    if (pauses.length === 0) return;
    let waits = 0;
    const pause = async (): Promise<void> => {
      const turns = pauses[waits % pauses.length] ?? 0;
      waits += 1;
      if (turns > 0) for (const monitor of this.monitors) monitor.channel.release(turns);
      await this.turns(turns * 2);
    };
    for (const at of ['looked', 'disassociated'] as const) {
      this.endPauses.push(this.cloud.server.pausePortDeletes(pause, at));
    }
  }

  // A look-alike port with a floating ip of its own: nothing of it may ever be touched.
  private async prepareBystanders(): Promise<void> {
    const { octavia, user } = this.people.first;
    const vip = octavia.loadBalancers[0]?.vips[0];
    if (vip === undefined) return;
    const lookAlike = await user.createLookAlikePort(vip.address).run();
    const floatingIp = await user.createFloatingIp().run();
    await user.move(floatingIp, lookAlike).run();
    this.bystanders = [floatingIp.id, lookAlike.id];
  }

  private get forged(): readonly string[] {
    return this.people.stranger?.forged ?? [];
  }

  private writes(): readonly LoggedRequest[] {
    return this.cloud.server.requests
      .find({ access: 'write' })
      .filter(({ userAgent }) => userAgent.startsWith(userAgentPrefix));
  }

  private touchedBystanders(): readonly string[] {
    return this.writes()
      .filter(({ path, body }) =>
        this.bystanders.some((id) => path.includes(id) || JSON.stringify(body ?? '').includes(id)),
      )
      .map(({ method, path, body }) => `touched: ${method} ${path} ${JSON.stringify(body)}`);
  }
}

/** One of a list, by any number; undefined if there is none. */
export function pick<T>(list: readonly T[], index: number): T | undefined {
  return list[index % list.length];
}

const userAgentPrefix = 'opensdn-svc-monitor-';

function userAgentOf(monitor: number): string {
  return `${userAgentPrefix}${monitor}`;
}
