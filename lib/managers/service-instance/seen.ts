import type { Family } from './names.js';

/** An address of a service: an instance-ip. Lists are sorted. */
export interface AddressSeen {
  readonly uuid: string;
  readonly name: string;
  readonly family: Family;
  /** The server keeps it as one of a service. */
  readonly isService: boolean;
  readonly mode?: string;
  /** Of its network; undefined: it has none. */
  readonly network?: string;
  /** The interfaces that have it, ours and others', bounded. */
  readonly holders: readonly string[];
}

/** An interface of a virtual machine of ours. */
export interface InterfaceSeen {
  readonly uuid: string;
  readonly name: string;
  readonly network?: string;
  readonly type?: string;
  readonly localPreference?: number;
  readonly mac?: string;
  readonly hasSecurityGroup: boolean;
  /** The tables of static routes that it refers to. */
  readonly tables: readonly string[];
  readonly floatingIps: readonly string[];
}

/** A virtual machine that refers to the service instance. */
export interface MachineSeen {
  readonly uuid: string;
  readonly name: string;
  /** Counted from 1. */
  readonly index: number;
  /** Those that are ours: hidden, named as ours are, in the project. */
  readonly interfaces: readonly InterfaceSeen[];
  /** Interfaces that are not ours keep it from being deleted: the first one. */
  readonly heldBy?: string;
  /** The virtual-routers that it is placed on. */
  readonly routers: readonly string[];
}

/** A table of static routes of the service instance. */
export interface TableSeen {
  readonly uuid: string;
  readonly name: string;
  readonly routes: readonly Readonly<Record<string, unknown>>[];
  readonly users: readonly string[];
}

/** A network of a side. */
export interface NetworkSeen {
  readonly uuid: string;
  readonly fqName: readonly string[];
  /** Of which families there are addresses. */
  readonly families: readonly Family[];
  /** The default security group of its project. */
  readonly securityGroup?: GroupSeen;
}

/** A security group. */
export interface GroupSeen {
  readonly uuid: string;
  readonly fqName: readonly string[];
}

/** Whose addresses all interfaces of a side get, where they are not the service's own. */
export type Lent =
  | { readonly state: 'own' }
  | { readonly state: 'awaited' }
  | {
      readonly state: 'lent';
      /** Sorted. */
      readonly uuids: readonly string[];
      /** Those that the interfaces begin with; none: the default one. Who lends the addresses follows them from there on. */
      readonly securityGroups: readonly GroupSeen[];
    };

/** One interface that each instance has: what the template says of it, and what the service instance does. */
export interface SideSeen {
  readonly type: string;
  /** Counted from 1. */
  readonly place: number;
  readonly isShared: boolean;
  readonly hasStaticRoutes: boolean;
  readonly routes: readonly Readonly<Record<string, unknown>>[];
  /** What the service instance names; empty: none. */
  readonly networkName: string;
  /** Undefined: there is none of that name. */
  readonly network?: NetworkSeen;
  readonly lent: Lent;
}

/** What the service instance and its template say. */
export interface InstanceFacts {
  readonly fqName: readonly string[];
  /** The uuid of its project; empty: not known yet. */
  readonly project: string;
  readonly haMode?: string;
  /** Of scale_out; undefined: it says nothing of it. */
  readonly maxInstances?: number;
  /** As on the wire, to be written again with a list of interfaces. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly hasInterfaces: boolean;
  readonly template?: {
    readonly version: number;
    readonly mode?: string;
    readonly type?: string;
    readonly virtualization?: string;
    readonly interfaceTypes: readonly string[];
  };
  readonly sides: readonly SideSeen[];
  /** The network-ipam of networks that are made for it; undefined: there is none. */
  readonly ipam?: { readonly uuid: string; readonly fqName: readonly string[] };
}

/** All that a plan for a service instance is made from. Plain values. */
export interface ServiceSeen {
  readonly uuid: string;
  /** Undefined: it is gone, or is not known. */
  readonly instance?: InstanceFacts;
  /** A DELETE or a 404 said that it is gone. */
  readonly isGone: boolean;
  /** The beginning of its names; empty: not known any more, since nothing is left of it. */
  readonly joined: string;
  /** By index. */
  readonly machines: readonly MachineSeen[];
  /** Virtual machines of a service instance of the same name that is gone: first they go. */
  readonly predecessors: readonly string[];
  /** Names of virtual machines and interfaces that others have. */
  readonly taken: readonly string[];
  readonly tables: readonly TableSeen[];
  readonly addresses: readonly AddressSeen[];
  /** The vRouters that work, by name. */
  readonly upRouters: readonly RouterSeen[];
  /** Those of the machines' vRouters that are known not to work. */
  readonly downRouters: readonly string[];
}

/** A vRouter. */
export interface RouterSeen {
  readonly uuid: string;
  readonly name: string;
}
