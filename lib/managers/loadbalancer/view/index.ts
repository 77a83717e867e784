/** A load balancer with all that hangs on it, as drivers see it, and what touches it. */
export * from './bounds.js';
export { loadbalancerRef, observeLoadbalancer } from './observe.js';
export { defaultProvider, providerNamed } from './provider.js';
export { ofVipPort, ofVipPorts, viewKeys, viewTouches } from './reactions.js';
export type * from './types.js';
