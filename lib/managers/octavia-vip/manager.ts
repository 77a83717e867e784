import { metricsFor } from '../../base/metrics/index.js';
import { anyController } from '../../controller/index.js';
import { defineManager } from '../manager.js';
import { VipController } from './controller.js';
import { Cuts } from './cuts.js';
import { History } from './history/index.js';
import { octaviaVipMetrics } from './metrics.js';
import { octaviaVipProblems } from './problem-types.js';
import { VipReports } from './report.js';
import { SchemaKnowledge } from './schema/schema-knowledge.js';
import { octaviaVipSettings } from './settings.js';

/** Floating ips on the VIPs of Octavia load balancers. */
export const octaviaVip = defineManager({
  name: 'octavia-vip',
  settings: octaviaVipSettings,
  metrics: octaviaVipMetrics,
  problems: octaviaVipProblems,
  create: ({ cache, clock, logger, metrics: all, requeue }, settings) => {
    const metrics = metricsFor(all, octaviaVipMetrics);
    const outside = { clock, logger, metrics };
    const history = new History(cache);
    const cuts = new Cuts({ ...outside, settings });
    const reports = new VipReports(outside);
    const schema = new SchemaKnowledge({ setting: settings.schema, logger, onNative: requeue });
    const controller = new VipController({ ...outside, cache, history, schema, reports, cuts, settings });
    return { controllers: [anyController(controller)], observers: [history, cuts] };
  },
});
