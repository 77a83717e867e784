/** A fair, de-duplicating, delaying, rate-limiting queue of keys that drains: the laws of client-go's workqueue, one test per law. */
export type { Priority, WorkItem, WorkQueue } from './work-queue.js';
