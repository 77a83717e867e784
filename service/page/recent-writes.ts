import type { RequestRecord } from '../../lib/index.js';
import { maskedBeginning } from '../mask.js';

/** A request by which the service has written, or has tried to. */
export interface RecentWrite {
  /** Counts the writes since the start of the service, from 1, in the order in which they ended. */
  readonly number: number;
  /** When it was sent. Wall clock, milliseconds since 1970. */
  readonly at: number;
  /** What the API server puts into the notifications that the request causes. */
  readonly requestId: string;
  readonly method: RequestRecord['method'];
  readonly path: string;
  /** What was sent. Absent: nothing, or more than is kept. */
  readonly body?: unknown;
  /** How long the text of what was sent is, where it is too long to be kept. */
  readonly bodyLength?: number;
  /** Uuid of the object that was written; of a create, the one that it was answered. */
  readonly object?: string;
  /** The status of the answer. Absent: none came. */
  readonly status?: number;
  /** `ok`, or the code of the error (docs/errors.md). */
  readonly outcome: RequestRecord['outcome'];
  /** The beginning of the answer, where that is no success. Others' text. */
  readonly answer?: string;
  /** From the request to the end of its answer, milliseconds. */
  readonly tookMs: number;
}

/** How much is kept: writes in all and of one object, and how long all texts are together; and how long the texts of one write may be. */
export interface RecentWriteBounds {
  readonly writes: number;
  readonly perObject: number;
  readonly characters: number;
  readonly body: number;
  readonly answer: number;
}

const defaultBounds: RecentWriteBounds = {
  writes: 2_000,
  perObject: 50,
  characters: 1_000_000,
  body: 4_096,
  answer: 500,
};
const longestPath = 300;
/** What a write takes besides its texts, about. */
const overhead = 400;
// A good answer to a create is a few hundred characters.
const longestCreated = 65_536;
const uuidPattern = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

interface Kept {
  readonly write: Omit<RecentWrite, 'body' | 'number'>;
  readonly kind: string;
  /** As it was sent: a text, whose size is known. */
  readonly bodyText: string;
  /** All uuids that the request names, and that of the object. */
  readonly uuids: ReadonlySet<string>;
  readonly characters: number;
}

/**
 * The last requests by which the service has written, for reports of faults: nothing is planned by it. Lost at a restart, and bounded for each
 * object and in all, by count and by size; the oldest are forgotten first, so that one object that is written again and again pushes out
 * none but its own. It never sees a token.
 */
export class RecentWrites {
  // By number, the oldest first.
  private readonly kept = new Map<number, Kept>();
  private readonly ofObject = new Map<string, Set<number>>();
  private readonly bounds: RecentWriteBounds;
  private characters = 0;
  private last = 0;

  /** @param bounds those that differ from the usual ones */
  public constructor(bounds: Partial<RecentWriteBounds> = {}) {
    this.bounds = { ...defaultBounds, ...bounds };
  }

  /** How many writes were made, or tried, and are no longer kept. */
  public get forgotten(): number {
    return this.last - this.kept.size;
  }

  /** Takes note of a request; of those that only read it takes none. */
  public note(record: RequestRecord): void {
    if (record.access !== 'write') return;
    const kept = keptOf(record, this.bounds);
    this.last += 1;
    this.kept.set(this.last, kept);
    this.characters += kept.characters;
    if (kept.write.object !== undefined) this.addTo(kept.write.object, this.last);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.bounds.writes && this.characters <= this.bounds.characters) break;
      this.forget(oldest);
    }
  }

  /**
   * The last writes, the latest first.
   *
   * @param about uuids in small letters: writes that name one of them, and all writes to the virtual-ips that those wrote to. Empty: all
   */
  public latest(limit: number, about: readonly string[] = []): readonly RecentWrite[] {
    const wanted = new Set(about);
    const all = [...this.kept];
    for (const [, { kind, uuids, write }] of all) {
      const { object } = write;
      // What was written last to one that is gone by now may name nothing but itself.
      if (kind === 'virtual-ip' && object !== undefined && namesOne(uuids, wanted)) wanted.add(object);
    }
    const found = wanted.size === 0 ? all : all.filter(([, { uuids }]) => namesOne(uuids, wanted));
    return found
      .slice(-limit)
      .reverse()
      .map(([number, kept]) => shown(number, kept));
  }

  private addTo(object: string, number: number): void {
    const numbers = this.ofObject.get(object) ?? new Set();
    this.ofObject.set(object, numbers.add(number));
    const [oldest] = numbers;
    if (oldest !== undefined && numbers.size > this.bounds.perObject) this.forget(oldest);
  }

  private forget(number: number): void {
    const kept = this.kept.get(number);
    if (kept === undefined) return;
    this.kept.delete(number);
    this.characters -= kept.characters;
    const { object = '' } = kept.write;
    const numbers = this.ofObject.get(object);
    numbers?.delete(number);
    if (numbers?.size === 0) this.ofObject.delete(object);
  }
}

function keptOf(record: RequestRecord, bounds: RecentWriteBounds): Kept {
  const { sentAt: at, requestId, method, kind, outcome, status, seconds } = record;
  const path = record.path.slice(0, longestPath);
  const whole = record.body === undefined ? '' : JSON.stringify(record.body);
  const bodyText = whole.length <= bounds.body ? whole : '';
  const answer = outcome === 'ok' ? '' : maskedBeginning(record.answer ?? '', bounds.answer);
  const object = objectOf(record);
  const named = `${path} ${bodyText}`.toLowerCase().match(uuidPattern) ?? [];
  return {
    write: {
      ...{ at, requestId, method, path, outcome, tookMs: Math.round(seconds * 10_000) / 10 },
      ...(bodyText === whole ? {} : { bodyLength: whole.length }),
      ...(object === undefined ? {} : { object }),
      ...(status === undefined ? {} : { status }),
      ...(answer === '' ? {} : { answer }),
    },
    ...{ kind, bodyText },
    uuids: new Set(object === undefined ? named : [object, ...named]),
    characters: path.length + bodyText.length + answer.length + overhead,
  };
}

function shown(number: number, { bodyText, write }: Kept): RecentWrite {
  return bodyText === '' ? { number, ...write } : { number, ...write, body: JSON.parse(bodyText) as unknown };
}

/** The object that a request writes to: named in the path, in what is sent, or, of a create, in the answer. */
function objectOf({ method, path, kind, body, answer, outcome }: RequestRecord): string | undefined {
  const [inPath] = path.toLowerCase().match(uuidPattern) ?? [];
  if (inPath !== undefined) return inPath;
  if (hasUuid(body)) return body.uuid.toLowerCase();
  if (method !== 'POST' || outcome !== 'ok' || answer === undefined || answer.length > longestCreated) return undefined;
  // A good answer: it was looked through before.
  const made = (JSON.parse(answer) as Readonly<Record<string, unknown>>)[kind];
  return hasUuid(made) ? made.uuid.toLowerCase() : undefined;
}

function hasUuid(value: unknown): value is { readonly uuid: string } {
  return typeof value === 'object' && value !== null && 'uuid' in value && typeof value.uuid === 'string';
}

function namesOne(uuids: ReadonlySet<string>, wanted: ReadonlySet<string>): boolean {
  for (const uuid of uuids) if (wanted.has(uuid)) return true;
  return false;
}
