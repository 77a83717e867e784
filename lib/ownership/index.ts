/**
 * Ownership: which keys a monitor acts for, where several work side by side. All read all changes, so that each could act for any.
 *
 * Guaranteed by every implementation: a key whose owner is gone has another one in bounded time; a process that was frozen does not act
 * before it has made sure of what it owns again. Not guaranteed: that there is never a moment with two owners. Two at once end in the same
 * state as one.
 */
export { KafkaGroup, type KafkaGroupOptions } from './kafka-group/kafka-group.js';
export { shareOf } from './kafka-group/share-of.js';
export { everything, type Ownership, type OwnershipStatus } from './ownership.js';
