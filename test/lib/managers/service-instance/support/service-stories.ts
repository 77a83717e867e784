import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import type { EmbeddedMonitor } from '../../../../../fixtures/index.js';
import { eventually } from '../../../../support/eventually.js';
import { Kill } from '../../../../faults/support/kill.js';
import { ServiceStage, type InstanceWish } from './service-stage.js';
import { VrouterWorld } from './vrouter-world.js';

/** What somebody does, or what befalls the monitor. */
export type Step =
  | { readonly do: 'create' | 'change'; readonly name: string; readonly wish: InstanceWish }
  | { readonly do: 'delete'; readonly name: string }
  | { readonly do: 'lose'; readonly name: string; readonly index: number }
  | { readonly do: 'rest' }
  | { readonly do: 'turns'; readonly count: number }
  | { readonly do: 'kill'; readonly index: number; readonly isCarriedOut: boolean }
  | { readonly do: 'restart' }
  | { readonly do: 'lose-messages'; readonly part: number };

const names = ['ns1', 'ns2', 'ns3'];
const routers = ['compute-1', 'compute-2', 'compute-3', 'compute-4'];

const wishes = fc
  .record({
    left: fc.constantFrom('left', 'left2', ''),
    count: fc.integer({ min: 1, max: 3 }),
    isStandby: fc.boolean(),
    template: fc.constantFrom('netns', 'own-left'),
    prefix: fc.constantFrom('192.168.0.0/16', '172.16.0.0/12'),
  })
  .map(({ left, count, isStandby, template, prefix }) => ({
    networks: ['right', left],
    count,
    haMode: isStandby ? 'active-standby' : null,
    template,
    routes: { 1: [prefix] },
  }));

const name = fc.constantFrom(...names);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('create' as const, 'change' as const), name, wish: wishes }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), name }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('lose' as const), name, index: fc.integer({ min: 1, max: 3 }) }),
  },
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
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('lose-messages' as const), part: fc.constantFrom(0, 0.2, 1) }),
  },
);

/** Stories of up to 14 steps. */
export const serviceStories: fc.Arbitrary<readonly Step[]> = fc.array(step, { minLength: 2, maxLength: 14 });

/** What has come of a story. */
export interface StoryEnd {
  readonly end: readonly string[];
  readonly expected: readonly string[];
  /** Those of a further round, after everything was read anew. */
  readonly writes: number;
  /** Placements that are not as they are to be. */
  readonly misplaced: readonly string[];
  /** How many writes the monitors have sent. */
  readonly sent: number;
  /** Monitors that were killed. */
  readonly killed: number;
}

/** Plays a story, and what it comes to without anything befalling the monitor. */
export async function playServiceStory(steps: readonly Step[], seed: number): Promise<StoryEnd> {
  const player = await StoryPlayer.open(seed);
  const reference = await StoryPlayer.open(seed + 1);
  try {
    for (const one of steps) await player.take(one);
    await player.calm();
    for (const [own, wish] of player.wanted) await reference.take({ do: 'create', name: own, wish });
    await reference.calm();
    const end = player.end();
    const writes = await player.secondRound();
    const { sent, killed } = player;
    return { end, expected: reference.end(), writes, misplaced: player.misplaced(), sent, killed };
  } finally {
    await player.close();
    await reference.close();
  }
}

class StoryPlayer {
  /** What the service instances that are there are to be, by name. */
  public readonly wanted = new Map<string, InstanceWish>();
  public killed = 0;
  private readonly uuids = new Map<string, string>();
  private kill: Kill | undefined;
  private disarm: () => void = () => undefined;
  private monitors = 0;
  private drawn = 0;

  private constructor(
    private readonly stage: ServiceStage,
    private readonly world: VrouterWorld,
    private monitor: EmbeddedMonitor,
  ) {}

  public static async open(seed: number): Promise<StoryPlayer> {
    const world = await VrouterWorld.open();
    world.up(...routers);
    const stage = await ServiceStage.open({ seed, settings: { analyticsServers: [world.host] } });
    stage.network('left2', ['10.50.7.0', 'fd00:7::']);
    for (const router of routers) stage.router(router);
    return new StoryPlayer(stage, world, await stage.startMonitor({ userAgent: 'monitor-0' }));
  }

  public get sent(): number {
    return this.stage.server.requests
      .find({ access: 'write' })
      .filter(({ userAgent }) => userAgent.startsWith('monitor-')).length;
  }

  public async take(one: Step): Promise<void> {
    const uuid = 'name' in one ? this.uuids.get(one.name) : undefined;
    switch (one.do) {
      case 'create':
        if (uuid !== undefined) return;
        this.uuids.set(one.name, await this.stage.createInstance(one.name, one.wish));
        this.wanted.set(one.name, one.wish);
        return;
      case 'change': {
        if (uuid === undefined) return;
        // A service instance stays with its template.
        const wish = { ...one.wish, template: this.wanted.get(one.name)?.template ?? 'netns' };
        await this.stage.changeInstance(uuid, wish);
        this.wanted.set(one.name, wish);
        return;
      }
      case 'delete':
        if (uuid === undefined) return;
        await this.stage.deleteInstance(uuid);
        this.uuids.delete(one.name);
        this.wanted.delete(one.name);
        return;
      case 'lose':
        await this.stage.tryToLoseMachine(`default-domain__shop__${one.name}__${one.index}`);
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

  /** Until nothing befalls it any more, and all is done. */
  public async calm(): Promise<void> {
    await this.rest();
    this.disarm();
    this.kill = undefined;
    this.monitor.channel.disturb(undefined);
    await this.monitor.resync();
    await this.stage.cloud.settled();
    await eventually('all virtual machines are placed', async () => {
      await this.stage.cloud.settled();
      return Object.values(this.stage.placement()).every((router) => router !== '');
    });
  }

  /** What there is; where the virtual machines are is told by `misplaced`. */
  public end(): readonly string[] {
    const isEmpty = this.wanted.size === 0;
    return this.stage.end().filter((line) => !line.startsWith('router ') && (isEmpty || !line.startsWith('network ')));
  }

  public misplaced(): readonly string[] {
    const byRouter = new Map<string, string>();
    return Object.entries(this.stage.placement()).flatMap(([machine, router]) => {
      const place = `${machine.replace(/__\d+$/, '')} on ${router}`;
      const before = byRouter.get(place);
      byRouter.set(place, machine);
      return before === undefined && !router.includes(',') ? [] : [`${machine} on ${router}`];
    });
  }

  public async secondRound(): Promise<number> {
    const before = this.sent;
    await this.monitor.resync();
    await this.stage.cloud.settled();
    return this.sent - before;
  }

  public async close(): Promise<void> {
    await this.stage.cloud.during(this.stage.stop());
    await this.world.close();
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
