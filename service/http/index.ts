/** The HTTP endpoints of the service, which only read, and what the status endpoint answers: liveness, readiness, metrics, status. */
export {
  jsonAnswer,
  textAnswer,
  type Answer,
  type AnswerStream,
  type StreamAnswer,
  type WholeAnswer,
} from './answer.js';
export { hostName, refusalOf, type CallerFacts, type Refusal } from './caller-rules.js';
export { endpointLimits, HttpEndpoint, type HttpEndpointOptions, type ReloadableOptions } from './http-endpoint.js';
export { listenError, tlsOptions, type ListenTls } from './listen.js';
export { ConnectionWatch, type ConnectionLimits } from './connection-watch.js';
export { findRoute, type FoundRoute, type Route, type RouteRequest } from './route.js';
export { StatusServer, type MetricsText, type StatusServerOptions } from './status-server.js';
export { timeAsText, type TimeName, type Wire } from './times.js';
