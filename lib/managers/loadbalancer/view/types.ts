import type { Attributes, IngressRule } from '../../../model/index.js';

/** A name and uuid. */
export interface Named {
  readonly uuid: string;
  readonly fqName: readonly string[];
}

/** An address of a VIP port. */
export interface VipAddress extends Named {
  /** Canonical; undefined: it has none yet. */
  readonly address?: string;
  readonly family: 'v4' | 'v6';
}

/** The port of a VIP. */
export interface VipView extends Named {
  /** The uuid of its project. */
  readonly project?: string;
  /** Neutron's device owner, such as `K8S:LOADBALANCER`. */
  readonly owner: string;
  readonly network?: Named;
  /** In the order of their uuids. */
  readonly addresses: readonly VipAddress[];
  /** Uuids, sorted. */
  readonly securityGroups: readonly string[];
  /** Uuids, sorted. */
  readonly tags: readonly string[];
  /** Uuids of the floating ips that reference the port, sorted. Children of its own addresses are not among them. */
  readonly floatingIps: readonly string[];
}

/** How a pool's members are looked after. */
export interface MonitorView {
  readonly uuid: string;
  readonly isUp: boolean;
  /** `PING`, `TCP`, `HTTP` or `HTTPS`. */
  readonly type?: string;
  /** Seconds. */
  readonly delay?: number;
  /** Seconds. */
  readonly timeout?: number;
  readonly maxRetries?: number;
  readonly httpMethod?: string;
  readonly urlPath?: string;
  readonly expectedCodes?: string;
}

/** A member of a pool. */
export interface MemberView {
  readonly uuid: string;
  readonly isUp: boolean;
  /** Canonical. */
  readonly address?: string;
  readonly port?: number;
  readonly weight?: number;
  readonly subnetUuid?: string;
  /** The uuid of the interface of a pod. */
  readonly interfaceUuid?: string;
}

/** A pool. */
export interface PoolView extends Named {
  readonly isUp: boolean;
  readonly protocol?: string;
  readonly method?: string;
  readonly subnetUuid?: string;
  /** `SOURCE_IP`, `HTTP_COOKIE` or `APP_COOKIE`: of LBaaS v2. */
  readonly persistence?: string;
  readonly cookieName?: string;
  readonly attributes: Attributes;
  readonly ingress: IngressRule;
  /** In the order in which they were made. */
  readonly monitors: readonly MonitorView[];
  /** In the order in which they were made. */
  readonly members: readonly MemberView[];
}

/** A listener, or, in LBaaS v1, a virtual-ip. */
export interface ListenerView {
  readonly uuid: string;
  readonly isUp: boolean;
  readonly protocol?: string;
  readonly port?: number;
  readonly connectionLimit?: number;
  /** Of LBaaS v2. */
  readonly tlsContainer?: string;
  readonly sniContainers: readonly string[];
  /** Of LBaaS v1. */
  readonly persistence?: string;
  /** Of LBaaS v1. */
  readonly cookieName?: string;
  /** In the order in which they were made. */
  readonly pools: readonly PoolView[];
}

/** Who serves a load balancer. */
export interface Provider {
  /** The name of a service-appliance-set. */
  readonly name: string;
  /** The uuid of the set; undefined: there is none of that name. */
  readonly setUuid?: string;
  /** Its driver: a Python class path, or whatever else names one. */
  readonly driver?: string;
}

/**
 * A load balancer with all that hangs on it, as plain values: of LBaaS v2 a `loadbalancer`, of v1 a pool that a virtual-ip refers to. Lists that
 * users fill are in the order in which the objects were made, and of the same moment by uuid: a restart changes nothing of it.
 */
export interface LoadbalancerView extends Named {
  readonly version: 'v1' | 'v2';
  /** The uuid of its project; undefined: not known. */
  readonly project?: string;
  readonly provider: Provider;
  /** What it says its address is; canonical. */
  readonly vipAddress?: string;
  /** Undefined: it has no port, or the port is not known. */
  readonly vip?: VipView;
  readonly listeners: readonly ListenerView[];
  /** The service instances that it refers to. */
  readonly serviceInstances: readonly string[];
  /** What is more than is looked at, in words. */
  readonly cut: readonly string[];
}
