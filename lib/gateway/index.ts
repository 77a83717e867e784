/**
 * What a gateway before the config API changes in requests of the Neutron plugin, so that floating ips on VIPs look to users as they expect them: the
 * rules of docs/gateway.md, and what they are told by. How requests get here and on is the service's.
 */
export type { NeutronFrontEnd, NeutronRequest, Upstream, UpstreamAnswer } from './front-end.js';
export { NeutronRules, type NeutronRulesOptions } from './neutron-rules.js';
export type { Departure, Departures, DepartingPort } from './departures.js';
export type { Association, KnownCarrier, KnownVipPort, VipDirectory, Wanted, Wiring } from './directory.js';
export { observedOctaviaVip, type LetGoOptions, type ObservedOctaviaVip } from './directory-link.js';
