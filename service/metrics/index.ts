/** Figures for Prometheus: every metric of the library as `svc_monitor_<name>`, those of the service, and those of the process. */
export { publishedMetrics, serviceMetrics } from './definitions.js';
export { metricPrefix, PrometheusMetrics } from './prometheus-metrics.js';
export { StatusMetrics, type StatusFigures } from './status-metrics.js';
