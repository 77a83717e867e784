/** An object by uuid and whole name. */
export interface NamedObject {
  readonly uuid: string;
  readonly fqName: readonly string[];
}

/** A router that there is. */
export interface SeenRouter extends NamedObject {
  /** Undefined if the server does not say. */
  readonly projectUuid?: string;
  readonly serviceInstances: readonly string[];
  /** Which of the first of them are not known, and not known to be gone. */
  readonly unseenInstances: readonly string[];
  readonly routeTables: readonly string[];
  /** Its external networks in the order of their uuids; without a name those that are not known yet. */
  readonly externals: readonly { readonly uuid: string; readonly name?: string }[];
}

/** A service instance that has a name as those of the router have. */
export interface SeenInstance extends NamedObject {
  /** Its template is one of SNAT. */
  readonly isSourceNat: boolean;
  /** The networks of its interfaces, by whole name. */
  readonly networks: readonly string[];
  readonly autoPolicy: boolean;
  readonly haMode?: string;
  readonly maxInstances?: number;
  /** `service_instance_properties` as it stands. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** The routers that refer to it. */
  readonly routers: readonly string[];
}

/** A hidden network that has a name as the left networks of the router have. */
export interface SeenLeftNetwork extends NamedObject {
  /** How many interfaces and addresses are in it. */
  readonly inhabitants: number;
}

/** A route of a route table, as far as it matters. */
export type SeenRoute = Readonly<Record<string, unknown>>;

/** A route table that has the name of that of the router. */
export interface SeenRouteTable extends NamedObject {
  readonly routes: readonly SeenRoute[];
  /** The routers that refer to it. */
  readonly routers: readonly string[];
  /** The networks that refer to it. */
  readonly networks: readonly string[];
}

/** A name that a new service instance of the router could have. */
export interface NameCandidate {
  readonly name: string;
  /** Somebody else has a service instance or a network by it, or a former one of ours is not gone yet. */
  readonly isTaken: boolean;
}

/** What is known of a router and its SNAT: plain values. */
export interface SnatSeen {
  readonly routerUuid: string;
  /** Undefined: it is not known. */
  readonly router?: SeenRouter;
  /** A DELETE or a 404 said that the router is gone. */
  readonly isGone: boolean;
  readonly template?: NamedObject;
  /** Where addresses of left networks come from. */
  readonly ipam?: NamedObject;
  /** In the order of their names; those that the router refers to first. */
  readonly instances: readonly SeenInstance[];
  /** How many more there are than are looked at. */
  readonly surplus: number;
  readonly leftNetworks: readonly SeenLeftNetwork[];
  /** Whole names of networks that somebody has by the name of a left network of one of the instances, and that are not hidden. */
  readonly visibleLeftNetworks: readonly string[];
  readonly routeTables: readonly SeenRouteTable[];
  /** In the order in which they are tried. */
  readonly names: readonly NameCandidate[];
}
