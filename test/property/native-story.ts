import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  NeutronError,
  type EmbeddedMonitor,
  type KubePod,
  type KubePort,
  type KubeService,
} from '../../fixtures/index.js';
import { nativeMarks } from '../../lib/model/index.js';
import { Kill, type Death } from '../faults/support/kill.js';
import { uuidsOf, type Leads, type NativeStage } from '../lib/managers/loadbalancer/native/support/native-stage.js';

const ports: Readonly<Record<'web' | 'dns' | 'alt', KubePort>> = {
  web: { name: 'web', protocol: 'TCP', port: 80, targetPort: 8080 },
  dns: { name: 'dns', protocol: 'UDP', port: 53, targetPort: 5353 },
  alt: { name: 'alt', protocol: 'TCP', port: 8443, targetPort: 443 },
};

const tampers = ['direction', 'mappings', 'unlink', 'child', 'surplus', 'fixed ip'] as const;
type Tamper = (typeof tampers)[number];

/** What happens. Services and pods are numbered: one that is not there yet is made by what is done to it. */
export type NativeEvent =
  | { readonly do: 'endpoints'; readonly service: number; readonly pods: readonly number[] }
  | { readonly do: 'ports'; readonly service: number; readonly names: readonly (keyof typeof ports)[] }
  | { readonly do: 'listener port'; readonly service: number; readonly port: number }
  | { readonly do: 'member port'; readonly service: number; readonly pod: number; readonly port: number }
  | { readonly do: 'delete listener' | 'external' | 'release' | 'delete' | 'address'; readonly service: number }
  | { readonly do: 'provider'; readonly service: number; readonly name: 'native' | 'opencontrail' }
  | { readonly do: 'delete pod'; readonly pod: number }
  /** Somebody writes by hand. */
  | { readonly do: 'tamper'; readonly service: number; readonly how: Tamper }
  /** The monitor goes on a little. */
  | { readonly do: 'turns'; readonly count: number }
  | { readonly do: 'rest' | 'restart' }
  /** What is announced from here to the next full read is lost. */
  | { readonly do: 'lose' };

/** A story of services, and of the deaths of the monitors: one for each life, in their order. */
export interface NativeStory {
  readonly events: readonly NativeEvent[];
  readonly deaths: readonly Death[];
}

const service = fc.nat({ max: 2 });
const pod = fc.nat({ max: 4 });
const one = <T extends string>(name: T): fc.Arbitrary<{ readonly do: T; readonly service: number }> =>
  fc.record({ do: fc.constant(name), service });

/** Stories. */
export const nativeStories: fc.Arbitrary<NativeStory> = fc.record({
  events: fc.array(
    fc.oneof(
      {
        weight: 10,
        arbitrary: fc.record({ do: fc.constant('endpoints' as const), service, pods: fc.uniqueArray(pod) }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant('ports' as const),
          service,
          names: fc.uniqueArray(fc.constantFrom('web' as const, 'dns' as const, 'alt' as const), { minLength: 1 }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('listener port' as const),
          service,
          port: fc.integer({ min: 8000, max: 8002 }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('member port' as const),
          service,
          pod,
          port: fc.integer({ min: 9000, max: 9001 }),
        }),
      },
      { weight: 1, arbitrary: one('delete listener') },
      { weight: 3, arbitrary: one('external') },
      { weight: 1, arbitrary: one('release') },
      { weight: 2, arbitrary: one('delete') },
      { weight: 1, arbitrary: one('address') },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('provider' as const),
          service,
          name: fc.constantFrom('native' as const, 'opencontrail' as const),
        }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('delete pod' as const), pod }) },
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('tamper' as const), service, how: fc.constantFrom(...tampers) }),
      },
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 60 }) }),
      },
      { weight: 3, arbitrary: fc.constant({ do: 'rest' as const }) },
      { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
      { weight: 1, arbitrary: fc.constant({ do: 'lose' as const }) },
    ),
    { minLength: 5, maxLength: 30, size: 'max' },
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

/** Plays a story; returns what is wrong at its end. */
export async function playNativeStory(stage: NativeStage, story: NativeStory): Promise<readonly string[]> {
  const world = new World(stage, story);
  try {
    return await world.tell();
  } finally {
    world.revive();
    await stage.cloud.stop();
  }
}

class World {
  public revive: () => void = () => undefined;
  private readonly services = new Map<number, KubeService>();
  private readonly all: KubeService[] = [];
  private readonly pods = new Map<number, KubePod>();
  private readonly otherwise = new Set<string>();
  private readonly deaths: Death[];
  private kill = new Kill(never);
  private monitor: EmbeddedMonitor | undefined;

  public constructor(
    private readonly stage: NativeStage,
    private readonly story: NativeStory,
  ) {
    this.deaths = [...story.deaths];
    // No two members are of one age: the oldest one's port counts.
    stage.cloud.server.use((request, next) => {
      if (request.method === 'POST' && request.path === '/loadbalancer-members') stage.clock.step(1);
      return next();
    });
  }

  public async tell(): Promise<readonly string[]> {
    await this.startLife();
    for (const event of this.story.events) await this.happen(event);
    // The last life has no death.
    this.deaths.length = 0;
    await this.restart();
    await this.rest();
    const complaints = this.all.flatMap((service) => this.complaintsOf(service));
    if (this.stage.list('service-health-check').length > 0) complaints.push('there is a health check');
    const before = this.monitor?.countWrites() ?? 0;
    await this.monitor?.resync();
    await this.rest();
    const after = this.monitor?.countWrites() ?? 0;
    if (after !== before) complaints.push(`a second round has made ${after - before} writes`);
    for (const { type, message } of this.monitor?.monitor.status().problems ?? []) {
      // Members without an address are none that haproxy can do something with.
      if (!type.startsWith('haproxy-')) complaints.push(`${type}: ${message}`);
    }
    return complaints;
  }

  private complaintsOf(service: KubeService): readonly string[] {
    const wrong = (what: string, is: unknown, wanted: unknown): readonly string[] =>
      JSON.stringify(is) === JSON.stringify(wanted)
        ? []
        : [`${service.name}: ${what}: ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`];
    if (service.isDeleted) return wrong('internal', this.stage.internal(service), []);
    const isNative = !this.otherwise.has(service.id);
    const wanted = this.wantedOf(service);
    const addresses = this.addressesOf(service).map(() => wanted);
    return [
      ...wrong('internal', this.stage.internal(service), isNative ? addresses : []),
      ...service.externalIps.flatMap(({ id }) => {
        const is = this.stage.external(id, service);
        const ordinary = { direction: 'both', mappings: [], to: ['VIP'] };
        const leads = isNative ? { ...wanted, to: ['VIP', ...wanted.to].sort() } : ordinary;
        return wrong('external', { ...is, direction: is.direction ?? 'both' }, leads);
      }),
    ];
  }

  private wantedOf({ listeners }: KubeService): Leads {
    const there = [...this.pods.values()];
    const mappings = new Map<string, string>();
    const to = new Set<string>();
    for (const { port, members } of listeners) {
      for (const [id, member] of members) {
        const pod = there.find((candidate) => candidate.id === id);
        if (pod === undefined) continue;
        to.add(pod.name);
        const key = `${port.protocol} ${port.port}`;
        if (!mappings.has(key)) mappings.set(key, `${key} > ${member.port}`);
      }
    }
    return { direction: 'ingress', mappings: [...mappings.values()].sort(), to: [...to].sort() };
  }

  private addressesOf({ interfaceId }: KubeService): readonly string[] {
    return this.stage
      .list('instance-ip')
      .filter((address) => uuidsOf(address, 'virtual_machine_interface_refs').includes(interfaceId))
      .map(({ uuid }) => String(uuid));
  }

  private async happen(event: NativeEvent): Promise<void> {
    const { kube } = this.stage;
    switch (event.do) {
      case 'endpoints': {
        const target = await this.serviceAt(event.service);
        const ready: KubePod[] = [];
        for (const number of event.pods) ready.push(await this.podAt(number));
        return kube.setEndpoints(target, ready).run();
      }
      case 'ports':
        return kube
          .changePorts(
            await this.serviceAt(event.service),
            event.names.map((name) => ports[name]),
          )
          .run();
      case 'listener port': {
        const target = await this.serviceAt(event.service);
        const [listener] = target.listeners;
        const isTaken = target.listeners.some(({ port }) => port.port === event.port);
        if (listener !== undefined && !isTaken) await kube.setListenerPort(listener, event.port).run();
        return;
      }
      case 'member port': {
        const pod = this.pods.get(event.pod);
        const listener = this.services.get(event.service)?.listeners[0];
        if (pod !== undefined && listener !== undefined) {
          await kube.setMemberPort(listener, { pod, port: event.port }).run();
        }
        return;
      }
      case 'delete listener': {
        const target = this.services.get(event.service);
        const listener = target?.listeners[0];
        if (target !== undefined && listener !== undefined) await kube.deleteListener(target, listener).run();
        return;
      }
      case 'external':
        return kube.allocateExternalIp(await this.serviceAt(event.service)).run();
      case 'release':
        return kube.releaseExternalIps(await this.serviceAt(event.service)).run();
      case 'address':
        await kube.addAddress(await this.serviceAt(event.service)).run();
        return;
      case 'delete':
        return this.deleteService(event.service);
      case 'provider': {
        const target = await this.serviceAt(event.service);
        if (event.name === 'native') this.otherwise.delete(target.id);
        else this.otherwise.add(target.id);
        return this.stage.update('loadbalancer', target.id, { loadbalancer_provider: event.name });
      }
      case 'delete pod': {
        const pod = this.pods.get(event.pod);
        this.pods.delete(event.pod);
        if (pod !== undefined) await kube.deletePod(pod).run();
        return;
      }
      case 'tamper':
        return this.tamper(event);
      case 'turns':
        for (let left = event.count; left > 0; left -= 1) await nextTurn();
        return;
      case 'rest':
        return this.rest();
      case 'restart':
        return this.restart();
      case 'lose':
        this.monitor?.channel.hold();
    }
  }

  private async serviceAt(number: number): Promise<KubeService> {
    const known = this.services.get(number);
    if (known !== undefined) return known;
    const name = `service-${this.all.length}`;
    const made = await this.stage.kube.createService({ name, ports: [ports.web] }).run();
    this.services.set(number, made);
    this.all.push(made);
    return made;
  }

  private async podAt(number: number): Promise<KubePod> {
    const known = this.pods.get(number);
    if (known !== undefined) return known;
    const made = await this.stage.kube.createPod().run();
    this.pods.set(number, made);
    return made;
  }

  // kube-manager tries again what is in the way: a monitor that is late, or dead, may have made a floating ip after it looked.
  private async deleteService(number: number): Promise<void> {
    const target = this.services.get(number);
    if (target === undefined) return;
    this.services.delete(number);
    try {
      await this.stage.kube.deleteService(target).run();
    } catch (error) {
      if (!(error instanceof NeutronError) || error.status !== 409) throw error;
      target.isDeleted = true;
      for (const address of this.addressesOf(target)) {
        await this.rest();
        await this.stage.delete('instance-ip', address);
      }
      await this.stage.delete('virtual-machine-interface', target.interfaceId);
    }
  }

  private async tamper({ service: number, how }: Extract<NativeEvent, { do: 'tamper' }>): Promise<void> {
    const target = this.services.get(number);
    const addresses = target === undefined ? [] : this.addressesOf(target);
    const children = this.stage.list('floating-ip').filter((ip) => addresses.includes(String(ip['parent_uuid'])));
    const external = target?.externalIps.at(-1)?.id;
    const [child] = children.map(({ uuid }) => String(uuid));
    const id = external ?? child;
    if (target === undefined || id === undefined || this.otherwise.has(target.id)) return;
    const { stage } = this;
    const [pod] = this.pods.values();
    try {
      if (how === 'direction' && external !== undefined) {
        await stage.update('floating-ip', id, { floating_ip_traffic_direction: 'both' });
      } else if (how === 'mappings') {
        await stage.update('floating-ip', id, {
          floating_ip_port_mappings: { port_mappings: [] },
          floating_ip_port_mappings_enable: false,
        });
      } else if (how === 'fixed ip' && external !== undefined) {
        await stage.update('floating-ip', id, { floating_ip_fixed_ip_address: target.address });
      } else if (how === 'child' && child !== undefined) {
        await stage.delete('floating-ip', child);
      } else if (pod !== undefined && (how === 'unlink' || (how === 'surplus' && this.isMarked(id)))) {
        const operation = how === 'unlink' ? 'DELETE' : 'ADD';
        await stage.reference(['floating-ip', id], ['virtual-machine-interface', pod.interfaceId], operation);
      }
    } catch (error) {
      // The monitor was faster.
      if (!(error instanceof NeutronError) || ![404, 409].includes(error.status)) throw error;
    }
  }

  // What a user adds to one that was never ours stays when it never becomes ours.
  private isMarked(id: string): boolean {
    return JSON.stringify(this.stage.object('floating-ip', id)['annotations'] ?? '').includes(nativeMarks.loadbalancer);
  }

  private async startLife(): Promise<void> {
    const kill = new Kill(this.deaths.shift() ?? never);
    this.kill = kill;
    this.revive = kill.arm(this.stage.cloud.server, { userAgent });
    try {
      this.monitor = await this.stage.startMonitor({ userAgent, accepts: kill.accepts }, kill.signal);
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
}

const userAgent = 'opensdn-svc-monitor';
const never = { at: 'write', index: Infinity, isCarriedOut: false } as const;
