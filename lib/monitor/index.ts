/**
 * The whole: change stream, cache, queue and workers, with their order of start and stop, and the status of all.
 * Guarantees: no worker runs before everything has been read once; stopping is bounded and finishes the writes under way.
 */
export { ConfigMonitor, VipEnqueuer, type ConfigMonitorParts } from './config-monitor.js';
export type { Monitor, MonitorStatus, Problem } from './monitor.js';
export { FencedWriter } from '../ownership/fenced-writer.js';
export { listProblems, type ProblemSources } from './problem-list.js';
export { RejectionLog } from './problems.js';
export { SharedReconciler, type SharedReconcilerParts } from '../controller/shared-reconciler.js';
