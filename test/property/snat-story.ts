import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { NeutronError, type EmbeddedMonitor } from '../../fixtures/index.js';
import type { AnyManager } from '../../lib/index.js';
import { serviceInstance } from '../../lib/managers/service-instance/index.js';
import { Kill, type Death } from '../faults/support/kill.js';
import { Launcher } from '../lib/managers/snat/support/launcher.js';
import { newSnatInstance, snatManagers, SnatStage } from '../lib/managers/snat/support/snat-stage.js';
import { seededUuids } from '../support/seeded-uuids.js';

const gateways = ['none', 'public', 'second'] as const;
type Gateway = (typeof gateways)[number];

const tampers = [
  'unlink instance',
  'unlink table',
  'delete table',
  'empty routes',
  'rewire',
  'policy',
  'extra',
] as const;
type Tamper = (typeof tampers)[number];

/** What happens. Routers are numbered: one that is not there yet is made by what is done to it. */
export type SnatEvent =
  | { readonly do: 'gateway'; readonly router: number; readonly gateway: Gateway }
  | { readonly do: 'delete'; readonly router: number }
  | { readonly do: 'tamper'; readonly router: number; readonly how: Tamper }
  /** Who launches does what there is to do. */
  | { readonly do: 'launch' }
  /** The monitor goes on a little. */
  | { readonly do: 'turns'; readonly count: number }
  | { readonly do: 'rest' }
  | { readonly do: 'restart' }
  /** What is announced from here to the next full read is lost. */
  | { readonly do: 'lose' };

/** A story of a tenant's routers, and of the deaths of the monitors: one for each life, in their order. */
export interface SnatStory {
  /** Who launches: the test, when it likes, or the manager of service instances. */
  readonly launcher: 'played' | 'manager';
  readonly seed: number;
  readonly events: readonly SnatEvent[];
  readonly deaths: readonly Death[];
}

const router = fc.nat({ max: 2 });

/** Stories. */
export const snatStories: fc.Arbitrary<SnatStory> = fc.record({
  launcher: fc.constantFrom('played' as const, 'manager' as const),
  seed: fc.nat(),
  events: fc.array(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          do: fc.constant('gateway' as const),
          router,
          gateway: fc.constantFrom(...gateways),
        }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), router }) },
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('tamper' as const), router, how: fc.constantFrom(...tampers) }),
      },
      { weight: 3, arbitrary: fc.constant({ do: 'launch' as const }) },
      {
        weight: 5,
        arbitrary: fc.record({ do: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 60 }) }),
      },
      { weight: 3, arbitrary: fc.constant({ do: 'rest' as const }) },
      { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
      { weight: 1, arbitrary: fc.constant({ do: 'lose' as const }) },
    ),
    { minLength: 5, maxLength: 25, size: 'max' },
  ),
  deaths: fc.array(
    fc.record({
      at: fc.constant('write' as const),
      index: fc.integer({ min: 1, max: 16 }),
      isCarriedOut: fc.boolean(),
    }),
    { maxLength: 6 },
  ),
});

/** Plays a story as it is, and then without anything that disturbs a monitor; returns in what they differ, and what else is wrong. */
export async function playSnatStory(story: SnatStory): Promise<readonly string[]> {
  const disturbed = await playAt(story, true);
  const calm = await playAt(story, false);
  const complaints = [...disturbed.complaints, ...calm.complaints];
  if (disturbed.lines.join('\n') !== calm.lines.join('\n')) {
    const only = (one: readonly string[], other: readonly string[], say: string): readonly string[] =>
      one.filter((line) => !other.includes(line)).map((line) => `${say}: ${line}`);
    complaints.push(...only(disturbed.lines, calm.lines, 'only when disturbed'));
    complaints.push(...only(calm.lines, disturbed.lines, 'only when undisturbed'));
  }
  return complaints;
}

async function playAt(story: SnatStory, isDisturbed: boolean): Promise<Pick<World, 'complaints'> & Told> {
  const stage = await SnatStage.open();
  const world = new World(stage, story, isDisturbed);
  try {
    const told = await world.tell();
    return { ...told, complaints: world.complaints };
  } finally {
    world.revive();
    await stage.cloud.stop();
  }
}

interface Told {
  readonly lines: readonly string[];
}

class World {
  public readonly complaints: string[] = [];
  public revive: () => void = () => undefined;
  private readonly routers = new Map<number, string>();
  private readonly launcher: Launcher;
  private readonly deaths: Death[];
  private kill = new Kill(never);
  private monitor: EmbeddedMonitor | undefined;
  private second = '';
  private made = 0;

  public constructor(
    private readonly stage: SnatStage,
    private readonly story: SnatStory,
    private readonly isDisturbed: boolean,
  ) {
    this.launcher = new Launcher(stage);
    this.deaths = isDisturbed ? [...story.deaths] : [];
  }

  public async tell(): Promise<Told> {
    this.second = await this.stage.createExternalNetwork('second', '100.64.201.0');
    this.stage.cloud.server.overrideUuids(seededUuids(this.story.seed));
    await this.startLife();
    for (const event of this.story.events) {
      await this.happen(event);
      if (!this.isDisturbed) await this.comeToEnd();
    }
    // The last life has no death.
    this.deaths.length = 0;
    await this.restart();
    await this.comeToEnd();
    const { state } = this.stage;
    const lines = [...state.lines(), ...(this.story.launcher === 'played' ? [] : state.launched())];
    const before = this.countWrites();
    await this.monitor?.resync();
    await this.comeToEnd();
    const after = this.countWrites();
    if (after !== before) this.complaints.push(`a second round has made ${after - before} writes`);
    for (const { type, message } of this.monitor?.monitor.status().problems ?? []) {
      // There is no vRouter to run anything.
      if (type !== 'service-unplaced') this.complaints.push(`${type}: ${message}`);
    }
    return { lines };
  }

  private get managers(): readonly AnyManager[] {
    return this.story.launcher === 'played' ? snatManagers : [...snatManagers, serviceInstance];
  }

  private countWrites(): number {
    return this.monitor?.countWrites() ?? 0;
  }

  private async happen(event: SnatEvent): Promise<void> {
    switch (event.do) {
      case 'gateway':
        return this.setGateway(event.router, event.gateway);
      case 'delete': {
        const id = this.routers.get(event.router);
        this.routers.delete(event.router);
        if (id !== undefined) await this.stage.deleteRouter(id);
        return;
      }
      case 'tamper':
        return this.tamper(event);
      case 'launch':
        await this.launch();
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

  private async setGateway(number: number, gateway: Gateway): Promise<void> {
    const networks = { none: undefined, public: this.stage.tenant.externalNetworkId, second: this.second } as const;
    const known = this.routers.get(number);
    if (known !== undefined) return this.stage.setGateway(known, networks[gateway]);
    this.made += 1;
    this.routers.set(number, await this.stage.createRouter(`r${this.made}`, networks[gateway]));
  }

  // Somebody who may do all that: what he does to what is not there has no effect.
  private async tamper({ router: number, how }: Extract<SnatEvent, { do: 'tamper' }>): Promise<void> {
    const id = this.routers.get(number);
    if (id === undefined) return;
    const { stage } = this;
    const on = ['logical-router', id] as const;
    const found = (kind: 'service-instance' | 'route-table'): string | undefined => stage.state.uuidOf(kind, id);
    const [instance, table] = [found('service-instance'), found('route-table')];
    try {
      if (how === 'extra') {
        const tail = id.split('').toReversed().join('').replaceAll('-', '');
        const uuid = [tail.slice(0, 8), tail.slice(8, 12), tail.slice(12, 16), tail.slice(16, 20), tail.slice(20)];
        await stage.create('service-instance', newSnatInstance(stage.tenant.name, `snat_${id}_${uuid.join('-')}`));
      } else if (how === 'unlink instance' && instance !== undefined) {
        await stage.reference(on, ['service-instance', instance], 'DELETE');
      } else if ((how === 'unlink table' || how === 'delete table') && table !== undefined) {
        await stage.reference(on, ['route-table', table], 'DELETE');
        if (how === 'delete table') await stage.delete('route-table', table);
      } else if (how === 'empty routes' && table !== undefined) {
        await stage.update('route-table', table, { routes: { route: [] } });
      } else if ((how === 'rewire' || how === 'policy') && instance !== undefined) {
        const before = stage.state.properties(instance);
        const list = [{ virtual_network: `default-domain:${stage.tenant.name}:tenant` }];
        const change = how === 'policy' ? { auto_policy: true } : { interface_list: list };
        await stage.update('service-instance', instance, { service_instance_properties: { ...before, ...change } });
      }
    } catch (error) {
      // The monitor was faster, has a name or a reference there, or died before it made the template.
      if (!(error instanceof NeutronError) || ![400, 404, 409].includes(error.status)) throw error;
    }
  }

  private async startLife(): Promise<void> {
    const kill = new Kill(this.deaths.shift() ?? never);
    this.kill = kill;
    this.revive = kill.arm(this.stage.cloud.server, { userAgent });
    try {
      this.monitor = await this.stage.startMonitor(
        { managers: this.managers, userAgent, accepts: kill.accepts },
        kill.signal,
      );
    } catch (error) {
      if (!kill.signal.aborted) throw error;
    }
  }

  private async restart(): Promise<void> {
    for (const monitor of this.stage.cloud.monitors) await this.stage.cloud.stopMonitor(monitor);
    this.revive();
    await this.startLife();
    if (this.kill.signal.aborted) await this.restart();
  }

  // The monitor has nothing to do any more; if it dies over that, the next one has not.
  private async rest(): Promise<void> {
    for (;;) {
      try {
        if (!this.kill.signal.aborted) await this.stage.cloud.settled({}, this.kill.signal);
        if (!this.kill.signal.aborted) return;
      } catch (error) {
        if (!this.kill.signal.aborted) throw error;
      }
      await this.restart();
    }
  }

  private async comeToEnd(): Promise<void> {
    do await this.rest();
    while (await this.launch());
  }

  private launch(): Promise<boolean> {
    return this.story.launcher === 'played' ? this.launcher.work() : Promise.resolve(false);
  }
}

const userAgent = 'opensdn-svc-monitor';
const never = { at: 'write', index: Infinity, isCarriedOut: false } as const;
