import type { DriverKind } from '../drivers/index.js';
import type { LoadbalancerView, Named } from '../view/index.js';

/** An interface of a virtual machine of a load balancer on the side of its VIP. Lists are sorted. */
export interface RightInterface {
  readonly uuid: string;
  readonly securityGroups: readonly string[];
  readonly tags: readonly string[];
  readonly floatingIps: readonly string[];
  /** Such as `tcp 80`. */
  readonly fatFlows: readonly string[];
}

/** What a service instance says of one of its interfaces. */
export interface SideSeen {
  /** `domain:project:name`. */
  readonly network: string;
  readonly address?: string;
}

/** A service instance that has the uuid of a load balancer for a name. */
export interface InstanceSeen extends Named {
  /** Whether its template is that of load balancers in haproxy. */
  readonly isOfTemplate: boolean;
  /** By key. */
  readonly bindings: Readonly<Record<string, string>>;
  readonly sides: readonly SideSeen[];
  /** As on the wire, to be written again with a list of interfaces. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** The load balancer or pool of that uuid refers to it. */
  readonly isReferenced: boolean;
  /** The interfaces of its virtual machines, by uuid. */
  readonly interfaces: readonly RightInterface[];
}

/** The network of a pool of LBaaS v1, where it is another one than the VIP's; undefined: not known, or none of the load balancer's. */
export type LeftNetwork =
  | { readonly state: 'none' }
  | { readonly state: 'unknown' }
  | { readonly state: 'foreign'; readonly network: Named }
  | { readonly state: 'known'; readonly network: Named };

/** All that a plan for a load balancer is made from. Plain values. */
export interface HaproxySeen {
  readonly uuid: string;
  /** What the key is of: `loadbalancer`, or `loadbalancer-pool` in LBaaS v1. */
  readonly kind: 'loadbalancer' | 'loadbalancer-pool';
  /** `none`: what is there is no load balancer. */
  readonly state: 'there' | 'none' | 'gone' | 'not-seen';
  readonly view?: LoadbalancerView;
  readonly driver: DriverKind;
  /** The VIP port: there is none, it is gone, not known yet, of another project, somebody else's VIP is there, or all is well. */
  readonly port: 'none' | 'gone' | 'not-seen' | 'foreign' | 'taken' | 'own';
  /** What the VIP port is referred to as. */
  readonly portUuid?: string;
  readonly left: LeftNetwork;
  readonly template?: Named;
  /** The security groups that the interfaces have where the VIP port has none. */
  readonly defaultGroups: readonly string[];
  /** In the load balancer's project, or, where that is gone, in any; by uuid. */
  readonly instances: readonly InstanceSeen[];
}
