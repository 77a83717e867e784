/**
 * The Neutron gateway as a part of the service: an HTTP proxy in front of the API servers, through which everything passes as it is, but for the
 * requests that the library's front end answers.
 */
export { connectionUse } from './connection-use.js';
export { GatewayRules } from './gateway-rules.js';
export { Gateway, type GatewayOptions, type GatewayStatus } from './gateway.js';
export { gatewayMetrics, outcomes, passReasons, type Outcome, type PassReason } from './metrics.js';
export type { GatewayCounts } from './tally.js';
