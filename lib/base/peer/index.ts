/** Servers that are connected to, why that fails, and which setting is to be looked at then. */
export {
  connectionFailures,
  explainConnectionFailure,
  isAboutTls,
  type ConnectionFailureKind,
  type ExplainedFailure,
} from './connection-failures.js';
export { peers, type Peer } from './peer.js';
