import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FaultEngine, type EmbeddedMonitor, type FaultHandle } from '../../fixtures/index.js';
import { defaultObjectList, defaultObjects } from '../../lib/managers/default-objects/index.js';
import { driverPaths } from '../../lib/managers/driver-paths.js';
import { Kill, type Death } from '../faults/support/kill.js';
import { OperatorOfDefaults } from '../lib/managers/default-objects/support/operator.js';

/** What happens. Objects are those that everybody expects, by their number in the list. */
export type DefaultObjectEvent =
  /** An operator deletes it. */
  | { readonly do: 'delete'; readonly object: number }
  /** An operator makes something of it, and makes it if it is not there. */
  | { readonly do: 'put'; readonly object: number; readonly flavor: number }
  /** An operator makes a set of his own, with a driver or with none, or deletes it. */
  | { readonly do: 'set'; readonly driver: string | null }
  | { readonly do: 'unset' }
  /** The config API answers no to so many creates: as while the parent is not there, or a quota is used up. */
  | { readonly do: 'refuse'; readonly status: number; readonly count: number }
  | { readonly do: 'turns'; readonly count: number }
  | { readonly do: 'rest' }
  | { readonly do: 'restart' }
  /** What is announced from here to the end of this life is lost. */
  | { readonly do: 'lose' };

/** A story, and the deaths of the monitors: one for each life, in their order. */
export interface DefaultObjectStory {
  readonly events: readonly DefaultObjectEvent[];
  readonly deaths: readonly Death[];
  /** How many creates the config API refuses at the beginning: the parent comes late. */
  readonly late: number;
}

/** What has come of a story. */
export interface DefaultObjectEnd {
  readonly lines: readonly string[];
  readonly complaints: readonly string[];
  /** How many writes the monitors have sent. */
  readonly sent: number;
  /** Monitors that were killed. */
  readonly killed: number;
}

const object = fc.nat({ max: defaultObjectList.length - 1 });
const just = <T extends DefaultObjectEvent['do']>(what: T): fc.Arbitrary<{ readonly do: T }> =>
  fc.constant({ do: what });

/** Stories. */
export const defaultObjectStories: fc.Arbitrary<DefaultObjectStory> = fc.record({
  events: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('delete' as const), object }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('put' as const), object, flavor: fc.nat({ max: 3 }) }) },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('set' as const),
          driver: fc.constantFrom('no.such.Driver', driverPaths.native, null),
        }),
      },
      { weight: 1, arbitrary: just('unset') },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('refuse' as const),
          status: fc.constantFrom(400, 403, 404, 409, 412, 500, 503),
          count: fc.integer({ min: 1, max: 12 }),
        }),
      },
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 30 }) }),
      },
      { weight: 3, arbitrary: just('rest') },
      { weight: 2, arbitrary: just('restart') },
      { weight: 1, arbitrary: just('lose') },
    ),
    { minLength: 4, maxLength: 20, size: 'max' },
  ),
  deaths: fc.array(
    fc.record({
      at: fc.constant('write' as const),
      index: fc.integer({ min: 1, max: 8 }),
      isCarriedOut: fc.boolean(),
    }),
    { maxLength: 5 },
  ),
  late: fc.constantFrom(0, 0, 1, 10, 40),
});

/** Plays a story as it is, and then without anything that disturbs a monitor; says in what they differ, and what else is wrong. */
export async function playDefaultObjectStory(story: DefaultObjectStory): Promise<DefaultObjectEnd> {
  const disturbed = await playAt(story, true);
  const calm = await playAt(story, false);
  const only = (one: readonly string[], other: readonly string[], say: string): readonly string[] =>
    one.filter((line) => !other.includes(line)).map((line) => `${say}: ${line}`);
  return {
    ...disturbed,
    complaints: [
      ...disturbed.complaints,
      ...calm.complaints,
      ...only(disturbed.lines, calm.lines, 'only when disturbed'),
      ...only(calm.lines, disturbed.lines, 'only when undisturbed'),
    ],
  };
}

async function playAt(story: DefaultObjectStory, isDisturbed: boolean): Promise<DefaultObjectEnd> {
  const operator = await OperatorOfDefaults.open();
  const world = new World(operator, story, isDisturbed);
  try {
    return await world.tell();
  } finally {
    world.revive();
    await operator.cloud.stop();
  }
}

class World {
  public revive: () => void = () => undefined;
  private readonly deaths: Death[];
  private readonly faults: FaultEngine;
  private refused: FaultHandle | undefined;
  private kill = new Kill(never);
  private monitor: EmbeddedMonitor | undefined;
  private killed = 0;

  public constructor(
    private readonly operator: OperatorOfDefaults,
    private readonly story: DefaultObjectStory,
    private readonly isDisturbed: boolean,
  ) {
    this.deaths = isDisturbed ? [...story.deaths] : [];
    this.faults = new FaultEngine(operator.cloud.server, { seed: 1 });
  }

  public async tell(): Promise<DefaultObjectEnd> {
    if (this.story.late > 0) this.refuse(404, this.story.late);
    await this.live();
    for (const event of this.story.events) {
      await this.happen(event);
      if (!this.isDisturbed) await this.rest();
    }
    this.refused?.remove();
    // The last life has no death.
    this.deaths.length = 0;
    await this.restart();
    await this.rest();
    const problems = this.monitor?.monitor.status().problems ?? [];
    const lines = [...this.operator.lines(), ...problems.map(({ type, message }) => `problem ${type}: ${message}`)];
    const before = this.sent;
    await this.monitor?.resync();
    const inVain = this.sent - before;
    const missing = defaultObjectList.filter(
      ({ kind, fqName }) => !lines.some((line) => line.startsWith(`${kind} [${JSON.stringify(fqName)}`)),
    );
    const complaints = [
      ...(inVain === 0 ? [] : [`a second round has made ${inVain} writes`]),
      ...missing.map(({ kind, fqName }) => `${kind} ${fqName.join(':')} is not there`),
    ];
    return { lines: lines.sort(), complaints, sent: this.sent, killed: this.killed };
  }

  private get sent(): number {
    return this.operator.cloud.server.requests.count({ userAgent, access: 'write' });
  }

  private async happen(event: DefaultObjectEvent): Promise<void> {
    const { operator } = this;
    switch (event.do) {
      case 'delete':
        return operator.delete(event.object);
      case 'put':
        return operator.put(event.object, `m1.${event.flavor}`);
      case 'set':
        return operator.putSet(event.driver);
      case 'unset':
        return operator.deleteSet();
      case 'refuse':
        this.refuse(event.status, event.count);
        return;
      case 'turns':
        for (let left = event.count; left > 0; left -= 1) await nextTurn();
        return;
      case 'rest':
        return this.rest();
      case 'restart':
        if (this.isDisturbed) await this.restart();
        return;
      case 'lose':
        if (this.isDisturbed) this.monitor?.channel.hold();
    }
  }

  private refuse(status: number, count: number): void {
    if (!this.isDisturbed) return;
    this.refused?.remove();
    this.refused = this.faults.add({
      on: 'request',
      match: { operation: 'create', userAgent },
      count,
      fault: { kind: 'error', status, body: 'no' },
    });
  }

  private async live(): Promise<void> {
    const kill = new Kill(this.deaths.shift() ?? never);
    this.kill = kill;
    this.revive = kill.arm(this.operator.cloud.server, { userAgent });
    try {
      this.monitor = await this.operator.cloud.startMonitor(
        { managers: [defaultObjects], userAgent, accepts: kill.accepts },
        kill.signal,
      );
    } catch (error) {
      if (!kill.signal.aborted) throw error;
    }
  }

  private async restart(): Promise<void> {
    for (const monitor of this.operator.cloud.monitors) await this.operator.cloud.stopMonitor(monitor);
    this.revive();
    await this.live();
    if (!this.kill.signal.aborted) return;
    this.killed += 1;
    await this.restart();
  }

  // The monitor has nothing to do any more; if it dies over that, the next one has not.
  private async rest(): Promise<void> {
    for (;;) {
      try {
        if (!this.kill.signal.aborted) await this.operator.cloud.settled({}, this.kill.signal);
        if (!this.kill.signal.aborted) return;
      } catch (error) {
        if (!this.kill.signal.aborted) throw error;
      }
      this.killed += 1;
      await this.restart();
    }
  }
}

const userAgent = 'opensdn-svc-monitor';
const never = { at: 'write', index: Infinity, isCarriedOut: false } as const;
