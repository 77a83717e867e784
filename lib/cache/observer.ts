import type { Change } from '../change-stream/change.js';
import type { EntityOf, Kind } from '../model/index.js';
import type { ObjectRef, Transition } from './cache-reader.js';

/** When something was heard of. */
export interface Moment {
  /** Position in the order of all changes received. */
  readonly sequence: number;
  /** Monotonic time, milliseconds. */
  readonly at: number;
}

/** What a read showed. */
export interface Sight {
  /** Position of the last change received before the read began: what came earlier is part of what it shows. */
  readonly readAfter: number;
  /** Monotonic time, milliseconds. */
  readonly at: number;
}

/**
 * Who remembers more of the objects than what they are: what others did to them, and in which order. All is told at once, in the order in
 * which it came; nobody waits for an observer, and none may throw.
 */
export interface CacheObserver {
  /** A change has come, and nothing of it is in the cache yet. */
  heard?(change: Change, moment: Moment): void;
  /** A read has shown an object, be it as it was before; without `after` it is gone. The cache holds what was seen. */
  seen?(transition: Transition, sight: Sight): void;
  /** Whether each change of the object is to be read and announced, though we made it, or it seems to bring nothing new. */
  awaits?(kind: Kind, uuid: string): boolean;
  /** What has to be known, besides what an object references, to tell what it means. */
  needs?<K extends Kind>(kind: K, entity: EntityOf<K>): readonly ObjectRef[];
}

/** Several observers as one. */
export class CacheObservers implements Required<CacheObserver> {
  public constructor(private readonly observers: readonly CacheObserver[]) {}

  public heard(change: Change, moment: Moment): void {
    for (const observer of this.observers) observer.heard?.(change, moment);
  }

  public seen(transition: Transition, sight: Sight): void {
    for (const observer of this.observers) observer.seen?.(transition, sight);
  }

  public awaits(kind: Kind, uuid: string): boolean {
    return this.observers.some((observer) => observer.awaits?.(kind, uuid) === true);
  }

  public needs<K extends Kind>(kind: K, entity: EntityOf<K>): readonly ObjectRef[] {
    return this.observers.flatMap((observer) => observer.needs?.(kind, entity) ?? []);
  }
}
