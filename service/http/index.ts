/** The status endpoint: liveness, readiness, metrics and what the monitor is doing, over HTTP. It only reads. */
export { monitorUnreadyReasons } from './monitor-readiness.js';
export { StatusServer, type MetricsText, type StatusServerOptions } from './status-server.js';
