import type { EmbeddedOpenSdn } from '../../../fixtures/index.js';
import type { NotificationFeed } from '../feed.js';
import type { Journal } from '../journal.js';
import { fillTuple, setGateway } from './deeds.js';
import { react, untilAnswered, type ReactionAccount } from './reactions.js';
import type { RolloutSize } from './rollout-cloud.js';
import { Rollout, type RolloutAccount } from './rollout.js';
import { repeatFor, type Pattern } from './repetition.js';
import { ServiceCloud, type ServicesSize } from './service-cloud.js';
import { WriteWatch } from './write-watch.js';

/** What the process with the cloud does where services are measured. */
export class ServiceCommands {
  private opened: { readonly cloud: ServiceCloud; readonly writes: WriteWatch } | undefined;
  private pattern: Pattern | undefined;
  private readonly rollout: Rollout;

  public constructor(
    private readonly server: EmbeddedOpenSdn,
    private readonly journal: Journal,
    feed: NotificationFeed,
  ) {
    this.rollout = new Rollout(server, { feed, journal });
  }

  /** Puts in place what wants services; resolves to where analytics is asked. */
  public async open(size: ServicesSize): Promise<string> {
    const cloud = await ServiceCloud.open(this.server, size);
    this.opened = { cloud, writes: new WriteWatch(this.server, 'opensdn-svc-monitor') };
    this.journal.clear();
    return cloud.analyticsUrl;
  }

  /** Sets the gateways of routers, one after the other. */
  public async setGateways({ from, count }: Range): Promise<readonly ReactionAccount[]> {
    const { cloud, writes } = this.here();
    const accounts: ReactionAccount[] = [];
    for (const router of cloud.routers.slice(from, from + count)) {
      accounts.push(await react(setGateway(cloud, router), { journal: this.journal, writes }));
    }
    return accounts;
  }

  /** Puts all interfaces into port tuples, one after the other. */
  public async fillTuples({ from, count }: Range): Promise<readonly ReactionAccount[]> {
    const { cloud, writes } = this.here();
    const accounts: ReactionAccount[] = [];
    for (const tuple of cloud.tuples.slice(from, from + count)) {
      accounts.push(await react(fillTuple(cloud, tuple), { journal: this.journal, writes }));
    }
    return accounts;
  }

  /** Sets the gateway of the first router, with a measured process at work, and keeps what that writes for it. */
  public async recordPattern(): Promise<void> {
    const { cloud, writes } = this.here();
    const [router] = cloud.routers;
    if (router === undefined) throw new Error('there is no router');
    writes.take();
    await untilAnswered(setGateway(cloud, router), this.journal);
    this.pattern = { router, writes: writes.take() };
  }

  /** Makes more routers, and for each of them what was written for the first one. */
  public async repeatPattern(count: number): Promise<void> {
    if (this.pattern === undefined) throw new Error('there is no pattern');
    await repeatFor(this.here().cloud, this.pattern, count);
    this.journal.clear();
  }

  /** Puts Kubernetes services in place. */
  public openRollout(size: RolloutSize): Promise<void> {
    return this.rollout.open(size);
  }

  /** Resolves when all Kubernetes services lead to their endpoints. */
  public rolloutServed(): Promise<void> {
    return this.rollout.served();
  }

  /** Rolls Kubernetes services, all at once. */
  public roll(range: Range): Promise<RolloutAccount> {
    return this.rollout.roll(range, this.here().writes);
  }

  /** Lets go of what was put in place. */
  public async stop(): Promise<void> {
    await this.opened?.cloud.stop();
  }

  private here(): { readonly cloud: ServiceCloud; readonly writes: WriteWatch } {
    if (this.opened === undefined) throw new Error('nothing is in place');
    return this.opened;
  }
}

interface Range {
  readonly from: number;
  readonly count: number;
}
