import type { EmbeddedOpenSdn } from '../../../fixtures/index.js';
import type { NotificationFeed } from '../feed.js';
import type { Journal, JournalRequest } from '../journal.js';
import { RolloutCloud, type RolledService, type RolloutSize } from './rollout-cloud.js';
import type { WriteWatch } from './write-watch.js';

/** What a rollout came to. Times are milliseconds from the moment at which all notifications were sent. */
export interface RolloutAccount {
  /** Each new endpoint is referenced. */
  readonly joinedMs: readonly number[];
  /** Each old one is referenced no more. */
  readonly leftMs: readonly number[];
  readonly reads: number;
  readonly writes: number;
  readonly useless: number;
  /** The changes of references, in the order of their ends. */
  readonly requests: readonly JournalRequest[];
  /** Services whose floating ip leads elsewhere than their members are, or to an endpoint that is none any more. */
  readonly wrong: readonly string[];
}

type References = readonly { readonly uuid: string }[] | undefined;

const giveUpMs = 300_000;
const lookEveryMs = 5;
const quietMs = 200;

/** Kubernetes services that are rolled. */
export class Rollout {
  private cloud: RolloutCloud | undefined;

  public constructor(
    private readonly server: EmbeddedOpenSdn,
    private readonly around: { readonly feed: NotificationFeed; readonly journal: Journal },
  ) {}

  /** Puts services in place. */
  public async open(size: RolloutSize): Promise<void> {
    this.cloud = await RolloutCloud.open(this.server, size);
    this.around.journal.clear();
  }

  /** Resolves when the floating ips of all services lead to their members; rejects if that takes five minutes. */
  public async served(): Promise<void> {
    const givenUpAt = performance.now() + giveUpMs;
    while (this.wrong().length > 0) {
      if (performance.now() > givenUpAt) throw new Error(`not served: ${this.wrong().slice(0, 3).join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, quietMs));
      await this.around.journal.quiet(quietMs, giveUpMs);
    }
  }

  /**
   * Gives each of the services new endpoints in the place of all that it has: first all that is new, then all that is old, as a deployment
   * that surges. What is announced is held back until kube-manager has done its part: only the measured process is timed.
   */
  public async roll(
    { from, count }: { readonly from: number; readonly count: number },
    watch: WriteWatch,
  ): Promise<RolloutAccount> {
    const { feed, journal } = this.around;
    const services = this.here().services.slice(from, from + count);
    const pending = { joins: new Set<string>(), parts: new Set<string>() };
    // Pods are there before they are ready.
    const fresh: (readonly string[])[] = [];
    for (const service of services) fresh.push(await this.interfacesFor(service));
    await journal.quiet(quietMs, giveUpMs);
    feed.hold();
    for (const [index, service] of services.entries()) await this.change(service, fresh[index] ?? [], pending);
    const messages = feed.takeHeld();
    journal.clear();
    watch.take();
    const joinedMs: number[] = [];
    const leftMs: number[] = [];
    const startedAt = performance.now();
    const stop = journal.onRequest(({ endedAt, path, body }) => {
      if (path !== '/ref-update') return;
      const { uuid, operation, ...rest } = body as Readonly<Record<string, string>>;
      const key = `${uuid ?? ''} ${rest['ref-uuid'] ?? ''}`;
      if (operation === 'ADD' && pending.joins.delete(key)) joinedMs.push(endedAt - startedAt);
      if (operation === 'DELETE' && pending.parts.delete(key)) leftMs.push(endedAt - startedAt);
    });
    feed.send(messages);
    while (pending.joins.size + pending.parts.size > 0 && performance.now() - startedAt < giveUpMs) {
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
    stop();
    await journal.quiet(quietMs);
    const requests = journal.requests.slice();
    const written = requests.filter(({ access }) => access === 'write');
    return {
      joinedMs,
      leftMs,
      reads: requests.length - written.length,
      writes: written.length,
      useless: watch.take().filter(({ isUseful }) => !isUseful).length,
      requests: written,
      wrong: this.wrong(),
    };
  }

  private async interfacesFor({ members }: RolledService): Promise<readonly string[]> {
    const made: string[] = [];
    while (made.length < members.size) made.push(await this.here().makeInterface());
    return made;
  }

  private async change(
    service: RolledService,
    fresh: readonly string[],
    pending: { readonly joins: Set<string>; readonly parts: Set<string> },
  ): Promise<void> {
    const cloud = this.here();
    const [floatingIp = ''] = this.floatingIpsOf(service);
    const old = [...service.members.keys()];
    for (const interfaceId of fresh) {
      pending.joins.add(`${floatingIp} ${interfaceId}`);
      await cloud.join(service, interfaceId);
    }
    for (const interfaceId of old) {
      pending.parts.add(`${floatingIp} ${interfaceId}`);
      await cloud.leave(service, interfaceId);
    }
  }

  private wrong(): readonly string[] {
    return this.here()
      .services.filter((service) => {
        const [floatingIp, ...others] = this.floatingIpsOf(service);
        const refs = this.server.read('floating-ip', floatingIp ?? '')?.[
          'virtual_machine_interface_refs'
        ] as References;
        const held = (refs ?? []).map(({ uuid }) => uuid);
        const { members } = service;
        return others.length > 0 || held.length !== members.size || !held.every((uuid) => members.has(uuid));
      })
      .map(({ loadbalancerId }) => loadbalancerId);
  }

  private floatingIpsOf({ addressId }: RolledService): readonly string[] {
    const children = this.server.read('instance-ip', addressId)?.['floating_ips'] as References;
    return (children ?? []).map(({ uuid }) => uuid);
  }

  private here(): RolloutCloud {
    if (this.cloud === undefined) throw new Error('nothing is in place');
    return this.cloud;
  }
}
