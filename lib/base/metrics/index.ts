/** Metrics as an interface and as tables of definitions; the service adapts a client library to them. */
export { latencyBuckets, metricDefinitions, type MetricDefinition, type MetricName } from './definitions.js';
export { metricsFor, silentMetrics, type LabelsOf, type Metrics, type MetricTable } from './metrics.js';
