/** Load balancers of LBaaS v2 and v1, each by the driver that its provider names: in haproxy, natively, or by one that an embedder brings. */
export { loadbalancer, loadbalancerManager } from './manager.js';
export * from './view/index.js';
export * from './drivers/index.js';
