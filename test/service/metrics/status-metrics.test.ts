import { expect } from 'chai';
import { PrometheusMetrics, StatusMetrics, type StatusFigures } from '../../../service/metrics/index.js';

function statusMetrics(figures: () => StatusFigures): StatusMetrics {
  return new StatusMetrics({ prometheus: new PrometheusMetrics(), runs: 'monitor', version: '1.2.3', figures });
}

describe('StatusMetrics', () => {
  describe('when asked', () => {
    it('should say what runs, whether it is ready, and when everything was read', async () => {
      const text = await statusMetrics(() => ({
        ready: true,
        problems: [],
        lastFullReadAt: 1_700_000_000_500,
      })).render();
      expect(text).to.match(/^svc_monitor_build_info\{runs="monitor",version="1\.2\.3",node="\d+\.\d+\.\d+"\} 1$/m);
      expect(text).to.match(/^svc_monitor_ready 1$/m);
      expect(text).to.match(/^svc_monitor_last_full_read_timestamp_seconds 1700000000\.5$/m);
    });

    it('should say 0 where it is not ready and nothing was read yet', async () => {
      const text = await statusMetrics(() => ({ ready: false, problems: [] })).render();
      expect(text).to.match(/^svc_monitor_ready 0$/m);
      expect(text).to.match(/^svc_monitor_last_full_read_timestamp_seconds 0$/m);
    });
  });

  describe('when there are problems', () => {
    it('should count them by type and manager, and forget those that are over', async () => {
      let problems: StatusFigures['problems'] = [
        { type: 'object' },
        { type: 'failing', controller: 'octavia-vip' },
        { type: 'failing', controller: 'octavia-vip' },
      ];
      const metrics = statusMetrics(() => ({ ready: true, problems }));
      const text = await metrics.render();
      expect(text).to.contain('svc_monitor_problems{type="failing",manager="octavia-vip"} 2\n');
      expect(text).to.contain('svc_monitor_problems{type="object",manager=""} 1\n');
      problems = [];
      expect(await metrics.render()).not.to.contain('svc_monitor_problems{');
    });
  });
});
