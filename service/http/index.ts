/** The status endpoint: liveness, readiness, metrics and what the monitor is doing, over HTTP. It only reads. */
export { StatusServer, type MetricsText, type StatusServerOptions } from './status-server.js';
