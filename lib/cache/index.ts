/**
 * The cache: every object of the kinds that somebody asks for, as small plain entities, with references on both sides and indexes. It knows
 * nothing of what they mean.
 *
 * Guarantees: eventually the cache equals the config API, whatever notifications were lost, doubled or reordered. A change has been
 * delivered when the cache holds the object as it was at the change or later. Live changes overtake a full read.
 * It does not guarantee that two objects are of the same moment.
 */
export type { CacheReader, ObjectRef, Transition } from './cache-reader.js';
export { Echoes, type EchoListener, type EchoStatus } from './echoes.js';
export { inReadingOrder, watchedFields } from './held-kinds.js';
export { Informer, type CacheKeeper, type InformerOptions } from './informer.js';
export type { CacheListener } from './listener.js';
export { ObjectCache } from './object-cache.js';
export { CacheObservers, type CacheObserver, type Moment, type Sight } from './observer.js';
export type { ResyncStatus } from './resync.js';
export { Unannounced, type UnannouncedStatus } from './unannounced.js';
export type { Version, Versions } from './versions.js';
