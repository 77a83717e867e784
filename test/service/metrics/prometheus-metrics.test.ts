import { expect } from 'chai';
import { allMetricDefinitions, errorCodes, metricDefinitions } from '../../../lib/index.js';
import { octaviaVipMetrics } from '../../../lib/managers/octavia-vip/index.js';
import { PrometheusMetrics } from '../../../service/metrics/index.js';

describe('PrometheusMetrics', () => {
  describe('when nothing has happened yet', () => {
    it('should show every metric of the library and of the managers with its type and help', async () => {
      const text = await new PrometheusMetrics().render();
      expect(allMetricDefinitions).to.include.all.keys(...Object.keys({ ...metricDefinitions, ...octaviaVipMetrics }));
      for (const [name, { type, help }] of Object.entries(allMetricDefinitions)) {
        expect(text).to.contain(`# HELP svc_monitor_${name} ${help}\n# TYPE svc_monitor_${name} ${type}\n`);
      }
    });

    it('should show counters without labels, and those whose labels are known, at 0', async () => {
      const text = await new PrometheusMetrics().render();
      expect(text).to.match(/^svc_monitor_associations_restored_total 0$/m);
      for (const code of Object.keys(errorCodes)) {
        expect(text).to.contain(`svc_monitor_errors_total{code="${code}"} 0\n`);
      }
      for (const priority of ['live', 'resync']) {
        const labels = `controller="octavia-vip",priority="${priority}"`;
        expect(text).to.contain(`svc_monitor_queue_adds_total{${labels}} 0\n`);
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
      const written = { controller: 'octavia-vip', kind: 'virtual-ip', action: 'create' };
      const { controller } = written;
      metrics.increment('writes_total', written);
      metrics.increment('writes_total', written, 2);
      metrics.set('source_connected', { source: 'amqp' }, 1);
      metrics.observe('reconcile_seconds', { controller }, 0.004);
      const text = await metrics.render();
      expect(text).to.contain(
        'svc_monitor_writes_total{controller="octavia-vip",kind="virtual-ip",action="create"} 3\n',
      );
      expect(text).to.contain('svc_monitor_source_connected{source="amqp"} 1\n');
      expect(text).to.contain('svc_monitor_reconcile_seconds_bucket{le="0.0025",controller="octavia-vip"} 0\n');
      expect(text).to.contain('svc_monitor_reconcile_seconds_bucket{le="0.005",controller="octavia-vip"} 1\n');
      expect(text).to.contain('svc_monitor_reconcile_seconds_count{controller="octavia-vip"} 1\n');
    });

    it('should keep the figures of two instances apart', async () => {
      const [first, second] = [new PrometheusMetrics(), new PrometheusMetrics()];
      first.set('relay_backlog', {}, 7);
      expect(await first.render()).to.contain('svc_monitor_relay_backlog 7\n');
      expect(await second.render()).to.contain('svc_monitor_relay_backlog 0\n');
    });
  });
});
