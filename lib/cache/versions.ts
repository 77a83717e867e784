import { BoundedMap } from '../base/collections/bounded-map.js';

/** When the server last wrote an object: its wall clock, microseconds since 1970. Undefined where it does not say. */
export type Version = number | undefined;

/** How long after a CREATE or DELETE an answer that knows nothing of it is taken for late. Milliseconds. */
const lateAnswerMs = 5_000;
/** How much older than its notification a change may be. Milliseconds; clocks that differ are found out and allowed for. */
const promptMs = 1_000;
const rememberedOffsets = 16;
const rememberedObjects = 20_000;

/**
 * Tells answers that are out of date: of several API servers one may lag behind, and of its database nodes, too. A server's
 * `last_modified` moves with every write (docs/opensdn.md, 9.2), so it orders the states of one object.
 *
 * An answer older than one that we have had, or no younger than what a write of ours replaced, is stale for sure. One that does not
 * show the change that was announced may be: the change that we were told of is expected to be as young as its notification.
 */
export class Versions {
  private readonly newest = new Map<string, number>();
  private readonly replaced = new Map<string, number>();
  private readonly sent = new BoundedMap<number>(rememberedObjects);
  private readonly createdAt = new BoundedMap<number>(rememberedObjects);
  private readonly deletedAt = new BoundedMap<number>(rememberedObjects);
  private offsets: number[] = [];

  /** A read showed the object so. */
  public seen(uuid: string, version: Version): void {
    if (version === undefined) return;
    this.newest.set(uuid, version);
    this.replaced.delete(uuid);
  }

  /** Whether that is what the latest read showed, and no write of ours came after it. */
  public isLatest(uuid: string, version: Version): boolean {
    return version !== undefined && this.newest.get(uuid) === version && !this.replaced.has(uuid);
  }

  /** The version that the latest read showed. */
  public latest(uuid: string): Version {
    return this.newest.get(uuid);
  }

  /** A write of ours is on its way. */
  public writing(uuid: string): void {
    const version = this.newest.get(uuid);
    if (version !== undefined) this.sent.set(uuid, version);
  }

  /** The write of ours has been answered: what was there before it is out of date. */
  public wrote(uuid: string): void {
    const version = this.sent.get(uuid);
    if (version !== undefined) this.replaced.set(uuid, version);
  }

  /** A CREATE was heard, one that follows no DELETE; `at` is monotonic, milliseconds. */
  public created(uuid: string, at: number): void {
    if (at - (this.deletedAt.get(uuid) ?? -Infinity) < lateAnswerMs) return;
    this.createdAt.set(uuid, at);
  }

  /** A DELETE was heard, or the object was found gone; `at` is monotonic, milliseconds. */
  public deleted(uuid: string, at: number): void {
    this.newest.delete(uuid);
    this.replaced.delete(uuid);
    this.createdAt.delete(uuid);
    this.deletedAt.set(uuid, at);
  }

  /** Whether an answer that shows the object with this version is out of date for sure. */
  public isStale(uuid: string, version: Version, at: number): boolean {
    if (at - (this.deletedAt.get(uuid) ?? -Infinity) < lateAnswerMs) return true;
    if (version === undefined) return false;
    return version < (this.newest.get(uuid) ?? -Infinity) || version <= (this.replaced.get(uuid) ?? -Infinity);
  }

  /** Whether an answer that the object is not there is out of date: its CREATE was heard just now, and no DELETE. */
  public isMissingTooEarly(uuid: string, at: number): boolean {
    return at - (this.createdAt.get(uuid) ?? -Infinity) < lateAnswerMs;
  }

  /** Whether the version is older than a change can be of which we were told at `heardAt` (our wall clock, milliseconds since 1970). */
  public isOlderThanNews(version: Version, heardAt: number): boolean {
    if (version === undefined) return false;
    const offset = version / 1_000 - heardAt;
    // The clock of the server is behind ours by as much as the youngest of its changes seem to be.
    if (offset < Math.max(...this.offsets, this.offsets.length === 0 ? 0 : -Infinity) - promptMs) return true;
    this.learn(offset);
    return false;
  }

  /** The version that seemed too old is what later reads show as well. */
  public confirmed(version: Version, heardAt: number): void {
    if (version !== undefined) this.learn(version / 1_000 - heardAt);
  }

  private learn(offset: number): void {
    this.offsets = [...this.offsets, offset].slice(-rememberedOffsets);
  }
}

/** The version that an object's `id_perms.last_modified` says. */
export function versionOf(object: {
  readonly id_perms?: { readonly last_modified?: string | undefined } | undefined;
}): Version {
  return parseVersion(object.id_perms?.last_modified);
}

/** A `last_modified`, which is UTC without a zone, with microseconds. */
export function parseVersion(text: string | undefined): Version {
  const match = text === undefined ? null : /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?$/.exec(text);
  if (match === null) return undefined;
  const [, seconds = '', fraction = ''] = match;
  const milliseconds = Date.parse(`${seconds}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds * 1_000 + Number(fraction.padEnd(6, '0'));
}
