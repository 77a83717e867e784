import type { Clock } from '../base/clock/index.js';
import { hasCode, type SvcMonitorError } from '../base/errors/index.js';
import type { Stage } from './plan.js';
import { isToCreated } from './write.js';

/** Why the config API does not take what would be recorded. */
export interface Refusal {
  readonly code: (typeof refusing)[number] | (typeof failing)[number];
  readonly message: string;
}

const refusing = ['quota-exceeded', 'forbidden', 'bad-request', 'conflict'] as const;
// What an answer means that may be about this write alone, or about all: only time tells.
const failing = ['unavailable', 'bad-answer', 'not-found'] as const;
// Those say themselves that it is about all.
const awayStatuses: ReadonlySet<unknown> = new Set([502, 503, 504]);

/** How many failures in a row make a refusal. With the backoff of the queue that takes about a second. */
const failuresUntilRefusal = 5;
/** How long a record that was refused is not tried again, and one that failed. Milliseconds. */
const retryAfterMs = { refused: 60_000, failed: 10_000 } as const;
/** How long it is remembered that a record failed. Milliseconds. */
const rememberedMs = 60_000;

/**
 * What an error of a write says if it is a refusal of just that: a quota, a right, a check of the API server. Who is away, or hears
 * nobody, refuses nothing.
 */
export function refusalOf(error: unknown): Refusal | undefined {
  return hasCode(error, ...refusing) ? refusalBy(error) : undefined;
}

/** What an error says if it is an answer that may be about just that write, such as a 500 that a body brings about. */
function failureOf(error: unknown): Refusal | undefined {
  if (!hasCode(error, ...failing)) return undefined;
  const { status } = error.details;
  return typeof status !== 'number' || awayStatuses.has(status) ? undefined : refusalBy(error);
}

function refusalBy({ code, message }: SvcMonitorError<Refusal['code']>): Refusal {
  return { code, message };
}

/**
 * The stages of a plan without what would be recorded, for that, and what follows from it, was refused a moment ago. The rest is done.
 */
export function withoutRecord(stages: readonly Stage[]): readonly Stage[] {
  return stages
    .filter((stage) => stage.isRecord !== true && stage.isBookkeeping !== true)
    .map((stage) => ({
      ...stage,
      writes: stage.writes.filter((write) => !isToCreated(write)),
    }))
    .filter(({ writes }) => writes.length > 0);
}

/** What is remembered of a record that was not taken. */
interface Entry {
  readonly failures: number;
  readonly refusal: Refusal | undefined;
  /** Monotonic time, milliseconds. */
  readonly at: number;
  readonly waitMs: number;
}

/**
 * The keys whose record was not taken a moment ago: what follows does not wait for it, and it is not tried at each look. A record that is
 * answered with a failure again and again counts as refused: else whatever a server makes of one object would hold up for good what the
 * record is only the memory of.
 */
export class Refusals {
  // In the order of their times, and forgotten then.
  private readonly entries = new Map<string, Entry>();

  public constructor(private readonly clock: Clock) {}

  /** How many keys it remembers. */
  public get size(): number {
    return this.entries.size;
  }

  /** The record of the key failed just now. Answers why it counts as refused; undefined if it does not, and is to be tried again. */
  public judge(key: string, error: unknown): Refusal | undefined {
    this.forgetOld();
    const refused = refusalOf(error);
    const failed = failureOf(error);
    if (refused === undefined && failed === undefined) return undefined;
    const failures = (this.entries.get(key)?.failures ?? 0) + 1;
    const refusal = refused ?? (failures < failuresUntilRefusal ? undefined : failed);
    const waitMs = retryAfterMs[refused === undefined ? 'failed' : 'refused'];
    this.entries.delete(key);
    this.entries.set(key, { failures, refusal, at: this.clock.monotonic(), waitMs });
    return refusal;
  }

  /** The record of the key was taken. */
  public taken(key: string): void {
    this.entries.delete(key);
  }

  /** Why the record of the key was refused, and how long it need not be tried again, milliseconds; undefined if it may be tried. */
  public of(key: string): { readonly refusal: Refusal; readonly waitMs: number } | undefined {
    this.forgetOld();
    const entry = this.entries.get(key);
    if (entry?.refusal === undefined) return undefined;
    const waitMs = entry.at + entry.waitMs - this.clock.monotonic();
    return waitMs > 0 ? { refusal: entry.refusal, waitMs } : undefined;
  }

  private forgetOld(): void {
    const now = this.clock.monotonic();
    for (const [key, { at }] of this.entries) {
      if (at + rememberedMs > now) return;
      this.entries.delete(key);
    }
  }
}
