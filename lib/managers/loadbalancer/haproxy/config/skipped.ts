/** What a part of a load balancer is. */
export type SkippedKind =
  'loadbalancer' | 'listener' | 'pool' | 'member' | 'monitor' | 'attribute' | 'certificate' | 'persistence';

/** A part of a load balancer that the text does without: haproxy would refuse it, or all of the text because of it. */
export interface Skipped {
  readonly kind: SkippedKind;
  /** Of the object: of what has an attribute, a certificate or persistence, where that is what is left out. */
  readonly uuid: string;
  /** In words. */
  readonly reason: string;
}

/** How many parts are told of: a tenant can make as many as he likes. */
export const mostTold = 64;

/** Notes what is left out of a load balancer. */
export class SkippedParts {
  private readonly noted = new Map<string, Skipped>();
  private hasMore = false;

  /** @param uuid of the load balancer */
  public constructor(private readonly uuid: string) {}

  /** Notes one part; once, if it is left out in several places for one reason. */
  public note(kind: SkippedKind, uuid: string, reason: string): void {
    const key = [kind, uuid, reason].join(' ');
    if (this.noted.size < mostTold) this.noted.set(key, { kind, uuid, reason });
    else if (!this.noted.has(key)) this.hasMore = true;
  }

  /** The first, in the order in which they were noted; of the load balancer itself it says then that there are more. */
  public get all(): readonly Skipped[] {
    const more = { kind: 'loadbalancer', uuid: this.uuid, reason: 'more is left out than is told' } as const;
    return this.hasMore ? [...this.noted.values(), more] : [...this.noted.values()];
  }
}
