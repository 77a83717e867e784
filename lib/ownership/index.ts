/**
 * Shares: which VIPs a monitor acts for, where several share them. All read all changes, so that each could act for any; each acts only
 * for the VIPs of its shares.
 *
 * Guaranteed by every implementation: a VIP whose owner is gone has another one in bounded time; a process that was frozen does not act
 * before it has made sure of its shares again. Not guaranteed: that there is never a moment with two owners. Two at once end in the same
 * state as one.
 */
export { allShares, type Shares, type SharesStatus } from './shares.js';
export { shareOf } from './share-of.js';
export { KafkaShares, type KafkaSharesOptions } from './kafka-shares.js';
