import type { Clock } from '../../../base/clock/index.js';
import { BoundedMap } from '../../../base/collections/index.js';
import type { VipKey } from '../vip-key.js';
import { noStory, nextStory, type Failover, type Story, type StoryEvent } from './story.js';

/** A failover, and of which VIP. */
export interface VipFailover {
  readonly key: VipKey;
  readonly failover: Failover;
}

const rememberedVips = 2_000;

/**
 * What has happened to VIPs lately, for people to look at: nothing is planned by it. Lost at a restart, and bounded for each VIP and in all: the
 * VIPs to which nothing has happened for longest are forgotten first.
 */
export class VipStories {
  private readonly stories: BoundedMap<Story>;

  /** @param limit of how many VIPs stories are kept. Defaults to 2000 */
  public constructor(
    private readonly clock: Clock,
    limit: number = rememberedVips,
  ) {
    this.stories = new BoundedMap(limit);
  }

  /** What has happened to the VIP lately. */
  public of(key: VipKey): Story {
    return this.stories.get(key) ?? noStory;
  }

  /** Takes note of something. */
  public note(key: VipKey, event: StoryEvent): void {
    const before = this.of(key);
    const after = nextStory(before, event, { now: this.clock.now(), monotonic: this.clock.monotonic() });
    if (after !== before) this.stories.set(key, after);
  }

  /** Somebody else reconciles the VIP from now on. */
  public forget(key: VipKey): void {
    this.stories.delete(key);
  }

  /** The latest failovers of all VIPs, the latest first. */
  public latest(limit: number): readonly VipFailover[] {
    const all: VipFailover[] = [];
    for (const [key, { failovers }] of this.stories.all()) {
      for (const failover of failovers) all.push({ key: key as VipKey, failover });
    }
    all.sort((one, other) => other.failover.startedMonotonic - one.failover.startedMonotonic);
    return all.slice(0, limit);
  }
}
