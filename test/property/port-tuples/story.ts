import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { seededRandom } from '../../../fixtures/index.js';
import { Kill } from '../../faults/support/kill.js';
import { ServiceStage } from '../../lib/managers/port-tuple/support/service-stage.js';
import { deeds, ServiceCast, type Deed } from './deeds.js';

/** What befalls the monitor: it is waited for; it is stopped, or started; it is killed at a write that comes later. */
type Event =
  | { readonly do: 'settle' | 'stop' | 'start' }
  | { readonly do: 'kill'; readonly index: number; readonly isCarriedOut: boolean };

/** Deeds, what befalls the monitor in between, and how many of the messages are lost. */
export interface Story {
  readonly seed: number;
  readonly lost: number;
  readonly steps: readonly (Deed | Event)[];
}

const events: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('stop' as const, 'start' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      index: fc.integer({ min: 1, max: 12 }),
      isCarriedOut: fc.boolean(),
    }),
  },
);

/** Stories of services, their ports and a monitor. */
export const stories: fc.Arbitrary<Story> = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  lost: fc.constantFrom(0, 0, 0, 0.2),
  steps: fc.array(fc.oneof({ weight: 3, arbitrary: deeds }, { weight: 2, arbitrary: events }), {
    minLength: 5,
    maxLength: 40,
    size: 'max',
  }),
});

/** Plays a story, and its deeds alone before a monitor that nothing befalls. Returns how the ends differ, and what is written in vain. */
export async function playStory(story: Story): Promise<readonly string[]> {
  const calm = await calmEnd(story);
  const stage = await ServiceStage.open({ seed: story.seed, isMonitored: false });
  const life = new Life(stage, story);
  try {
    const actors = new ServiceCast(stage);
    await actors.prepare();
    await life.start();
    for (const step of story.steps) {
      if ('index' in step) life.kill = new Kill({ at: 'write', index: step.index, isCarriedOut: step.isCarriedOut });
      await life.heed(step.do);
      if (!isEvent(step)) await actors.act(step);
    }
    const written = await life.end();
    const end = essence(stage.state());
    return [
      ...Object.keys({ ...calm, ...end }).flatMap((name) =>
        isDeepStrictEqual(calm[name], end[name])
          ? []
          : [`${name}: ${JSON.stringify(end[name])}, and not ${JSON.stringify(calm[name])}`],
      ),
      ...written.map((one) => `written in vain: ${one}`),
    ];
  } finally {
    await stage.close();
  }
}

async function calmEnd({ seed, steps }: Story): Promise<Readonly<Record<string, unknown>>> {
  const stage = await ServiceStage.open({ seed });
  try {
    const actors = new ServiceCast(stage);
    await actors.prepare();
    for (const step of steps) {
      if (isEvent(step)) continue;
      await actors.act(step);
      await stage.cloud.settled();
    }
    return essence(stage.state());
  } finally {
    await stage.close();
  }
}

function isEvent(step: Deed | Event): step is Event {
  return ['settle', 'stop', 'start', 'kill'].includes(step.do);
}

/** A monitor that is stopped, started and killed. */
class Life {
  /** How the monitor that runs is to die. */
  public kill: Kill | undefined;
  private disarm: (() => void) | undefined;
  private armed: Kill | undefined;
  private monitors = 0;
  private readonly random: () => number;

  public constructor(
    private readonly stage: ServiceStage,
    private readonly story: Story,
  ) {
    this.random = seededRandom(story.seed);
  }

  public async start(): Promise<void> {
    if (this.stage.monitor !== undefined) return;
    this.monitors += 1;
    await this.stage.startMonitor({
      userAgent: `opensdn-svc-monitor-${this.monitors}`,
      accepts: () => this.random() >= this.story.lost && this.armed?.signal.aborted !== true,
    });
  }

  public async heed(what: string): Promise<void> {
    const { stage } = this;
    await this.bury();
    if (this.kill !== undefined && this.armed === undefined && stage.monitor !== undefined) {
      this.armed = this.kill;
      this.disarm = this.armed.arm(stage.cloud.server, stage.monitor);
    }
    this.kill = undefined;
    if (what === 'settle') await this.settle();
    if (what === 'stop') await this.stop();
    if (what === 'start') await this.start();
  }

  /** All is told to a monitor that lives. What it writes when it reads everything once more. */
  public async end(): Promise<readonly string[]> {
    const { stage } = this;
    await this.bury();
    this.disarm?.();
    this.armed = undefined;
    await this.start();
    await stage.monitor?.resync();
    await stage.cloud.settled();
    return stage.written(async () => stage.monitor?.resync());
  }

  // One that has died is replaced by a new one.
  private async bury(): Promise<void> {
    if (this.armed?.signal.aborted !== true) return;
    await this.stop();
    await this.start();
  }

  private async stop(): Promise<void> {
    await this.stage.stopMonitor();
    this.disarm?.();
    this.disarm = undefined;
    this.armed = undefined;
  }

  private async settle(): Promise<void> {
    const signal = this.armed?.signal;
    try {
      await this.stage.cloud.settled({}, signal);
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
    await this.bury();
  }
}

type Shown = Readonly<Record<string, unknown>>;

/**
 * What has to be the same at the end. A shared address that no interface has may be there or not: it is made with the first interface, and kept.
 * No pairs are no pairs, whether they were cleared or never set.
 */
function essence(state: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(state).map(([name, value]) => [name, value as Shown] as const);
  const idle = new Set(
    entries
      .filter(([name, one]) => name.startsWith('instance-ip ') && one['virtual_machine_interface_refs'] === undefined)
      .map(([name]) => name.slice('instance-ip '.length)),
  );
  return Object.fromEntries(
    entries
      .filter(([name]) => !idle.has(name.slice('instance-ip '.length)))
      .map(([name, { instance_ip_refs: addresses, ...one }]) => {
        const used = ((addresses ?? []) as readonly string[]).filter((address) => !idle.has(address));
        const pairs = one['virtual_machine_interface_allowed_address_pairs'];
        const isEmpty = isDeepStrictEqual(pairs, { allowed_address_pair: [] });
        return [
          name,
          {
            ...one,
            // They say how it came to what it is.
            notes: undefined,
            ...(used.length === 0 ? {} : { instance_ip_refs: used }),
            virtual_machine_interface_allowed_address_pairs: isEmpty ? undefined : pairs,
          },
        ];
      }),
  );
}
