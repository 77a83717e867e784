import type { Clock } from '../base/clock/index.js';

/** A write that was made. */
export interface Written {
  /** The same for the same write. */
  readonly thing: string;
  /** Of the object that was written. */
  readonly uuid: string;
}

/** The same of an object that was put right several times. */
export interface Repaired extends Written {
  readonly times: number;
  /** Wall clock of the first time that counts, milliseconds since 1970. */
  readonly since: number;
}

interface Entry {
  readonly uuid: string;
  /** Monotonic and wall clock, milliseconds. */
  readonly at: { readonly monotonic: number; readonly wall: number }[];
}

const hourMs = 3_600_000;
const atLeast = 3;
const mostTimes = 1_000;
const mostKeys = 10_000;
const thingsPerKey = 64;
const inverses = { 'add-reference': 'delete-reference', 'delete-reference': 'add-reference' } as const;

/**
 * Counts how often the same of the same object was put right within an hour: three times and more is a fight, however slow. A writer that
 * comes by every half minute is far below what slows a key down, and costs the traffic all the same.
 *
 * Not counted on is what we took back ourselves in between: a reference that was dropped and given again, a property that was set to something
 * else, and all of a key when an entry of a record was removed or an object deleted, for then what was associated has ended, and begins anew.
 *
 * Bounded: 10,000 keys, 64 things of each.
 */
export class Repairs<Key extends string> {
  // Ordered by the last write, the longest ago first.
  private readonly byKey = new Map<Key, Map<string, Entry>>();

  public constructor(private readonly clock: Clock) {}

  /** Takes note of what a reconcile of the key has written. */
  public wrote(key: Key, written: readonly Written[]): void {
    const things = this.byKey.get(key) ?? new Map<string, Entry>();
    this.byKey.delete(key);
    this.byKey.set(key, things);
    if (written.some(({ thing }) => /^(remove|delete) /.test(thing))) things.clear();
    for (const { thing, uuid } of written) {
      things.delete(inverseOf(thing));
      const property = propertyOf(thing);
      for (const [other, entry] of property === undefined ? [] : things) {
        if (other !== thing && entry.uuid === uuid && propertyOf(other) === property) things.delete(other);
      }
      const entry = things.get(thing) ?? { uuid, at: [] };
      if (!things.has(thing) && things.size >= thingsPerKey) continue;
      entry.at.push({ monotonic: this.clock.monotonic(), wall: this.clock.now() });
      if (entry.at.length > mostTimes) entry.at.shift();
      things.set(thing, entry);
    }
    const [oldest] = this.byKey.keys();
    if (this.byKey.size > mostKeys && oldest !== undefined) this.byKey.delete(oldest);
  }

  /** Somebody else reconciles the key from now on, or there is nothing to be done for it any more. */
  public forget(key: Key): void {
    this.byKey.delete(key);
  }

  /** How many keys it remembers writes of. */
  public get remembered(): number {
    return this.byKey.size;
  }

  /** What was put right too often within the last hour, by key. */
  public *all(): Iterable<readonly [Key, Repaired]> {
    const from = this.clock.monotonic() - hourMs;
    for (const [key, things] of this.byKey) {
      for (const [thing, { uuid, at }] of things) {
        while (at[0] !== undefined && at[0].monotonic <= from) at.shift();
        const [first] = at;
        if (first === undefined) things.delete(thing);
        else if (at.length > atLeast) yield [key, { thing, uuid, times: at.length - 1, since: first.wall }];
      }
      if (things.size === 0) this.byKey.delete(key);
    }
  }
}

function inverseOf(thing: string): string {
  for (const [one, other] of Object.entries(inverses)) {
    if (thing.startsWith(`${one} `)) return `${other}${thing.slice(one.length)}`;
  }
  return '';
}

// Which property a write sets, of which object: what comes before the value.
function propertyOf(thing: string): string | undefined {
  const end = thing.indexOf('\t');
  return end < 0 ? undefined : thing.slice(0, end);
}
