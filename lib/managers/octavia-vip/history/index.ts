/**
 * The history of floating ips: what is remembered beyond the objects themselves. One memory for each, changed by events through one table.
 */
export * from './episode.js';
export type { EpisodeOf, Event, EventType } from './events.js';
export { History, isAttached, type HistoryReader, type HistoryState, type SeenVip } from './history.js';
export { RequestLog } from './request-log.js';
export { next, transitions, type Transitions } from './transitions.js';
