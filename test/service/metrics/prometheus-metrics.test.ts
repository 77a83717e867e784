import { expect } from 'chai';
import { errorCodes, metricDefinitions, type MetricDefinition } from '../../../lib/index.js';
import { PrometheusMetrics } from '../../../service/metrics/index.js';

describe('PrometheusMetrics', () => {
  describe('when nothing has happened yet', () => {
    it('should show every metric of the library with its type and help', async () => {
      const text = await new PrometheusMetrics().render();
      for (const [name, { type, help }] of Object.entries<MetricDefinition>(metricDefinitions)) {
        expect(text).to.contain(`# HELP svc_monitor_${name} ${help}\n# TYPE svc_monitor_${name} ${type}\n`);
      }
    });

    it('should show counters without labels, and those whose labels are known, at 0', async () => {
      const text = await new PrometheusMetrics().render();
      expect(text).to.match(/^svc_monitor_associations_restored_total 0$/m);
      for (const code of Object.keys(errorCodes)) {
        expect(text).to.contain(`svc_monitor_errors_total{code="${code}"} 0\n`);
      }
    });

    it('should show the figures of the process', async () => {
      const text = await new PrometheusMetrics().render();
      expect(text).to.match(/^svc_monitor_process_resident_memory_bytes \d+$/m);
      expect(text).to.match(/^svc_monitor_nodejs_eventloop_lag_p99_seconds /m);
    });
  });

  describe('when figures arrive', () => {
    it('should add to counters, set gauges and observe histograms', async () => {
      const metrics = new PrometheusMetrics();
      metrics.increment('writes_total', { kind: 'virtual-ip', action: 'create' });
      metrics.increment('writes_total', { kind: 'virtual-ip', action: 'create' }, 2);
      metrics.set('source_connected', { source: 'amqp' }, 1);
      metrics.observe('reconcile_seconds', {}, 0.004);
      const text = await metrics.render();
      expect(text).to.contain('svc_monitor_writes_total{kind="virtual-ip",action="create"} 3\n');
      expect(text).to.contain('svc_monitor_source_connected{source="amqp"} 1\n');
      expect(text).to.contain('svc_monitor_reconcile_seconds_bucket{le="0.0025"} 0\n');
      expect(text).to.contain('svc_monitor_reconcile_seconds_bucket{le="0.005"} 1\n');
      expect(text).to.contain('svc_monitor_reconcile_seconds_count 1\n');
    });

    it('should keep the figures of two instances apart', async () => {
      const [first, second] = [new PrometheusMetrics(), new PrometheusMetrics()];
      first.set('queue_depth', {}, 7);
      expect(await first.render()).to.contain('svc_monitor_queue_depth 7\n');
      expect(await second.render()).to.contain('svc_monitor_queue_depth 0\n');
    });
  });
});
