import { allMetricDefinitions, type MetricTable } from '../../lib/index.js';
import { gatewayMetrics } from '../gateway/metrics.js';

/** What the service tells besides what the library counts. It is made when somebody asks, from the status. */
export const serviceMetrics = {
  build_info: {
    type: 'gauge',
    help: 'Always 1; the labels say what runs: `monitor`, `relay` or `gateway`, and the versions',
    labels: ['runs', 'version', 'node'],
  },
  ready: { type: 'gauge', help: '1 while work can be expected of the process, as `/readyz` says', labels: [] },
  problems: {
    type: 'gauge',
    help: 'What is not in order, by type and by the manager whose problem it is (empty: of the whole)',
    labels: ['type', 'manager'],
  },
  last_full_read_timestamp_seconds: {
    type: 'gauge',
    help: 'When the last full read of the config API that succeeded ended, seconds since 1970; 0 before the first',
    labels: [],
  },
} as const satisfies MetricTable;

/** All metrics that are published: those of the library and its managers, of the service, and of its gateway. */
export const publishedMetrics: MetricTable = { ...allMetricDefinitions, ...serviceMetrics, ...gatewayMetrics };
