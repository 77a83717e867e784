/**
 * The cache: every object that matters, as small plain entities, with references on both sides and indexes.
 *
 * Guarantees: eventually the cache equals the config API, whatever notifications were lost, doubled or reordered. A change has been
 * delivered when the cache holds the object as it was at the change or later. Live changes overtake a full read.
 * It does not guarantee that two objects are of the same moment. It knows nothing of VIPs beyond the record in annotations.
 */
export { Cuts, type CutObject, type CutsParts } from '../managers/octavia-vip/cuts.js';
export * from './entities.js';
export type { Footprint, Footprints } from '../managers/octavia-vip/history/footprints.js';
export type { IndexName } from './indexes.js';
export { Informer, type CacheKeeper, type InformerOptions } from './informer.js';
export type { CacheListener } from './listener.js';
export { ObjectCache, type CacheReader, type Transition } from './object-cache.js';
export type { ResyncStatus } from './resync.js';
export { isAttached, Traces, type DetachedTrace, type UpdateTrace, type SeenVip } from '../managers/octavia-vip/history/traces.js';
export type { Version, Versions } from './versions.js';
