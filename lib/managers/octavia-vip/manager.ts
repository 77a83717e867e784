import { metricsFor } from '../../base/metrics/index.js';
import { anyController } from '../../controller/index.js';
import type { CacheObserver } from '../../cache/index.js';
import { defineManager, type ManagerContext } from '../manager.js';
import { VipController } from './controller.js';
import { Cuts } from './cuts.js';
import { History } from './history/index.js';
import { octaviaVipMetrics } from './metrics.js';
import { NamedLogger } from './named-logger.js';
import { octaviaVipProblems } from './problem-types.js';
import { VipReports } from './report.js';
import { SchemaKnowledge } from './schema/schema-knowledge.js';
import { ruleTables } from './rule-tables.js';
import { octaviaVipSettings, type OctaviaVipSettings } from './settings.js';

/** What the manager makes for one monitor: what plans its VIPs, and what remembers for that. */
export interface VipParticipants {
  readonly controller: VipController;
  /** Have to be told of all that the cache hears and sees. */
  readonly observers: readonly CacheObserver[];
}

/** Makes what plans VIPs, by itself: for a monitor, or for who only wants to know what would be planned. */
export function createVipController(context: ManagerContext, settings: OctaviaVipSettings): VipParticipants {
  const { cache, clock, logger: plain, metrics: all, requeue } = context;
  const logger = new NamedLogger(plain, cache);
  const metrics = metricsFor(all, octaviaVipMetrics);
  const outside = { clock, logger, metrics };
  const history = new History(cache);
  const cuts = new Cuts({ ...outside, settings });
  const reports = new VipReports(outside);
  const schema = new SchemaKnowledge({ setting: settings.schema, logger, onNative: requeue });
  const controller = new VipController({ ...outside, cache, history, schema, reports, cuts, settings });
  return { controller, observers: [history, cuts] };
}

/** Floating ips on the VIPs of Octavia load balancers. */
export const octaviaVip = defineManager({
  name: 'octavia-vip',
  settings: octaviaVipSettings,
  metrics: octaviaVipMetrics,
  problems: octaviaVipProblems,
  rules: ruleTables,
  create: (context, settings) => {
    const { controller, observers } = createVipController(context, settings);
    return { controllers: [anyController(controller)], observers };
  },
});
