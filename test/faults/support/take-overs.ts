import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EmbeddedMonitor, Operation, SchemaName } from '../../../fixtures/index.js';
import { ManualOwnership } from '../../support/manual-ownership.js';
import { FaultStage, type Served } from './stage.js';

/** What happens while one monitor leads, and another one stands by. Each takes its place among the steps of Octavia's failovers. */
export type Event =
  /** Octavia takes its next step. */
  | { readonly do: 'step' }
  /** One of the monitors hears of so many changes more: the one that leads, or the one that stands by. */
  | { readonly do: 'hear'; readonly who: 'leader' | 'standby'; readonly messages: number }
  /** What is under way goes on a little. */
  | { readonly do: 'turns'; readonly count: number }
  /** The user frees the floating ip, the first time; later ones do nothing. */
  | { readonly do: 'disassociate'; readonly form: 'port-null' | 'empty-update' }
  /**
   * The leader is killed after so many writes more, the last of them with or without its effect, and the other one leads. Where none stands by,
   * one begins to.
   */
  | {
      readonly do: 'take over';
      readonly afterWrites: number;
      readonly isCarriedOut: boolean;
      /** What Octavia does while nobody leads. */
      readonly stepsMeanwhile: number;
      /** Whether the user frees the floating ip while nobody leads. */
      readonly isFreedMeanwhile: boolean;
    };

/** A story of take-overs. */
export interface TakeOverStory {
  readonly topology: 'SINGLE' | 'ACTIVE_STANDBY';
  readonly skipUnbind: boolean;
  readonly events: readonly Event[];
}

const form = fc.constantFrom('port-null' as const, 'empty-update' as const);

/** Stories of take-overs, in which the user does something or nothing. */
export function takeOvers(withUser: boolean): fc.Arbitrary<TakeOverStory> {
  const event: fc.Arbitrary<Event> = fc.oneof(
    { weight: 6, arbitrary: fc.constant<Event>({ do: 'step' }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('hear' as const),
        who: fc.constantFrom('leader' as const, 'standby' as const),
        messages: fc.integer({ min: 1, max: 12 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 20 }) }),
    },
    {
      weight: withUser ? 2 : 0,
      arbitrary: fc.record({ do: fc.constant('disassociate' as const), form }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('take over' as const),
        afterWrites: fc.nat({ max: 6 }),
        isCarriedOut: fc.boolean(),
        stepsMeanwhile: fc.nat({ max: 4 }),
        isFreedMeanwhile: withUser ? fc.boolean() : fc.constant(false),
      }),
    },
  );
  return fc.record({
    topology: fc.constantFrom('SINGLE' as const, 'ACTIVE_STANDBY' as const),
    skipUnbind: fc.boolean(),
    events: fc.array(event, { minLength: 4, maxLength: 25, size: 'max' }),
  });
}

/** Plays a story to its end, and returns what is not as it should be then. */
export async function playTakeOvers(story: TakeOverStory, schema: SchemaName): Promise<readonly string[]> {
  const ownership = new ManualOwnership(true);
  const stage = await FaultStage.open({ schema, bystanders: false, monitor: { userAgent: agent(0), ownership } });
  try {
    const teller = new Teller(story, schema, stage, { monitor: stage.monitor, ownership });
    return await teller.tell();
  } finally {
    await stage.close();
  }
}

function agent(generation: number): string {
  return `opensdn-svc-monitor-${generation}`;
}

/** A monitor, and what says whether it acts. */
interface Member {
  readonly monitor: EmbeddedMonitor;
  readonly ownership: ManualOwnership;
}

class Teller {
  private failover: Operation<unknown> | undefined;
  private generation = 0;
  private standby: Member | undefined;
  private served: Served | undefined;

  public constructor(
    private readonly story: TakeOverStory,
    private readonly schema: SchemaName,
    private readonly stage: FaultStage,
    private leader: Member,
  ) {}

  public async tell(): Promise<readonly string[]> {
    await this.addStandby();
    this.served = await this.stage.serve({ topology: this.story.topology });
    for (const monitor of this.monitors) monitor.channel.hold();
    for (const event of this.story.events) await this.happen(event);
    while (this.failover !== undefined) await this.step();
    for (const monitor of this.monitors) monitor.channel.resume();
    await this.stage.shop.cloud.settled();
    return this.stage.complaints();
  }

  private async happen(event: Event): Promise<void> {
    switch (event.do) {
      case 'step':
        return this.step();
      case 'hear':
        (event.who === 'leader' ? this.leader : this.standby)?.monitor.channel.release(event.messages);
        return;
      case 'turns':
        for (let left = event.count; left > 0; left -= 1) await nextTurn();
        return;
      case 'disassociate':
        return this.disassociate(event.form);
      case 'take over':
        return this.standby === undefined ? this.addStandby() : this.takeOver(event, this.standby);
    }
  }

  private async step(): Promise<void> {
    this.failover ??= this.beginFailover();
    await this.failover?.step();
    if (this.failover?.isDone === true) this.failover = undefined;
  }

  private beginFailover(): Operation<unknown> | undefined {
    const { loadBalancer } = this.served ?? {};
    const old = loadBalancer?.amphorae.find(({ state }) => state === 'bound');
    // Two or three failovers are enough: each costs a dozen requests.
    if (loadBalancer === undefined || old === undefined || loadBalancer.amphorae.length > 4) return undefined;
    return this.stage.shop.octavia.failoverAmphora(loadBalancer, old, { skipUnbind: this.story.skipUnbind });
  }

  private async disassociate(form: 'port-null' | 'empty-update'): Promise<void> {
    if (this.served === undefined) return;
    const { floatingIp } = this.served;
    if (floatingIp.association !== undefined) await this.stage.shop.user.disassociate(floatingIp, form).run();
  }

  /** Kills the leader as SIGKILL does: from one request on it reaches nobody any more. */
  private async takeOver(how: Extract<Event, { readonly do: 'take over' }>, standby: Member): Promise<void> {
    const { leader } = this;
    const { cloud } = this.stage.shop;
    const state = { writesLeft: how.afterWrites, isDead: false };
    const revive = cloud.server.use(async (request, next) => {
      if (request.userAgent !== leader.monitor.userAgent) return next();
      const isWrite = request.method !== 'GET' && request.path !== '/list-bulk-collection';
      if (!state.isDead && (state.writesLeft > 0 || !isWrite)) {
        if (isWrite) state.writesLeft -= 1;
        return next();
      }
      if (!state.isDead && how.isCarriedOut) await next();
      state.isDead = true;
      return { status: 0, body: '', transport: { kind: 'reset' } };
    });
    if (how.afterWrites > 0) {
      leader.monitor.channel.flush();
      for (let turn = 0; turn < 60 && !state.isDead; turn += 1) {
        this.stage.clock.step(50);
        await nextTurn();
      }
    }
    state.isDead = true;
    // Its last breath is of no use to it: nobody hears it.
    await this.stage.whileTimePasses(cloud.stopMonitor(leader.monitor));
    for (let steps = how.stepsMeanwhile; steps > 0; steps -= 1) await this.step();
    if (how.isFreedMeanwhile) await this.disassociate('port-null');
    revive();
    this.leader = standby;
    this.standby = undefined;
    standby.ownership.give(true);
  }

  /** One more monitor, when all that came before is done: what it has not watched it cannot know of. */
  private async addStandby(): Promise<void> {
    for (const monitor of this.monitors) monitor.channel.resume();
    await this.stage.shop.cloud.settled();
    this.generation += 1;
    const ownership = new ManualOwnership();
    const { clock, log } = this.stage;
    const monitor = await this.stage.shop.cloud.startMonitor({
      clock,
      logger: log,
      settings: { schema: this.schema },
      userAgent: agent(this.generation),
      ownership,
    });
    this.standby = { monitor, ownership };
    if (this.served !== undefined) for (const { channel } of this.monitors) channel.hold();
  }

  private get monitors(): readonly EmbeddedMonitor[] {
    return this.stage.shop.cloud.monitors;
  }
}
