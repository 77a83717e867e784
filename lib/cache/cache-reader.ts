import type { EntityOf, IndexOf, Kind, ReferrersOf } from '../model/index.js';

/** An object, by kind and uuid. */
export interface ObjectRef<K extends Kind = Kind> {
  readonly kind: K;
  readonly uuid: string;
}

/** What an object was and is. A created one has no `before`, a deleted one no `after`. */
export type Transition<K extends Kind = Kind> = K extends Kind
  ? {
      readonly kind: K;
      readonly uuid: string;
      readonly before: EntityOf<K> | undefined;
      readonly after: EntityOf<K> | undefined;
    }
  : never;

/** The reading side of the cache: what plans are made from. Plain values, never to be changed by the reader. */
export interface CacheReader {
  get<K extends Kind>(kind: K, uuid: string): EntityOf<K> | undefined;
  /** The objects of a kind that stand under a key of one of its indexes. */
  find<K extends Kind>(kind: K, index: IndexOf<K>, key: string): readonly EntityOf<K>[];
  /** All keys of an index. */
  keys<K extends Kind>(kind: K, index: IndexOf<K>): Iterable<string>;
  /** The objects of a kind that reference the target. Which kinds reference which is known when it is compiled. */
  referrers<T extends Kind, K extends ReferrersOf<T>>(kind: K, target: T, uuid: string): readonly EntityOf<K>[];
  /** All objects of a kind. */
  all<K extends Kind>(kind: K): Iterable<EntityOf<K>>;
  /** Whether the object is known to be gone: a DELETE or a 404 said so. */
  isGone(uuid: string): boolean;
  /** How many milliseconds ago the object was made: by the server's word when we first saw it, by our own monotonic time since. 0 if unknown. */
  ageMs(uuid: string): number;
}
