/** The introspect port of the original: what contrail-status and others ask of it, answered in its form. */
export { IntrospectPort, lookEveryMs, type IntrospectPortOptions } from './introspect-port.js';
export { nodeStatusOf, type ConnectionInfo, type NodeStatus, type Peers } from './node-status.js';
export { uveCacheXml } from './sandesh-xml.js';
