import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Operation, SchemaName } from '../../../fixtures/index.js';
import { FaultStage, type Served } from './stage.js';

/** What happens while a port delete strips a floating ip. Each takes its place among the steps of Octavia's failovers. */
export type Incident =
  /** Octavia takes its next step. */
  | { readonly do: 'step' }
  /** The monitor hears of so many changes more. */
  | { readonly do: 'hear'; readonly messages: number }
  /** What is under way goes on a little. */
  | { readonly do: 'turns'; readonly count: number }
  /** The user frees the floating ip, the first time; later ones do nothing. */
  | { readonly do: 'disassociate'; readonly form: 'port-null' | 'empty-update' }
  /** The monitor is killed after so many writes more, the last of them with or without its effect, and started anew. */
  | {
      readonly do: 'crash';
      readonly afterWrites: number;
      readonly isCarriedOut: boolean;
      readonly stepsMeanwhile: number;
    };

/**
 * Which incidents come together. Where nobody who watched lives on, a strip and a disassociation leave the same traces
 * (docs/opensdn.md, 4): a crash may come before or after the two of them, but not in between.
 *
 * | story | |
 * |---|---|
 * | `crash` | strips and crashes, at any moment of either |
 * | `disassociate` | strips and a disassociation, in either order; a crash when all is over |
 * | `meanwhile` | a disassociation between the steps of the port delete itself |
 * | `in turn` | the same, a crash, and strips, one after the other |
 */
export interface Story {
  readonly story: 'crash' | 'disassociate' | 'meanwhile' | 'in turn';
  readonly topology: 'SINGLE' | 'ACTIVE_STANDBY';
  readonly skipUnbind: boolean;
  readonly incidents: readonly Incident[];
  /** Whether all has to be right after one more restart at the end, too. */
  readonly restartsAtTheEnd: boolean;
}

const step = fc.constant<Incident>({ do: 'step' });
const hear = fc.record({ do: fc.constant('hear' as const), messages: fc.integer({ min: 1, max: 12 }) });
const turns = fc.record({ do: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 20 }) });
const disassociate = fc.record({
  do: fc.constant('disassociate' as const),
  form: fc.constantFrom('port-null' as const, 'empty-update' as const),
});
const crash = fc.record({
  do: fc.constant('crash' as const),
  afterWrites: fc.nat({ max: 6 }),
  isCarriedOut: fc.boolean(),
  stepsMeanwhile: fc.nat({ max: 4 }),
});
const common = [
  { weight: 6, arbitrary: step },
  { weight: 4, arbitrary: hear },
  { weight: 3, arbitrary: turns },
];
const incidents: Readonly<Record<Story['story'], fc.Arbitrary<Incident>>> = {
  crash: fc.oneof(...common, { weight: 2, arbitrary: crash }),
  disassociate: fc.oneof(...common, { weight: 3, arbitrary: disassociate }),
  meanwhile: fc.oneof(...common, { weight: 3, arbitrary: disassociate }),
  'in turn': fc.oneof(...common, { weight: 2, arbitrary: disassociate }, { weight: 2, arbitrary: crash }),
};

/** Stories of one sort. */
export function stories(story: Story['story']): fc.Arbitrary<Story> {
  return fc.record({
    story: fc.constant(story),
    topology: fc.constantFrom('SINGLE' as const, 'ACTIVE_STANDBY' as const),
    skipUnbind: fc.boolean(),
    incidents: fc.array(incidents[story], { minLength: 4, maxLength: 25, size: 'max' }),
    restartsAtTheEnd: fc.boolean(),
  });
}

/** Plays a story to its end, and returns what is not as it should be then. */
export async function playStory(story: Story, schema: SchemaName): Promise<readonly string[]> {
  const stage = await FaultStage.open({ schema, bystanders: false, monitor: { userAgent: agent(0) } });
  try {
    return await new Teller(story, schema, stage, await stage.serve({ topology: story.topology })).tell();
  } finally {
    await stage.close();
  }
}

function agent(generation: number): string {
  return `opensdn-svc-monitor-${generation}`;
}

class Teller {
  private failover: Operation<unknown> | undefined;
  private generation = 0;
  private readonly isCalm: boolean;

  public constructor(
    private readonly story: Story,
    private readonly schema: SchemaName,
    private readonly stage: FaultStage,
    private readonly served: Served,
  ) {
    this.isCalm = story.story === 'in turn';
  }

  public async tell(): Promise<readonly string[]> {
    if (this.story.story === 'meanwhile') this.comeBetweenTheStepsOfDeletes();
    if (!this.isCalm) for (const monitor of this.monitors) monitor.channel.hold();
    for (const incident of this.story.incidents) await this.happen(incident);
    while (this.failover !== undefined) await this.step();
    await this.settle();
    const complaints = await this.stage.complaints();
    if (!this.story.restartsAtTheEnd) return complaints;
    await this.restart({ afterWrites: 0, isCarriedOut: false, stepsMeanwhile: 0 });
    await this.settle();
    return [...complaints, ...(await this.stage.complaints())];
  }

  private async happen(incident: Incident): Promise<void> {
    switch (incident.do) {
      case 'step':
        await this.step();
        break;
      case 'hear':
        for (const monitor of this.monitors) monitor.channel.release(incident.messages);
        break;
      case 'turns':
        for (let left = incident.count; left > 0; left -= 1) await nextTurn();
        break;
      case 'disassociate':
        // Between the steps of a delete it comes by itself.
        if (this.story.story !== 'meanwhile') await this.disassociate(incident.form);
        break;
      case 'crash':
        await this.restart(incident);
    }
    if (this.isCalm && incident.do !== 'step') await this.settle();
  }

  private async step(): Promise<void> {
    this.failover ??= this.beginFailover();
    await this.failover?.step();
    if (this.failover?.isDone === true) this.failover = undefined;
  }

  private beginFailover(): Operation<unknown> | undefined {
    const { loadBalancer } = this.served;
    const old = loadBalancer.amphorae.find(({ state }) => state === 'bound');
    // Two or three failovers are enough: each costs a dozen requests.
    if (old === undefined || loadBalancer.amphorae.length > 4) return undefined;
    return this.stage.shop.octavia.failoverAmphora(loadBalancer, old, { skipUnbind: this.story.skipUnbind });
  }

  private async disassociate(form: 'port-null' | 'empty-update'): Promise<void> {
    const { floatingIp } = this.served;
    if (floatingIp.association === undefined) return;
    if (this.isCalm) await this.settle();
    await this.stage.shop.user.disassociate(floatingIp, form).run();
  }

  private comeBetweenTheStepsOfDeletes(): void {
    const forms = this.story.incidents.flatMap((incident) => (incident.do === 'disassociate' ? [incident.form] : []));
    let deletes = 0;
    this.stage.shop.cloud.server.pausePortDeletes(async () => {
      deletes += 1;
      const [form] = forms;
      if (form === undefined || deletes !== Math.min(forms.length, 2)) return;
      await this.disassociate(form);
    });
  }

  /** Kills the monitor as SIGKILL does: from one request on it reaches nobody any more; and starts another. */
  private async restart(crash: Omit<Extract<Incident, { readonly do: 'crash' }>, 'do'>): Promise<void> {
    const [monitor] = this.monitors;
    if (monitor === undefined) return;
    if (this.isCalm) await this.settle();
    const { cloud } = this.stage.shop;
    const state = { writesLeft: crash.afterWrites, isDead: false };
    const revive = cloud.server.use(async (request, next) => {
      if (request.userAgent !== monitor.userAgent) return next();
      const isWrite = request.method !== 'GET' && request.path !== '/list-bulk-collection';
      if (!state.isDead && (state.writesLeft > 0 || !isWrite)) {
        if (isWrite) state.writesLeft -= 1;
        return next();
      }
      if (!state.isDead && crash.isCarriedOut) await next();
      state.isDead = true;
      return { status: 0, body: '', transport: { kind: 'reset' } };
    });
    if (crash.afterWrites > 0) {
      monitor.channel.flush();
      for (let turn = 0; turn < 60 && !state.isDead; turn += 1) {
        this.stage.clock.step(50);
        await nextTurn();
      }
    }
    state.isDead = true;
    await this.stop();
    for (let steps = crash.stepsMeanwhile; steps > 0 && !this.isCalm; steps -= 1) await this.step();
    revive();
    this.generation += 1;
    const { clock, log } = this.stage;
    const next = await cloud.startMonitor({
      clock,
      logger: log,
      settings: { schema: this.schema },
      userAgent: agent(this.generation),
    });
    if (!this.isCalm) next.channel.hold();
  }

  private async stop(): Promise<void> {
    const [monitor] = this.monitors;
    if (monitor === undefined) return;
    // Its last breath is of no use to it: nobody hears it.
    await this.stage.whileTimePasses(this.stage.shop.cloud.stopMonitor(monitor));
  }

  private async settle(): Promise<void> {
    for (const monitor of this.monitors) {
      if (this.isCalm) monitor.channel.flush();
      else monitor.channel.resume();
    }
    await this.stage.shop.cloud.settled();
  }

  private get monitors(): FaultStage['shop']['cloud']['monitors'] {
    return this.stage.shop.cloud.monitors;
  }
}
