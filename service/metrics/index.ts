/** Figures for Prometheus: every metric of the library as `svc_monitor_<name>`, and those of the process. */
export { metricPrefix, PrometheusMetrics } from './prometheus-metrics.js';
