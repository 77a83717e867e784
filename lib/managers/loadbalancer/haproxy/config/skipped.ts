/** What a part of a load balancer is. */
export type SkippedKind = 'listener' | 'pool' | 'member' | 'monitor' | 'attribute' | 'certificate' | 'persistence';

/** A part of a load balancer that the text does without: haproxy would refuse it, or all of the text because of it. */
export interface Skipped {
  readonly kind: SkippedKind;
  /** Of the object: of what has an attribute, a certificate or persistence, where that is what is left out. */
  readonly uuid: string;
  /** In words. */
  readonly reason: string;
}

/** Notes what is left out. */
export class SkippedParts {
  private readonly noted = new Map<string, Skipped>();

  /** Notes one part; once, if it is left out in several places for one reason. */
  public note(kind: SkippedKind, uuid: string, reason: string): void {
    this.noted.set([kind, uuid, reason].join(' '), { kind, uuid, reason });
  }

  /** In the order in which they were noted. */
  public get all(): readonly Skipped[] {
    return [...this.noted.values()];
  }
}
