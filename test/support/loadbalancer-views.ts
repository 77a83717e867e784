import type {
  ListenerView,
  LoadbalancerView,
  MemberView,
  MonitorView,
  PoolView,
} from '../../lib/managers/loadbalancer/view/index.js';
import { uuidOf } from './change-messages.js';

/** A load balancer of LBaaS v2 at 10.0.0.3, without listeners. */
export function loadbalancerView(delta: Partial<LoadbalancerView> = {}): LoadbalancerView {
  return {
    uuid: uuidOf(0x1b),
    version: 'v2',
    fqName: ['default-domain', 'shop', 'lb'],
    provider: { name: 'opencontrail' },
    vipAddress: '10.0.0.3',
    listeners: [],
    serviceInstances: [],
    cut: [],
    ...delta,
  };
}

/** The same, of an ingress of Kubernetes. */
export function ingressView(listeners: readonly ListenerView[]): LoadbalancerView {
  const vip = {
    uuid: uuidOf(0x1c),
    fqName: ['default-domain', 'shop', 'vip'],
    owner: 'K8S:LOADBALANCER',
    addresses: [],
    securityGroups: [],
    tags: [],
    floatingIps: [],
  };
  return loadbalancerView({ vip, listeners });
}

/** An HTTP listener on port 80, without pools. */
export function listenerView(number: number, delta: Partial<ListenerView> = {}): ListenerView {
  return {
    uuid: uuidOf(0x200 + number),
    isUp: true,
    protocol: 'HTTP',
    port: 80,
    sniContainers: [],
    pools: [],
    ...delta,
  };
}

/** An HTTP pool whose members take turns, without members. */
export function poolView(number: number, delta: Partial<PoolView> = {}): PoolView {
  return {
    uuid: uuidOf(0x300 + number),
    fqName: ['default-domain', 'shop', `pool-${number}`],
    isUp: true,
    protocol: 'HTTP',
    method: 'ROUND_ROBIN',
    attributes: [],
    ingress: {},
    monitors: [],
    members: [],
    ...delta,
  };
}

/** A member at port 8080 of 10.0.1.<number>. */
export function memberView(number: number, delta: Partial<MemberView> = {}): MemberView {
  return { uuid: uuidOf(0x400 + number), isUp: true, address: `10.0.1.${number}`, port: 8080, weight: 1, ...delta };
}

/** A monitor that asks for `/health` each second. */
export function monitorView(delta: Partial<MonitorView> = {}): MonitorView {
  return {
    uuid: uuidOf(0x500),
    isUp: true,
    type: 'HTTP',
    delay: 1,
    timeout: 1,
    maxRetries: 1,
    httpMethod: 'GET',
    urlPath: '/health',
    expectedCodes: '200',
    ...delta,
  };
}
