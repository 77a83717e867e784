import type { Clock } from '../base/clock/index.js';
import { hasCode, type SvcMonitorError } from '../base/errors/index.js';
import type { Stage } from './plan.js';
import { isToCreated } from './write.js';

/** Why the config API does not take what would be recorded. */
export interface Refusal {
  readonly code: 'quota-exceeded' | 'forbidden' | 'bad-request' | 'conflict';
  readonly message: string;
}

/** How long a record that was refused is not tried again. Milliseconds. */
const retryAfterMs = 60_000;

/**
 * What an error of a write says if it is a refusal of just that: a quota, a right, a check of the API server. Who is away, or hears
 * nobody, refuses nothing.
 */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!hasCode(error, 'quota-exceeded', 'forbidden', 'bad-request', 'conflict')) return undefined;
  const { code, message }: SvcMonitorError<Refusal['code']> = error;
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

/** The keys whose record was refused a moment ago: what follows does not wait for it, and it is not tried at each look. */
export class Refusals {
  // In the order of their times, and forgotten then.
  private readonly entries = new Map<string, { readonly refusal: Refusal; readonly until: number }>();

  public constructor(private readonly clock: Clock) {}

  /** How many keys it remembers. */
  public get size(): number {
    return this.entries.size;
  }

  /** The record of the key was refused just now. */
  public note(key: string, refusal: Refusal): void {
    this.forgetOld();
    this.entries.delete(key);
    this.entries.set(key, { refusal, until: this.clock.monotonic() + retryAfterMs });
  }

  /** Why the record of the key was refused, and how long it need not be tried again, milliseconds; undefined if it may be tried. */
  public of(key: string): { readonly refusal: Refusal; readonly waitMs: number } | undefined {
    this.forgetOld();
    const entry = this.entries.get(key);
    return entry && { refusal: entry.refusal, waitMs: entry.until - this.clock.monotonic() };
  }

  private forgetOld(): void {
    const now = this.clock.monotonic();
    for (const [key, { until }] of this.entries) {
      if (until > now) return;
      this.entries.delete(key);
    }
  }
}
