/** Small collections: several values per key, a map that forgets, a heap of delays, a linked list. */
export { BoundedMap } from './bounded-map.js';
export { DelayHeap } from './delay-heap.js';
export * from './linked-list.js';
export { MultiMap } from './multi-map.js';
