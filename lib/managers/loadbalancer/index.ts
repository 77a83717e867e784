/** Load balancers of LBaaS v2 and v1, each by the driver that its provider names: in haproxy, natively, or by one that an embedder brings. */
export * from './drivers/index.js';
export { loadbalancer, loadbalancerManager, type LoadbalancerContext } from './manager.js';
export { loadbalancerProblems } from './problem-types.js';
export * from './providers/index.js';
export { ruleTables } from './rule-tables.js';
export * from './view/index.js';
