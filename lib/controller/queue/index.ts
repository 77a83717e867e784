/**
 * A queue of keys, after the laws of client-go's workqueue; one test per law.
 *
 * Fair within a priority, and between those for whom live keys are added; live before resync without starving it. Stingy: a key waits at most once and is never with two workers.
 * Delays and backoff per key, shutdown with drain. It keeps keys only, never what happened to them, and nothing on disk.
 * One idea per file: waiting-groups ← fair-queue ← delayed-keys ← key-backoff, composed in keyed-work-queue.
 */
export type { Priority, WorkItem, WorkQueue } from './work-queue.js';
export { KeyedWorkQueue, type KeyedWorkQueueOptions } from './keyed-work-queue.js';
export type { BackoffOptions } from './key-backoff.js';
