import type { Clock } from '../../base/clock/index.js';
import type { Logger } from '../../base/log/index.js';
import type { Metrics } from '../../base/metrics/index.js';
import type { CacheObserver, Transition } from '../../cache/index.js';
import type { Kind } from '../../model/index.js';
import { mayCarry, type MarkRules } from './carriers/detection.js';
import type { octaviaVipMetrics } from './metrics.js';
import { marksOf } from './ports.js';
import { recordOf } from './record/record.js';

/** An object of which only a part is taken, since it holds more than any load balancer needs. */
export interface CutObject {
  readonly kind: Kind;
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
  readonly metrics: Metrics<typeof octaviaVipMetrics>;
  readonly settings: MarkRules;
}

const cutKinds = ['virtual-machine-interface', 'virtual-ip'] as const;

/** Which objects are cut, until they are not or are gone. Each is logged once. */
export class Cuts implements CacheObserver {
  private readonly objects = new Map<string, CutObject>();

  public constructor(private readonly parts: CutsParts) {}

  /** All of them. */
  public all(): Iterable<CutObject> {
    return this.objects.values();
  }

  public seen(transition: Transition): void {
    const { kind, uuid } = transition;
    const what = this.cutOf(transition);
    const known = this.objects.get(uuid);
    if (what.length === 0) {
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

  // Of most ports no pairs count at all, and virtual-ips of others do not.
  private cutOf(transition: Transition): readonly string[] {
    const { kind, after } = transition;
    if (after === undefined) return [];
    if (kind === 'virtual-machine-interface') {
      return mayCarry(marksOf(after), this.parts.settings) ? (after.cut ?? []) : [];
    }
    if (kind !== 'virtual-ip') return [];
    const record = recordOf(after);
    if (record === undefined) return [];
    return [
      ...(after.cut ?? []),
      ...(record.cut?.includes('floatingIps') === true ? ['floating ips in the record'] : []),
      ...(record.cut?.includes('members') === true ? ['members in the record'] : []),
    ];
  }

  private count(): void {
    for (const kind of cutKinds) {
      const count = [...this.objects.values()].filter((object) => object.kind === kind).length;
      this.parts.metrics.set('objects_cut', { kind }, count);
    }
  }
}
