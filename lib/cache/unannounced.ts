import type { Clock, Timer } from '../base/clock/index.js';
import type { Logger } from '../base/log/index.js';
import type { Kind } from '../model/index.js';

/** How many changes full reads have found that nobody had announced. */
export interface UnannouncedStatus {
  /** By the last full read, by kind. */
  readonly lastRead: Readonly<Record<string, number>>;
  /** By all full reads of the last hour, by kind. */
  readonly lastHour: Readonly<Record<string, number>>;
  /** Wall clock of the first of those reads that found some, milliseconds since 1970. */
  readonly since: number;
}

interface Found {
  readonly at: number;
  readonly since: number;
  readonly byKind: Readonly<Record<string, number>>;
}

const hourMs = 3_600_000;
/** What a read shows first is announced within this time. */
const graceMs = 10_000;
const mostRemembered = 50_000;

/**
 * Counts what full reads find that no notification had told of. Not counted is what may have been missed for a known reason, as the stream was
 * not followed or said so itself; what was heard of since the read before, or is within ten seconds after: a change that is under way
 * while everything is read.
 *
 * Bounded: with more changes than it can remember between two reads it counts nothing of the second.
 */
export class Unannounced {
  private isGap = true;
  private gaps = 0;
  /** How many there had been when the read began; undefined for a read without a stream. */
  private gapsAtBegin: number | undefined;
  private isCounting = false;
  private readonly heardBefore = new Set<string>();
  private readonly heardSince = new Set<string>();
  private pending = new Map<string, Kind>();
  private last: Found | undefined;
  private readonly hour: Found[] = [];
  private timer: Timer | undefined;

  public constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Changes may have been missed, or are being missed now. */
  public gap(): void {
    this.isGap = true;
    this.gaps += 1;
    this.isCounting = false;
    this.pending.clear();
  }

  /** A notification of the object has come, or of what changes it with it. */
  public heard(uuid: string): void {
    this.pending.delete(uuid);
    if (this.heardSince.size >= mostRemembered) this.gap();
    else this.heardSince.add(uuid);
  }

  /** A full read begins; `isFollowed`: the stream is connected. */
  public readBegins(isFollowed: boolean): void {
    this.settle();
    this.isCounting = isFollowed && !this.isGap;
    // What is heard from now on belongs to the next read, too: it may not be part of what this one shows.
    this.heardBefore.clear();
    for (const uuid of this.heardSince) this.heardBefore.add(uuid);
    this.heardSince.clear();
    this.gapsAtBegin = isFollowed ? this.gaps : undefined;
  }

  /** The read has found the object created, changed or deleted. */
  public found(kind: Kind, uuid: string): void {
    if (!this.isCounting || this.heardBefore.has(uuid) || this.heardSince.has(uuid)) return;
    if (this.pending.size < mostRemembered) this.pending.set(uuid, kind);
  }

  /** The read has ended well. */
  public readEnds(): void {
    this.timer?.cancel();
    // What was missed is found: the next read is the first that can tell.
    if (this.gapsAtBegin === this.gaps) this.isGap = false;
    if (!this.isCounting) return;
    this.timer = this.clock.schedule(graceMs, () => {
      this.settle();
    });
  }

  /** Undefined if the reads of the last hour have found nothing. */
  public status(): UnannouncedStatus | undefined {
    const from = this.clock.monotonic() - hourMs;
    while (this.hour[0] !== undefined && this.hour[0].at < from) this.hour.shift();
    const [first] = this.hour;
    if (first === undefined) return undefined;
    const lastHour: Record<string, number> = {};
    for (const { byKind } of this.hour) add(lastHour, byKind);
    return { lastRead: this.last?.byKind ?? {}, lastHour, since: first.since };
  }

  public close(): void {
    this.timer?.cancel();
  }

  private settle(): void {
    this.timer?.cancel();
    if (!this.isCounting) return;
    this.isCounting = false;
    const byKind: Record<string, number> = {};
    for (const kind of this.pending.values()) add(byKind, { [kind]: 1 });
    const count = this.pending.size;
    this.pending = new Map();
    this.last = { at: this.clock.monotonic(), since: this.clock.now(), byKind };
    if (count === 0) return;
    this.hour.push(this.last);
    this.logger.warn('a full read has found changes that nobody had announced', { count, byKind });
  }
}

function add(sums: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [kind, count] of Object.entries(more)) sums[kind] = (sums[kind] ?? 0) + count;
}
