import type { PortMapping } from '../../../model/index.js';
import type { MonitorView, Named, VipAddress } from '../view/index.js';
import type { ServiceFacts } from './rules.js';
import type { MemberFacts } from './member-rules.js';

/** A member of a pool, and the interface that takes its traffic. */
export interface MemberSeen {
  readonly uuid: string;
  readonly pool: string;
  readonly facts: MemberFacts;
  /** Undefined: there is none. */
  readonly interfaceUuid?: string;
  /** Of what comes to which port of the VIP: undefined where listener or member say none. */
  readonly mapping?: Required<PortMapping>;
}

/** A floating ip that the load balancer may have to do with. */
export interface FloatingIpSeen {
  readonly uuid: string;
  /** `internal`: a child of an address. `external`: one that references the VIP's port, or did. */
  readonly sort: 'internal' | 'external';
  /** Whose it is: ours, that of another native load balancer that is there, or of none that is there; not known, if its address is not to be seen. */
  readonly claim: 'ours' | 'other' | 'none' | 'not-seen';
  /** The load balancer that it says it is of is this one. */
  readonly isMarked: boolean;
  /** Internal: it is named as only the original and ours name such, and has the direction that these have. */
  readonly looksOurs: boolean;
  /** Internal: the address whose child it is. */
  readonly address?: string;
  /** The VIP's port as it is noted. */
  readonly notedPort?: string;
  readonly interfaces: readonly string[];
  readonly fixedIp?: string;
  readonly direction?: string;
  readonly mapsPorts: boolean;
  readonly mappings: readonly PortMapping[];
}

/** A health check that may be one of the load balancer's. */
export interface CheckSeen {
  readonly uuid: string;
  /** It says that it is of this load balancer; else its name alone says of which pool it is. */
  readonly isMarked: boolean;
  readonly pool: string;
  /** The monitor that it says it is of. */
  readonly monitor?: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** The interfaces that refer to it, sorted. */
  readonly interfaces: readonly string[];
}

/** A pool that has monitors. */
export interface WatchedPoolSeen extends Named {
  readonly monitors: readonly MonitorView[];
}

/** What is known of a native load balancer. */
export interface NativeSeen {
  readonly uuid: string;
  readonly facts: Omit<ServiceFacts, 'isAnythingLeft' | 'isVerified'>;
  readonly isVerified: boolean;
  /** Its project, by name, too: undefined where the load balancer is gone. */
  readonly project?: Named;
  /** The VIP's port. */
  readonly port?: string;
  /** What has to be read again before anything is taken away. */
  readonly doubtful: readonly { readonly kind: 'loadbalancer' | 'virtual-machine-interface'; readonly uuid: string }[];
  /** The addresses of the VIP's port that are this one's alone. */
  readonly addresses: readonly VipAddress[];
  readonly floatingIps: readonly FloatingIpSeen[];
  /** In the order in which they count: of listeners, pools and members, each by age. */
  readonly members: readonly MemberSeen[];
  readonly pools: readonly WatchedPoolSeen[];
  readonly checks: readonly CheckSeen[];
  /** Interfaces that floating ips reference, and that are gone. */
  readonly gone: ReadonlySet<string>;
  /** What is more than is looked at, in words. */
  readonly cut: readonly string[];
}
