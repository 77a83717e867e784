import type { VipKey } from '../vip-key.js';
import type { HeldAt, OwnWrite, UpdateRequest } from './episode.js';

/** Of which episode something is. */
export interface EpisodeOf {
  readonly vip: VipKey;
  readonly vipPort: string | undefined;
}

/** What can happen to a floating ip, as far as it is remembered. Times are monotonic, milliseconds. */
export type Event =
  /** A read showed references, to these ports, and a fixed ip: Neutron sets both and clears both. `at`: that is a VIP. */
  | {
      readonly type: 'seen-attached';
      readonly readAfter: number;
      readonly ports: readonly string[];
      readonly fixedIp: string;
      readonly at?: HeldAt | undefined;
    }
  /** A read showed less than that; and what the cache held before. */
  | { readonly type: 'seen-detached'; readonly at: number; readonly before: 'unknown' | 'detached' | readonly string[] }
  /** Somebody else updated it. */
  | { readonly type: 'updated'; readonly request: UpdateRequest }
  /** The stream, which names no requests, has said that it is detached, or that it is not. */
  | { readonly type: 'said'; readonly detached: boolean; readonly by?: string | undefined }
  /** A write of ours comes back on such a stream. */
  | { readonly type: 'echoed'; readonly write: OwnWrite }
  /** A monitor's own request has come back, ours or another's. */
  | { readonly type: 'own-heard'; readonly requestId: string; readonly isRestore: boolean }
  /**
   * A write of ours is about to be sent, by a plan that knew of the changes up to `plannedAt`; one that is the first step of a restore opens the
   * fence. It may be carried out although no answer comes.
   */
  | {
      readonly type: 'sending';
      readonly write: OwnWrite;
      readonly requestId: string;
      readonly plannedAt: number;
      readonly at: number;
    }
  /** A write of ours that failed is about to be sent again: it may have been carried out, and each time it is there is an echo. */
  | { readonly type: 'sending-again'; readonly write: OwnWrite; readonly at: number }
  /** We added a reference, by a plan that knew of the changes up to `plannedAt`. */
  | {
      readonly type: 'reference-added';
      readonly port: string;
      readonly plannedAt: number;
      /** It has no fixed ip: somebody has detached it again meanwhile. */
      readonly isFreed: boolean;
      readonly of: EpisodeOf;
    }
  | { readonly type: 'reference-deleted'; readonly port: string; readonly at: number; readonly of: EpisodeOf }
  /** We set properties; those that we did not are undefined. A fixed ip that was cleared is null. */
  | {
      readonly type: 'properties-set';
      readonly isVirtualIp?: boolean | undefined;
      readonly fixedIp?: string | null | undefined;
      readonly of: EpisodeOf;
    }
  /** It was read after we had left it with a fixed ip, and what was to be done about that was done. */
  | { readonly type: 'left-read' }
  /** A plan found it associated. */
  | { readonly type: 'associated'; readonly of: EpisodeOf }
  /** It was detached when it was seen first: these are the ports that its record names. */
  | { readonly type: 'evidence'; readonly ports: readonly string[] }
  /** The association with the VIP has ended, and its record is gone. */
  | { readonly type: 'ended'; readonly vip: VipKey }
  /** The association has ended, and another VIP, which has not recorded the floating ip yet, has it with the flag that we answered for. */
  | { readonly type: 'handed-over'; readonly of: EpisodeOf }
  /** No virtual-ip of the VIP records it any more, and it is not attached there. */
  | { readonly type: 'unrecorded'; readonly vip: VipKey }
  /** Nothing that we wrote for the VIP is left on it, or it is somebody else's by now. */
  | { readonly type: 'forgotten'; readonly vip: VipKey };

/** The types of {@link Event}. */
export type EventType = Event['type'];
