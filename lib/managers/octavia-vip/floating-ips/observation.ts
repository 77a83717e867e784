import type { Footprint } from '../history/index.js';
import type { Detached } from './detached.js';

/** A floating ip that references ports of the VIP, or that our record names. */
export interface ObservedFloatingIp {
  readonly uuid: string;
  /** Canonical. */
  readonly fixedIp?: string;
  readonly isVirtualIp: boolean;
  readonly references: readonly ObservedReference[];
  /** Whether our record says that it is associated with this VIP. */
  readonly recorded: boolean;
  /** Whether the record may be believed: the floating ip is of the VIP's own project, or we saw the association ourselves. */
  readonly trusted: boolean;
  /** Whether we saw the association ourselves, be it over or not. */
  readonly wasSeenAssociated: boolean;
  /** What this process itself wrote on it for this VIP and has not taken away; undefined: nothing. */
  readonly footprint?: Footprint;
  /** The ports to which this process has added references since a read last showed it attached by nothing but those, or by nothing of them. */
  readonly added?: readonly string[];
  /** The fixed ip that this process left it with when it ended an association with this VIP, if it was not read since. Null: none. */
  readonly left?: string | null;
  /** Whether the VIP of another address of the same VIP port records it. */
  readonly recordedElsewhere: boolean;
  /** Uuid of the VIP port that a record of the VIP names, which names it, too, and is believed: that port's VIP, or one before it. */
  readonly recordedAt?: string;
  /**
   * The ports that were written on it, or recorded with it, for a VIP port that had the address before. Undefined: there was none. That
   * association is over; nothing of it is evidence for this VIP.
   */
  readonly former?: readonly string[];
  /** Whether a virtual-ip of another VIP records it: what is left on it is that one's business. Defaults to no. */
  readonly keptElsewhere?: boolean;
  /** Whether this process saw it attached to a VIP last here, and that is not over. Defaults to no. */
  readonly seenLast?: boolean;
  /** Whether another VIP holds it: it restores it, and what is on it is that one's (docs/rules.md, "What a VIP holds a floating ip by"). */
  readonly heldElsewhere: boolean;
  /** Whether it is held there by nothing but what was written for that VIP: whose association it was takes away what is left. Defaults to no. */
  readonly onlyWrittenElsewhere?: boolean;
  /** How it was detached; undefined if nobody saw it, or it is attached. */
  readonly detached?: Detached;
  /**
   * Whether what others did before we began to restore it is known by now: the notification of our own first write has come, and with
   * it all that came before; or the time for it is over.
   */
  readonly fence: 'open' | 'passed';
}

/** A reference to an interface. One that is gone can still be shown: the server's cache drops it with the next write. */
export interface ObservedReference {
  readonly portUuid: string;
  readonly live: boolean;
  /** Nothing is known of the interface, not even that it is gone: the reference is left as it is. */
  readonly unclear: boolean;
  /** Addresses of the interface; none: they are not known. */
  readonly addresses: readonly string[];
}

/** What is known of a VIP when its floating ips are planned. */
export interface FloatingIpObservation {
  /** Canonical. */
  readonly address: string;
  /** Undefined: the load balancer is gone. Dormant: nobody carries the VIP, and it is kept no longer than it takes to end it. */
  readonly vipPort?: {
    readonly uuid: string;
    readonly addresses: readonly string[];
    readonly dormant: boolean;
    /** The address is not the first of the VIP port. */
    readonly isAdditional?: boolean;
  };
  /** There is none to be seen, but the port that our record names exists: its address may only be unreadable. */
  readonly vipPortUnclear?: boolean;
  readonly members: readonly string[];
  /** Amphora ports that do not belong (any more): unbound, orphaned or not trusted. */
  readonly outsiders: readonly string[];
  /** Ports that our virtual-ip references, and those that are known to be gone. */
  readonly recordedPorts: readonly { readonly uuid: string; readonly gone: 'no' | 'explained' | 'unexplained' }[];
  readonly floatingIps: readonly ObservedFloatingIp[];
  /** Whether the ports and floating ips were read again just now: a lost message can hide no delete. */
  readonly verified: boolean;
}
