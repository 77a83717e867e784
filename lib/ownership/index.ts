/**
 * Ownership: which keys a monitor acts for, where several work side by side. All read all changes, so that each could act for any.
 *
 * Guaranteed by every implementation: a key whose owner is gone has another one in bounded time; a process that was frozen does not act
 * before it has made sure of what it owns again. Not guaranteed: that there is never a moment with two owners. Two at once end in the same
 * state as one.
 *
 * `ZookeeperElection`: one monitor owns everything, and the others stand by. `KafkaGroup`: all own a part. `nothing`: one that only
 * knows, and never acts.
 */
export { KafkaGroup, type KafkaGroupOptions } from './kafka-group/kafka-group.js';
export { shareOf } from './kafka-group/share-of.js';
export {
  everything,
  nothing,
  type KafkaOwnershipStatus,
  type Ownership,
  type OwnershipStatus,
  type ZookeeperOwnershipStatus,
} from './ownership.js';
export { readContenders, type Contenders, type ContendersOptions } from './zookeeper/contenders.js';
export { ZookeeperElection, type ZookeeperElectionOptions } from './zookeeper/zookeeper-election.js';
