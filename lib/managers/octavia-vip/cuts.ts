import type { Clock } from '../../base/clock/index.js';
import type { Logger } from '../../base/log/index.js';
import type { Metrics } from '../../base/metrics/index.js';
import { cachedKinds, type CachedKind, type Entity } from '../../cache/entities.js';

/** An object of which only a part is taken, since it holds more than any load balancer needs. */
export interface CutObject {
  readonly kind: CachedKind;
  readonly uuid: string;
  /** What there is too much of. */
  readonly what: readonly string[];
  /** Wall-clock time at which that was first seen, milliseconds since 1970. */
  readonly since: number;
}

/** What {@link Cuts} is made of. */
export interface CutsParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Whether it matters that an object is cut: of most ports no pairs count at all. */
  readonly matters: (kind: CachedKind, entity: Entity) => boolean;
}

/** Which objects are cut, until they are not or are gone. Each is logged once. */
export class Cuts {
  private readonly objects = new Map<string, CutObject>();

  public constructor(private readonly parts: CutsParts) {}

  /** All of them. */
  public all(): Iterable<CutObject> {
    return this.objects.values();
  }

  /** The object is so now; undefined: it is gone. */
  public noted(kind: CachedKind, uuid: string, entity: Entity | undefined): void {
    const what = entity !== undefined && 'cut' in entity ? entity.cut : undefined;
    const known = this.objects.get(uuid);
    if (entity === undefined || what === undefined || !this.parts.matters(kind, entity)) {
      if (known === undefined) return;
      this.objects.delete(uuid);
      this.parts.logger.info('object is no longer too large', { kind, uuid });
    } else {
      this.objects.set(uuid, { kind, uuid, what, since: known?.since ?? this.parts.clock.now() });
      if (known !== undefined) return;
      this.parts.logger.warn('object is too large: only a part of it counts', { kind, uuid, what });
    }
    this.count();
  }

  private count(): void {
    const counts = new Map<CachedKind, number>(cachedKinds.map((kind) => [kind, 0]));
    for (const { kind } of this.objects.values()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    for (const [kind, count] of counts) this.parts.metrics.set('objects_cut', { kind }, count);
  }
}
