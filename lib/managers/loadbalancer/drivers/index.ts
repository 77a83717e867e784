/** Who serves a load balancer: our two drivers, or one that an embedder brings. */
export type { LoadbalancerDriver } from './contract.js';
export { DriverRegistry, type DriverKind } from './registry.js';
