import type { LoadBalancerObservation, ObservedPort } from '../../../../../lib/managers/octavia-vip/index.js';
import { uuidOf } from '../../../../support/change-messages.js';

/** The address of the VIP in the tests, and the load balancer's id. */
export const vip = '10.107.0.3';
export const loadBalancer = '605acb67-0f8d-43a2-91d0-6a2f8e3b7c11';

/** The tenant's own project, and Octavia's. */
export const tenant = { projectUuid: uuidOf(0xa1), project: { domain: 'default-domain', name: 'shop' } } as const;
export const service = { projectUuid: uuidOf(0xa2), project: { domain: 'default-domain', name: 'service' } } as const;

const second = 1_000;

/** A plain port of the tenant's: no owner, no pairs, one address. */
export function anyPort(number: number, delta: Partial<ObservedPort> = {}): ObservedPort {
  return {
    uuid: uuidOf(number),
    name: `port-${number}`,
    owner: '',
    hasVirtualMachine: false,
    ...tenant,
    vmNames: [],
    addresses: [{ address: `10.107.0.${100 + number}`, subnetUuid: uuidOf(0xb1), createdAt: number * second }],
    ageMs: 60 * second,
    ...delta,
  };
}

/** Octavia's VIP port, as recordings 01 and 10 have it. */
export function octaviaVipPort(number: number, delta: Partial<ObservedPort> = {}): ObservedPort {
  return anyPort(number, {
    name: `octavia-lb-${loadBalancer}`,
    owner: 'Octavia',
    hasVirtualMachine: true,
    vmNames: [`lb-${loadBalancer}`],
    addresses: [{ address: vip, subnetUuid: uuidOf(0xb1), createdAt: 1 * second }],
    ...delta,
  });
}

/** An amphora port that Nova has bound. */
export function boundAmphora(number: number, delta: Partial<ObservedPort> = {}): ObservedPort {
  return anyPort(number, {
    name: `octavia-lb-vrrp-${uuidOf(number)}`,
    owner: 'compute:nova',
    hasVirtualMachine: true,
    vmNames: [uuidOf(number + 0x1000)],
    ...delta,
  });
}

/** An amphora port that Nova has not bound yet. */
export function freshAmphora(number: number, delta: Partial<ObservedPort> = {}): ObservedPort {
  return boundAmphora(number, { owner: 'Octavia', hasVirtualMachine: false, vmNames: [], ...delta });
}

/** An amphora port that Nova has unbound (recording 04). */
export function unboundAmphora(number: number, delta: Partial<ObservedPort> = {}): ObservedPort {
  return boundAmphora(number, { owner: '', hasVirtualMachine: false, vmNames: [], ...delta });
}

/** A VIP in a network of the tenant's own: nobody owns it, nobody carries it. */
export function anyLoadBalancer(delta: Partial<LoadBalancerObservation> = {}): LoadBalancerObservation {
  return { address: vip, networkShared: false, owners: [], carriers: [], ...delta };
}
