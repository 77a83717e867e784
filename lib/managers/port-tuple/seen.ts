import type { ObjectRef } from '../../cache/index.js';
import type { AllowedAddressPair, Family } from '../../model/index.js';
import type { AddressName } from './names.js';

/** What a service instance passes on to its interfaces. */
export type LinkKind = 'interface-route-table' | 'service-health-check';

/** A route table or a health check that is linked to the service instance. */
export interface LinkSeen {
  readonly kind: LinkKind;
  readonly uuid: string;
  /** For which of its interfaces: the tag of the link. */
  readonly type: string;
  /** A health check that sends from an address of its own. */
  readonly isEndToEnd: boolean;
}

/** An interface type of the service instance: what its template and itself say at the same place of their lists. */
export interface TypeSeen {
  readonly type: string;
  /** What is to replace the pairs of its interfaces; undefined: they have what their users set. */
  readonly pairs?: readonly AllowedAddressPair[];
}

/** Where shared addresses come from. */
export interface PoolSeen {
  readonly uuid: string;
  readonly fqName: readonly string[];
  readonly families: readonly Family[];
}

/** An address and how many bits of it count. */
export interface PrefixSeen {
  readonly ip_prefix: string;
  readonly ip_prefix_len: number;
}

/** An instance-ip that has the name of one of the service instance's addresses. */
export interface AddressSeen extends AddressName {
  readonly uuid: string;
  /** It can be none of somebody else's. */
  readonly isOurs: boolean;
  /** The service instance refers to it. */
  readonly isLinked: boolean;
  /** Uuids of the interfaces that it refers to, as far as there are such. */
  readonly interfaces: readonly string[];
  readonly network?: string;
  readonly mode?: string;
  readonly tracking?: PrefixSeen;
  /** What was passed on to interfaces of its type, by uuid: noted on the shared v4 address. */
  readonly given: Readonly<Record<string, LinkKind>>;
  /** Those of them that are gone. */
  readonly givenGone: readonly string[];
}

/** An interface in a port tuple of the service instance, or to which one of its addresses refers. */
export interface InterfaceSeen {
  readonly uuid: string;
  readonly isInTuple: boolean;
  /** `left`, `right`, `management`, `other0` and so on. */
  readonly type?: string;
  /** None: left out. Known of interfaces in port tuples only. */
  readonly pairs?: readonly AllowedAddressPair[];
  /** The addresses of those of its pairs that are one address each: known of all. Canonical. */
  readonly pairAddresses: readonly string[];
  /** Uuids of the route tables and the health checks that it refers to. */
  readonly tables: readonly string[];
  readonly checks: readonly string[];
  readonly network?: PoolSeen;
  /** Which of them another service instance has passed on to it, and notes so. */
  readonly elsewhere: readonly string[];
  /** The other service instances that have it in a port tuple. */
  readonly others: readonly string[];
  /** A service instance of a port tuple that comes before ours sets its pairs. */
  readonly hasOtherPairs: boolean;
}

/** What is known of a service instance and all that its port tuples concern. */
export interface ServiceSeen {
  readonly uuid: string;
  readonly isThere: boolean;
  /**
   * What the service instance, its interfaces and its notes lead to that is neither known nor known to be gone: it is read, and some of it may be
   * nothing that can be read.
   */
  readonly unseen: readonly ObjectRef[];
  /** That it is gone was read again, and so was what is not seen. */
  readonly isVerified: boolean;
  /** Undefined: its template is not there. */
  readonly types?: readonly TypeSeen[];
  readonly pool?: PoolSeen;
  /** Sorted by uuid. */
  readonly addresses: readonly AddressSeen[];
  readonly interfaces: readonly InterfaceSeen[];
  readonly links: readonly LinkSeen[];
  /** What was linked when it was last looked at, by type: it may have been passed on by the original, which notes nothing. */
  readonly remembered: Readonly<Record<string, readonly string[]>>;
  /** What there is too much of, in words. */
  readonly oversized: readonly { readonly what: string; readonly on: ObjectRef }[];
}
