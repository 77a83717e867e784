/** Who serves a load balancer: our two drivers, or one that an embedder brings. */
export type { LoadbalancerDriver } from './contract.js';
export { planDrivers, RegisteredDrivers, type DriversPlan, type DriversSeen } from './controller.js';
export { DriverHost, type DriverFailure, type DriverHostParts } from './host.js';
export { DriverRegistry, type DriverKind } from './registry.js';
export { driverRules, type DriverDeed, type DriverFacts } from './rules.js';
export type { DriverRunner, DriverRunnerParts } from './runner.js';
