import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import type { EmbeddedMonitor } from '../../../../../../fixtures/index.js';
import { Kill } from '../../../../../faults/support/kill.js';
import { HaproxyStage, Refused, uuidOf } from './haproxy-stage.js';

/** What somebody does, or what befalls the monitor. Load balancers are 0, of LBaaS v2, and 1, of v1. */
export type Step =
  | { readonly do: 'make' | 'remove'; readonly of: Part }
  | { readonly do: 'provide'; readonly provider: string }
  | { readonly do: 'listen'; readonly port: number }
  | { readonly do: 'weigh'; readonly weight: number }
  | { readonly do: 'follow' | 'unfollow'; readonly what: Follower; readonly at: 0 | 1 }
  | { readonly do: 'rest' }
  | { readonly do: 'turns'; readonly count: number }
  | { readonly do: 'kill'; readonly index: number; readonly isCarriedOut: boolean }
  | { readonly do: 'restart' }
  | { readonly do: 'lose-messages'; readonly part: number };

type Part = (typeof parts)[number];
type Follower = 'floating-ip' | 'security-group' | 'tag';

// In the order in which they can be made; they are removed with what hangs on them.
const parts = ['loadbalancer', 'listener', 'listener-2', 'pool', 'member', 'virtual-ip', 'second-address'] as const;
const needs: Readonly<Partial<Record<Part, Part>>> = {
  listener: 'loadbalancer',
  'listener-2': 'loadbalancer',
  pool: 'listener',
  member: 'pool',
};
const kinds: Readonly<Record<Part, string>> = {
  loadbalancer: 'loadbalancer',
  listener: 'loadbalancer-listener',
  'listener-2': 'loadbalancer-listener',
  pool: 'loadbalancer-pool',
  member: 'loadbalancer-member',
  'virtual-ip': 'virtual-ip',
  'second-address': 'instance-ip',
};

const uuids: Readonly<Record<Part, string>> = {
  loadbalancer: uuidOf(1),
  listener: uuidOf(2),
  'listener-2': uuidOf(3),
  pool: uuidOf(4),
  member: uuidOf(5),
  'virtual-ip': uuidOf(6),
  'second-address': uuidOf(7),
};
const poolOfVersion1 = uuidOf(8);
const ports = [uuidOf(10), uuidOf(11)] as const;
const floatingIps = [uuidOf(12), uuidOf(13)] as const;

const part = fc.constantFrom(...parts);
const at = fc.constantFrom(0 as const, 1 as const);
const what = fc.constantFrom('floating-ip' as const, 'security-group' as const, 'tag' as const);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('make' as const), of: part }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('remove' as const), of: part }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('provide' as const),
      provider: fc.constantFrom('opencontrail', 'native', 'mine'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('listen' as const), port: fc.constantFrom(80, 81, 8080) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('weigh' as const), weight: fc.constantFrom(1, 2, 7) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('follow' as const, 'unfollow' as const), what, at }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rest' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 60 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      index: fc.integer({ min: 1, max: 14 }),
      isCarriedOut: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose-messages' as const), part: fc.constantFrom(0, 0.2, 1) }) },
);

/** Stories of up to 20 steps. */
export const haproxyStories: fc.Arbitrary<readonly Step[]> = fc.array(step, { minLength: 2, maxLength: 20 });

/** What has come of a story. */
export interface StoryEnd {
  readonly end: readonly string[];
  readonly expected: readonly string[];
  /** Those of a further round, after everything was read anew. */
  readonly writes: number;
  /** How many writes the monitors have sent. */
  readonly sent: number;
  /** Monitors that were killed. */
  readonly killed: number;
}

/** Plays a story, and what it comes to where its end is made at once, and nothing befalls the monitor. */
export async function playHaproxyStory(steps: readonly Step[], seed: number): Promise<StoryEnd> {
  const player = await StoryPlayer.open(seed);
  const reference = await StoryPlayer.open(seed + 1);
  try {
    for (const one of steps) await player.take(one);
    await player.calm();
    for (const one of player.retold()) await reference.take(one);
    await reference.calm();
    const end = player.end();
    const writes = await player.secondRound();
    const { sent, killed } = player;
    return { end, expected: reference.end(), writes, sent, killed };
  } finally {
    await player.close();
    await reference.close();
  }
}

class StoryPlayer {
  public killed = 0;
  private readonly made = new Set<Part>();
  private readonly following = new Map<string, Step>();
  private provider = 'opencontrail';
  private listenPort = 80;
  private weight = 1;
  private kill: Kill | undefined;
  private disarm: () => void = () => undefined;
  private monitors = 0;
  private drawn = 0;

  private constructor(
    private readonly stage: HaproxyStage,
    private monitor: EmbeddedMonitor,
  ) {}

  public static async open(seed: number): Promise<StoryPlayer> {
    const stage = await HaproxyStage.open({ seed });
    stage.template();
    stage.applianceSet(
      'mine',
      'svc_monitor.services.loadbalancer.drivers.ha_proxy.driver.OpencontrailLoadbalancerDriver',
    );
    for (const [index, uuid] of ports.entries()) {
      await stage.createPort(`vip-${index}`, { uuid });
      await stage.createAddress(`vip-${index}-v4`, uuid);
    }
    for (const [index, uuid] of floatingIps.entries()) stage.createFloatingIp(`10.50.1.20${index}`, uuid);
    await stage.createPool('pool-v1', poolOfVersion1, undefined, { protocol: 'HTTP', subnet_id: uuidOf(902) });
    return new StoryPlayer(stage, await stage.startMonitor({ userAgent: 'monitor-0' }));
  }

  public get sent(): number {
    return this.stage.server.requests
      .find({ access: 'write' })
      .filter(({ userAgent }) => userAgent.startsWith('monitor-')).length;
  }

  public async take(one: Step): Promise<void> {
    switch (one.do) {
      case 'make':
        await this.make(one.of);
        return;
      case 'remove':
        await this.remove(one.of);
        return;
      case 'provide':
        this.provider = one.provider;
        await this.change('loadbalancer', { loadbalancer_provider: one.provider });
        return;
      case 'listen':
        this.listenPort = one.port;
        await this.change('listener', { loadbalancer_listener_properties: this.listenerProperties() });
        return;
      case 'weigh':
        this.weight = one.weight;
        await this.change('member', { loadbalancer_member_properties: this.memberProperties() });
        return;
      case 'follow':
      case 'unfollow':
        await this.follow(one);
        return;
      case 'rest':
        await this.rest();
        return;
      case 'turns':
        for (let turn = 0; turn < one.count; turn += 1) await nextTurn();
        return;
      case 'kill':
        this.arm(new Kill({ at: 'write', index: one.index, isCarriedOut: one.isCarriedOut }));
        return;
      case 'restart':
        await this.restart();
        return;
      case 'lose-messages':
        this.monitor.channel.disturb({ random: () => this.random(), drop: one.part });
    }
  }

  /** What makes what is there at the end, and nothing else. */
  public retold(): readonly Step[] {
    return [
      { do: 'provide', provider: this.provider },
      { do: 'listen', port: this.listenPort },
      { do: 'weigh', weight: this.weight },
      ...parts.filter((one) => this.made.has(one)).map((of): Step => ({ do: 'make', of })),
      ...this.following.values(),
    ];
  }

  /** Until nothing befalls it any more, and all is done. */
  public async calm(): Promise<void> {
    await this.rest();
    this.disarm();
    this.kill = undefined;
    this.monitor.channel.disturb(undefined);
    await this.monitor.resync();
    await this.stage.cloud.settled();
  }

  // How active an address is stays as it was when nobody shares it any more.
  public end(): readonly string[] {
    return this.stage.end().map((line) => line.replace(/^(address \S+) (?:-|active-standby) of (vip-\d)$/, '$1 of $2'));
  }

  public async secondRound(): Promise<number> {
    const before = this.sent;
    await this.monitor.resync();
    await this.stage.cloud.settled();
    return this.sent - before;
  }

  public async close(): Promise<void> {
    await this.stage.cloud.during(this.stage.stop());
  }

  private async make(of: Part): Promise<void> {
    const needed = needs[of];
    if (this.made.has(of)) return;
    if (needed !== undefined) await this.make(needed);
    this.made.add(of);
    const { stage } = this;
    switch (of) {
      case 'loadbalancer':
        await stage.createLoadbalancer('lb', uuids[of], { port: ports[0], provider: this.provider });
        return;
      case 'listener':
        await stage.createListener('ll', uuids[of], uuids.loadbalancer, this.listenerProperties());
        return;
      case 'listener-2':
        await stage.createListener('ll2', uuids[of], uuids.loadbalancer, { protocol: 'TCP', protocol_port: 25 });
        return;
      case 'pool':
        await stage.createPool('pool', uuids[of], uuids.listener, { protocol: 'HTTP' });
        return;
      case 'member':
        await stage.createMember(uuids[of], uuids.pool, this.memberProperties());
        return;
      case 'virtual-ip':
        await stage.createVirtualIp('vip1', uuids[of], { pool: poolOfVersion1, port: ports[1] });
        return;
      case 'second-address':
        await stage.createAddress('vip-0-v6', ports[0], 'v6');
    }
  }

  private async remove(of: Part): Promise<void> {
    if (!this.made.has(of)) return;
    for (const other of parts) if (needs[other] === of) await this.remove(other);
    this.made.delete(of);
    const uuid = of === 'second-address' ? this.stage.uuidOf('instance-ip', 'vip-0-v6') : uuids[of];
    try {
      await this.stage.remove(kinds[of], uuid);
    } catch (error) {
      // An address for which the native driver has made a floating ip stays.
      if (!(error instanceof Refused) || of !== 'second-address') throw error;
      this.made.add(of);
    }
  }

  private async change(of: Part, fields: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.made.has(of)) await this.stage.set(kinds[of], uuids[of], fields);
  }

  private async follow(one: Extract<Step, { readonly what: Follower }>): Promise<void> {
    const { what: kind, at: index } = one;
    const port = { kind: 'virtual-machine-interface', uuid: ports[index] };
    const uuid =
      kind === 'floating-ip' ? floatingIps[index] : this.stage.uuidOf(kind, kind === 'tag' ? 'tier=one' : 'web');
    const other = { kind, uuid };
    const operation = one.do === 'follow' ? 'ADD' : 'DELETE';
    if (kind === 'floating-ip') await this.stage.refer(operation, other, port);
    else await this.stage.refer(operation, port, other);
    if (one.do === 'follow') this.following.set(`${kind} ${index}`, one);
    else this.following.delete(`${kind} ${index}`);
  }

  private listenerProperties(): Readonly<Record<string, unknown>> {
    return { protocol: 'HTTP', protocol_port: this.listenPort, admin_state: true };
  }

  private memberProperties(): Readonly<Record<string, unknown>> {
    return { address: '10.50.2.11', protocol_port: 8080, weight: this.weight, admin_state: true };
  }

  private async rest(): Promise<void> {
    for (;;) {
      const { kill } = this;
      try {
        await this.stage.cloud.settled({}, kill?.signal);
        if (kill?.signal.aborted !== true) return;
      } catch (error) {
        if (kill?.signal.aborted !== true) throw error;
      }
      this.killed += 1;
      await this.restart();
    }
  }

  private async restart(): Promise<void> {
    await this.stage.cloud.during(this.stage.cloud.stopMonitor(this.monitor));
    this.disarm();
    this.kill = undefined;
    this.monitors += 1;
    this.monitor = await this.stage.startMonitor({ userAgent: `monitor-${this.monitors}` });
  }

  private arm(kill: Kill): void {
    if (this.kill !== undefined) return;
    this.kill = kill;
    const revive = kill.arm(this.stage.server, this.monitor);
    this.disarm = (): void => {
      revive();
      this.disarm = () => undefined;
    };
  }

  // The same each time.
  private random(): number {
    this.drawn += 1;
    return (this.drawn * 0.618_033_988_75) % 1;
  }
}
