import { BoundedMap } from '../base/collections/index.js';
import type { CacheObserver, Moment, Sight, Transition } from '../cache/index.js';
import type { Change } from '../change-stream/index.js';
import { ownRequestIdPrefix } from '../config-api/index.js';

// Those that somebody waits for were changed a moment ago.
const rememberedFloatingIps = 10_000;

/** Remembers of each floating ip when others have changed it last, and whether that was read since. */
export class HeardChanges implements CacheObserver {
  private count = 0;
  private readonly heardOf = new BoundedMap<{ readonly count: number; readonly sequence: number }>(
    rememberedFloatingIps,
  );
  private readonly seenUpTo = new BoundedMap<number>(rememberedFloatingIps);
  private readonly listeners = new Set<(uuid: string) => void>();

  /** How many changes of floating ips by others were heard of so far. */
  public get position(): number {
    return this.count;
  }

  /** Whether somebody else has changed the floating ip after the position, and a read has shown what that has made of it. */
  public isKnownSince(uuid: string, position: number): boolean {
    const heard = this.heardOf.get(uuid);
    if (heard === undefined || heard.count <= position) return false;
    return (this.seenUpTo.get(uuid) ?? -1) >= heard.sequence;
  }

  /** Calls the listener whenever a floating ip was read; it must not throw. Returns how to end that. */
  public onSeen(listener: (uuid: string) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  public heard({ kind, uuid, requestId }: Change, { sequence }: Moment): void {
    // What monitors write follows from what others did. The watch names no requests.
    if (kind !== 'floating-ip' || requestId?.startsWith(ownRequestIdPrefix) === true) return;
    this.count += 1;
    this.heardOf.set(uuid, { count: this.count, sequence });
  }

  public seen({ kind, uuid }: Transition, { readAfter }: Sight): void {
    if (kind !== 'floating-ip') return;
    this.seenUpTo.set(uuid, readAfter);
    for (const listener of this.listeners) listener(uuid);
  }
}
