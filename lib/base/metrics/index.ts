/** Metrics as an interface and one table of all of them. The service adapts prom-client to it; the library ships the silent one. */
export { metricDefinitions, type MetricDefinition, type MetricName } from './definitions.js';
export { silentMetrics, type MetricLabels, type Metrics } from './metrics.js';
